const DAY_MS = 86_400_000;

/** Days that are left, today included: both ends of a version belong to it, in UTC. */
export function daysLeft(until: string, now = Date.now()): number {
  const today = new Date(now).toISOString().slice(0, 10);
  return Math.round((Date.parse(`${until}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / DAY_MS) + 1;
}

/** The days that a text names; undefined where it names something else. */
export function daysOf(text: string): number[] | undefined {
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  const days = parts.map(Number);
  return days.length <= 10 && days.every((one) => Number.isInteger(one) && one >= 1 && one <= 730) ? days : undefined;
}
