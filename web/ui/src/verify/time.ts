// Times, exact to the microsecond. In the appliance's own form, `2026-01-31T09:30:00.000000Z`, they are compared as texts.

/** Since 1970-01-01T00:00:00Z. */
export interface Time {
  seconds: number;
  micros: number;
}

const SECONDS_MIN = -62_167_219_200; // 0000-01-01T00:00:00Z
const SECONDS_MAX = 253_402_300_799; // 9999-12-31T23:59:59Z
const RFC3339 = /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))$/;

const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : (DAYS[month - 1] ?? 0);
}

/** Days from 1970-01-01 to a day of the Gregorian calendar; months count from 1. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

export function civilFromDays(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 };
}

/** An RFC 3339 date-time with a zone; undefined for anything else. */
export function parseTime(text: string): Time | undefined {
  const found = RFC3339.exec(text);
  if (!found) return undefined;
  const number = (group: number) => Number(found[group]);
  const [year, month, day, hour, minute, second] = [number(1), number(2), number(3), number(4), number(5), number(6)];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month) || hour > 23 || minute > 59 || second > 60) return undefined;
  let zone = 0;
  if (found[8]) {
    if (number(9) > 23 || number(10) > 59) return undefined;
    zone = (number(9) * 60 + number(10)) * (found[8] === '-' ? -1 : 1);
  }
  const seconds = daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - zone * 60;
  if (second === 60 && seconds % 86_400 !== 0) return undefined;
  if (seconds < SECONDS_MIN || seconds > SECONDS_MAX) return undefined;
  return { seconds, micros: Number(((found[7] ?? '') + '000000').slice(0, 6)) };
}

const CANONICAL = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:(?!60)[0-9]{2}\.[0-9]{6}Z$/;

/** Whether it is a time in the appliance's own form. */
export function isCanonicalTime(text: string): boolean {
  return CANONICAL.test(text) && parseTime(text) !== undefined;
}

const two = (n: number) => (n < 10 ? '0' : '') + n;

export function formatTime(time: Time): string {
  const days = Math.floor(time.seconds / 86_400);
  const rest = time.seconds - days * 86_400;
  const { year, month, day } = civilFromDays(days);
  const clock = `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${clock}.${String(time.micros).padStart(6, '0')}Z`;
}

export function formatSeconds(seconds: number): string {
  return formatTime({ seconds, micros: 0 });
}

/** Whether `a` is before `b`. */
export function isBefore(a: Time, b: Time): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.micros < b.micros);
}
