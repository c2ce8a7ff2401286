// A page without a browser, for tests that draw components; imported before them.
import undom from 'undom';

export const page = undom();
Object.assign(globalThis, { document: page, navigator: { language: 'en', languages: ['en'] } });
