/** A period, RFC 3339 in UTC: its begin is in it, its end is not. */
export interface Span {
  from: string;
  to: string;
}

export const PRESETS = ['whole', 'last30', 'lastMonth', 'thisQuarter', 'lastQuarter', 'thisYear', 'lastYear'] as const;
export type Preset = (typeof PRESETS)[number];

const DAY = 86_400_000;

function month(year: number, at: number): number {
  return Date.UTC(year, at, 1);
}

function text(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Whole days, so that the same choice gives the same period all day long. */
function unbounded(preset: Preset, now: number): [number, number] | undefined {
  const date = new Date(now);
  const [year, at] = [date.getUTCFullYear(), date.getUTCMonth()];
  const quarter = at - (at % 3);
  const tomorrow = Date.UTC(year, at, date.getUTCDate() + 1);
  switch (preset) {
    case 'whole':
      return undefined;
    case 'last30':
      return [tomorrow - 30 * DAY, tomorrow];
    case 'lastMonth':
      return [month(year, at - 1), month(year, at)];
    case 'thisQuarter':
      return [month(year, quarter), month(year, quarter + 3)];
    case 'lastQuarter':
      return [month(year, quarter - 3), month(year, quarter)];
    case 'thisYear':
      return [month(year, 0), month(year + 1, 0)];
    case 'lastYear':
      return [month(year - 1, 0), month(year, 0)];
  }
}

/** What a preset means now, cut to the bounds; undefined where nothing of it lies within them. */
export function spanOf(preset: Preset, bounds: Span | undefined, now = Date.now()): Span | undefined {
  if (preset === 'whole') return bounds;
  const found = unbounded(preset, now);
  if (!found) return undefined;
  const from = bounds ? Math.max(found[0], Date.parse(bounds.from)) : found[0];
  const to = bounds ? Math.min(found[1], Date.parse(bounds.to)) : found[1];
  return from < to ? { from: text(from), to: text(to) } : undefined;
}

export function presetOf(span: Span, bounds: Span | undefined): Preset | undefined {
  return PRESETS.find((preset) => {
    const found = spanOf(preset, bounds);
    return found !== undefined && found.from === span.from && found.to === span.to;
  });
}

export function isWithin(span: Span, bounds: Span): boolean {
  return Date.parse(span.from) >= Date.parse(bounds.from) && Date.parse(span.to) <= Date.parse(bounds.to);
}
