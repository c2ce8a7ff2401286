/** How long something is kept, as the appliance writes it: `12 months`, `forever`. */
export interface Span {
  count: string;
  unit: Unit;
}

export const UNITS = ['days', 'months', 'years', 'seconds', 'forever'] as const;
export type Unit = (typeof UNITS)[number];

const DAYS: Record<Unit, number> = { seconds: 1 / 86_400, days: 1, months: 30.437, years: 365.25, forever: Infinity };

/** Undefined for a text that says no span. */
export function spanOf(text: string): Span | undefined {
  if (text === 'forever') return { count: '', unit: 'forever' };
  const found = /^(\d*) (second|day|month|year)s?$/.exec(text);
  return found ? { count: found[1] ?? '', unit: `${found[2]}s` as Unit } : undefined;
}

export function spanText(span: Span): string {
  return span.unit === 'forever' ? 'forever' : `${span.count} ${span.unit}`;
}

/** About how many days it is; NaN where it is none. */
export function daysOf(text: string): number {
  const span = spanOf(text);
  if (!span) return NaN;
  return span.unit === 'forever' ? Infinity : span.count === '' ? NaN : Number(span.count) * DAYS[span.unit];
}

interface Rule {
  keep: string;
  atHand: string;
}

/** What named rules say where nothing else is said (docs/retention.md). */
export const RULES: Readonly<Record<string, Rule>> = {
  pci_dss: { keep: '12 months', atHand: '3 months' },
  hipaa: { keep: '6 years', atHand: '12 months' },
  soc2: { keep: '24 months', atHand: '12 months' },
  forever: { keep: 'forever', atHand: '12 months' },
};
export const CUSTOM = 'custom';
