import { civilFromDays, daysFromCivil, daysInMonth, type Time } from './time.js';

/** How long a rule keeps records: `12 months`, or for ever. */
export interface Span {
  count: number;
  unit: 'second' | 'day' | 'month' | 'year' | 'forever';
}

const UNIT_SECONDS = { second: 1, day: 86_400, month: 30 * 86_400, year: 365 * 86_400 };
const SECONDS_MAX = 1000 * 366 * 86_400;

export function parseSpan(text: string): Span | undefined {
  if (text === 'forever') return { count: 0, unit: 'forever' };
  const found = /^([0-9]{1,18}) (second|day|month|year)s?$/.exec(text);
  if (!found) return undefined;
  const count = Number(found[1]);
  const unit = found[2] as keyof typeof UNIT_SECONDS;
  return count < 1 || count > Math.floor(SECONDS_MAX / UNIT_SECONDS[unit]) ? undefined : { count, unit };
}

/** When a span that begins at `from` ends; undefined where it does not. */
export function endOf(from: Time, span: Span): Time | undefined {
  if (span.unit === 'forever') return undefined;
  if (span.unit === 'second' || span.unit === 'day') return { ...from, seconds: from.seconds + span.count * UNIT_SECONDS[span.unit] };
  const days = Math.floor(from.seconds / 86_400);
  const { year, month, day } = civilFromDays(days);
  const months = year * 12 + month - 1 + span.count * (span.unit === 'year' ? 12 : 1);
  const [toYear, toMonth] = [Math.floor(months / 12), (months % 12) + 1];
  const toDay = Math.min(day, daysInMonth(toYear, toMonth));
  return { ...from, seconds: daysFromCivil(toYear, toMonth, toDay) * 86_400 + (from.seconds - days * 86_400) };
}
