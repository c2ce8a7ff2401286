/** RFC 3339 in UTC; empty where it is no time. */
export function fromLocalInput(text: string): string {
  const at = new Date(text);
  return text === '' || Number.isNaN(at.getTime()) ? '' : plain(at);
}

/** To the second where there is no fraction. */
function plain(at: Date): string {
  return at.toISOString().replace('.000Z', 'Z');
}

export interface Span {
  from: string;
  to: string;
}

export const PRESETS = ['last_month', 'last_quarter', 'this_year', 'last_year', 'last_30_days', 'exact'] as const;
export type Preset = (typeof PRESETS)[number];

/** What a preset means at a time, in months and years of the reader's zone. What goes on ends now. */
export function spanOf(preset: Exclude<Preset, 'exact'>, now: Date): Span {
  const year = now.getFullYear();
  const month = now.getMonth();
  const quarter = month - (month % 3);
  const day = (y: number, m: number, d = 1) => plain(new Date(y, m, d));
  const present = plain(new Date(Math.floor(now.getTime() / 1_000) * 1_000));
  switch (preset) {
    case 'last_month':
      return { from: day(year, month - 1), to: day(year, month) };
    case 'last_quarter':
      return { from: day(year, quarter - 3), to: day(year, quarter) };
    case 'this_year':
      return { from: day(year, 0), to: present };
    case 'last_year':
      return { from: day(year - 1, 0), to: day(year, 0) };
    case 'last_30_days':
      return { from: day(year, month, now.getDate() - 30), to: present };
  }
}

/** The part of a span that lies within somebody's access; undefined where there is none. */
export function within(span: Span, access: { from: string; before: string } | undefined): Span | undefined {
  if (!access) return span;
  const from = new Date(span.from) < new Date(access.from) ? access.from : span.from;
  const to = new Date(span.to) > new Date(access.before) ? access.before : span.to;
  return new Date(from) < new Date(to) ? { from, to } : undefined;
}
