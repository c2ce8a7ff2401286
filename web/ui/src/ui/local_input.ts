/** A time without its zone, as <input type="datetime-local"> has it, is one of the reader's zone. Empty for what is no time. */
export function localInput(rfc3339: string): string {
  const at = new Date(rfc3339);
  if (Number.isNaN(at.getTime())) return '';
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** To the minute, in the reader's zone. */
export function minuteOf(time: Date): string {
  return localInput(time.toISOString()).slice(0, 16);
}

/** Undefined for a text that is no time. */
export function timeOf(text: string): Date | undefined {
  const time = new Date(text);
  return text === '' || Number.isNaN(time.getTime()) ? undefined : time;
}
