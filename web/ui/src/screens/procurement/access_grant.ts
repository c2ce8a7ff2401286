import type { Grant } from '../../api/access';
import { minuteOf, timeOf } from '../../ui/local_input';

/** What somebody is let in for, as the form has it: times in the reader's zone. */
export interface GrantDraft {
  /** Empty: that of the trust page. */
  tenant: string;
  from: string;
  before: string;
  expires: string;
}

const DAY_MS = 86_400_000;
const DAYS = 14;

/** Two weeks to look at the last twelve months. */
export function emptyGrant(now = new Date()): GrantDraft {
  const expires = new Date(now.getTime() + DAYS * DAY_MS);
  return { tenant: '', from: minuteOf(new Date(now.getTime() - 365 * DAY_MS)), before: minuteOf(expires), expires: minuteOf(expires) };
}

export type GrantFault = 'time' | 'order' | 'past';

export function grantFaults(draft: GrantDraft, now = new Date()): Partial<Record<'from' | 'before' | 'expires', GrantFault>> {
  const [from, before, expires] = [draft.from, draft.before, draft.expires].map(timeOf);
  return {
    ...(from ? {} : { from: 'time' }),
    ...(before ? (from && before <= from ? { before: 'order' } : {}) : { before: 'time' }),
    ...(expires ? (expires <= now ? { expires: 'past' } : {}) : { expires: 'time' }),
  };
}

/** Undefined where a time is none. */
export function grantOf(draft: GrantDraft): Grant | undefined {
  const [from, before, expires] = [draft.from, draft.before, draft.expires].map(timeOf);
  if (!from || !before || !expires) return undefined;
  return { ...(draft.tenant ? { tenant: draft.tenant } : {}), period: { from: from.toISOString(), before: before.toISOString() }, expires: expires.toISOString() };
}
