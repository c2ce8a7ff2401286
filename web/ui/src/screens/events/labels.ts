import { language, t } from '../../texts';
import type { Tone } from '../../ui/parts';
import { runsOf } from '../../ui/visible';

/** A text that cannot move what stands beside it, for where no element can. */
export function safeText(text: string): string {
  return runsOf(text)
    .map((run) => run.text)
    .join('');
}

const named = (names: Record<string, string>, value: string): string => (Object.hasOwn(names, value) ? (names[value] as string) : safeText(value));

export const typeLabel = (type: string) => named(t.events.types, type);
export const factorLabel = (factor: string) => named(t.events.factors, factor);
export const purposeLabel = (purpose: string) => named(t.events.purposes, purpose);
export const proofLabel = (proof: string) => named(t.events.proofs, proof);
export const memberLabel = (path: string) => named(t.events.members, path);

export function toneOf(type: string): Tone {
  const end = type.slice(type.indexOf('.') + 1);
  if (['verified', 'succeeded', 'delivered', 'enrolled'].includes(end)) return 'good';
  if (['failed', 'undelivered', 'blocked', 'retired'].includes(end)) return 'bad';
  if (['expired', 'cancelled', 'removed', 'reset', 'suspended', 'deprovisioned', 'role_changed', 'silent', 'viewed', 'revoked'].includes(end)) return 'warn';
  return 'info';
}

const units: readonly (readonly [Intl.NumberFormatOptions['unit'] & string, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** A span of time in its largest unit. */
export function durationText(seconds: number): string {
  for (const [unit, length] of units) {
    if (seconds >= length || unit === 'second') return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: seconds < 10 && unit === 'second' ? 1 : 0 }).format(seconds / length);
  }
  return '';
}
