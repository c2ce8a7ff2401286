// Which of the values a bundle shows, where it does not show all of them.
import { fail } from './fault.js';
import { KINDS, parseKind, type Kind } from './schema.js';

const NUMBER_MAX = 2 ** 40 - 1;
const NUMBERS_MAX = 10_000;

export type Range = readonly [first: number, last: number];

export interface DisclosureScope {
  /** In the order of KINDS; empty: every kind. */
  kinds: Kind[];
  /** Of records, ascending, none touching the next; empty: all. */
  records: Range[];
  /** Undefined: all. */
  tokens: string[] | undefined;
}

/** Reads `17,42-50`. */
export function parseRanges(text: string): Range[] {
  const bad = (): never => fail('records are named by their sequence numbers and ranges of them, as in 17,42-50');
  const found = text.split(',').map((part): [number, number] => {
    const match = /^([0-9]{1,19})(?:-([0-9]{1,19}))?$/.exec(part) ?? bad();
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    return last < first || last > NUMBER_MAX ? bad() : [first, last];
  });
  found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const out: [number, number][] = [];
  for (const [first, last] of found) {
    const before = out.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else out.push([first, last]);
  }
  if (out.reduce((sum, [first, last]) => sum + last - first + 1, 0) > NUMBERS_MAX) fail('too many records are named at once');
  return out;
}

export function rangesText(ranges: readonly Range[]): string {
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

export function rangesHold(ranges: readonly Range[], seq: number): boolean {
  return ranges.some(([first, last]) => first <= seq && seq <= last);
}

/** Reads `email,phone`; in the order of KINDS, each once. */
export function parseKinds(text: string): Kind[] {
  const found = new Set(text.split(',').map((one) => parseKind(one) ?? fail('a kind of value is not known')));
  return KINDS.filter((kind) => found.has(kind));
}

export function isEmptyScope(scope: DisclosureScope): boolean {
  return scope.kinds.length === 0 && scope.records.length === 0 && scope.tokens === undefined;
}

export function scopeHasKind(scope: DisclosureScope, kind: Kind): boolean {
  return scope.kinds.length === 0 || scope.kinds.includes(kind);
}
