import { session } from '../../api/session';
import { makeStore } from '../../store';

/** A token, secret or link that the appliance cannot show again. */
export interface Shown {
  title: string;
  what: string;
  label: string;
  secret: string;
  /** What belongs to it and is no secret: an address, an example. */
  others?: readonly { label: string; text: string }[];
}

/** What was made and nobody has said yet that it is kept. It stays over screens, and goes with the session. */
export const shownOnce = makeStore<readonly Shown[]>([]);

export function showOnce(one: Shown): void {
  shownOnce.set([...shownOnce.get(), one]);
}

export function keptIt(one: Shown): void {
  shownOnce.set(shownOnce.get().filter((other) => other !== one));
}

let owner = session.get()?.account.id;
session.subscribe(() => {
  const present = session.get()?.account.id;
  if (present !== owner) shownOnce.set([]);
  owner = present;
});

addEventListener('beforeunload', (event) => {
  if (shownOnce.get().length > 0) event.preventDefault();
});
