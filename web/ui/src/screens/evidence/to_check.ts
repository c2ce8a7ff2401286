import { makeStore } from '../../store';

/** A file that is to be checked as soon as the page for it is there. */
export const toCheck = makeStore<File | undefined>(undefined);
