import { en } from './en';

/** All that the portal says. Another language is another file of this type, and a line in `catalogues`. */
export type Texts = typeof en;

const catalogues: Record<string, Texts> = { en };

function chosen(): [string, Texts] {
  for (const wanted of navigator.languages) {
    const found = catalogues[wanted.split('-')[0]?.toLowerCase() ?? ''];
    if (found) return [wanted, found];
  }
  return ['en', en];
}

/** The language in which dates and numbers are written, and the texts. */
export const [language, t] = chosen();
