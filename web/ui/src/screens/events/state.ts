import type { Question } from '../../api/records';
import type { Query } from '../../route';
import { joinTerms, isPersonal, termsOf } from './query';

export const RANGES = ['24h', '7d', '30d', 'quarter', 'all'] as const;
export type Range = (typeof RANGES)[number];

/** What the address of the list says. */
export interface ListState {
  query: string;
  /** A period that ends now; `all` where there are exact bounds, too. */
  range: Range;
  from: string;
  before: string;
  live: boolean;
}

const isRange = (text: string | null): text is Range => RANGES.includes(text as Range);

export function stateOf(query: URLSearchParams): ListState {
  const range = query.get('range');
  return {
    query: query.get('q') ?? '',
    range: isRange(range) ? range : 'all',
    from: query.get('from') ?? '',
    before: query.get('before') ?? '',
    live: query.get('live') === '1',
  };
}

/** The same for the address: what need not stand there is left out. */
export function addressOf(state: ListState): Query {
  return { q: state.query, range: state.range === 'all' ? '' : state.range, from: state.from, before: state.before, live: state.live ? 1 : '' };
}

const DAY = 86_400_000;

/** Where a range begins; empty for `all`. */
export function beginOf(range: Range, now: number): string {
  const days = { '24h': 1, '7d': 7, '30d': 30, quarter: 0, all: 0 }[range];
  if (days > 0) return new Date(now - days * DAY).toISOString();
  if (range === 'all') return '';
  const today = new Date(now);
  return new Date(Date.UTC(today.getUTCFullYear(), Math.floor(today.getUTCMonth() / 3) * 3, 1)).toISOString();
}

/** What the appliance is asked: the address and the terms that are kept out of it. */
export function questionOf(state: ListState, kept: readonly string[], now: number): Question {
  const from = state.from || beginOf(state.range, now);
  const query = [state.query, ...kept].filter(Boolean).join(' ');
  return { query, ...(from ? { from } : {}), ...(state.before ? { before: state.before } : {}) };
}

/** Parts a query into what may stand in an address and the terms that name a personal value. */
export function partQuery(query: string): { open: string; personal: string[] } {
  const terms = termsOf(query);
  return { open: joinTerms(terms.filter((one) => !isPersonal(one))), personal: terms.filter(isPersonal).map((one) => one.text) };
}

// By tenant and region: gone when the page is reloaded, and never in the address.
const keptTerms = new Map<string, string[]>();

export function keptTermsOf(place: string): readonly string[] {
  return keptTerms.get(place) ?? [];
}

export function keepTerms(place: string, terms: readonly string[]): void {
  keptTerms.clear();
  if (terms.length > 0) keptTerms.set(place, [...terms]);
}
