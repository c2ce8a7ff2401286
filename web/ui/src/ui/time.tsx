import { language, t } from '../texts';

const local = new Intl.DateTimeFormat(language, { year: 'numeric', month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' });
const localDay = new Intl.DateTimeFormat(language, { year: 'numeric', month: 'short', day: '2-digit' });
const utcDay = new Intl.DateTimeFormat(language, { year: 'numeric', month: 'short', day: '2-digit', timeZone: 'UTC' });
const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
const number = new Intl.NumberFormat(language);
const decimals = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });

export function numberText(value: number): string {
  return number.format(value);
}

export function bytesText(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let left = value;
  let unit = 0;
  while (left >= 1024 && unit < units.length - 1) {
    left /= 1024;
    ++unit;
  }
  return `${decimals.format(left)} ${units[unit]}`;
}

/** In the reader's zone. */
export function timeText(rfc3339: string): string {
  return local.format(new Date(rfc3339));
}

/** As `2026-01-31 09:30:00`. */
export function utcText(rfc3339: string): string {
  return new Date(rfc3339).toISOString().slice(0, 19).replace('T', ' ');
}

export function dayText(rfc3339: string): string {
  return localDay.format(new Date(rfc3339));
}

/** A day of the calendar, `2026-01-31`, which is one in UTC. */
export function utcDayText(day: string): string {
  return utcDay.format(new Date(`${day}T00:00:00Z`));
}

export function agoText(rfc3339: string, now = Date.now()): string {
  const seconds = (new Date(rfc3339).getTime() - now) / 1000;
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [['day', 86_400], ['hour', 3_600], ['minute', 60]];
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit);
  }
  return relative.format(Math.round(seconds), 'second');
}

/** A moment in the reader's zone, with UTC beside it. Of what is no time nothing is made: it is shown as it is. */
export function Time({ at, ago = false }: { at: string; ago?: boolean }) {
  if (Number.isNaN(new Date(at).getTime())) return <span>{at}</span>;
  return (
    <time class="time" dateTime={at}>
      <span>{timeText(at)}</span>
      {ago && <span class="ago">{agoText(at)}</span>}
      <span class="utc">{t.common.utc(utcText(at))}</span>
    </time>
  );
}
