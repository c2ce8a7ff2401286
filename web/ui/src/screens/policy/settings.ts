import type { Policy, PolicyWish, Schema, TypeRule } from '../../api/policy';
import { ROLES } from '../../api/session';

/** A number that is being typed may be no number yet, and is kept as the text that it is. */
export type Value = string | number | boolean | readonly string[] | readonly TypeRule[];

/** Every setting by its name: `access.lockout.attempts`; a parameter by its control: `monitoring.OTP-ATTEMPTS.attempts_most`. */
export type Settings = Readonly<Record<string, Value>>;

/** What a form changes. Null leaves a parameter to its control. */
export type Changes = Readonly<Record<string, Value | null>>;

export const PARAMETER = 'monitoring.';

export const ACCESS = [
  'access.factors',
  'access.step_up.actions',
  'access.step_up.window_s',
  'access.lockout.attempts',
  'access.audit_access.window_s',
  'access.audit_access.single_records',
  'access.audit_access.four_eyes',
] as const;
export const SHARING = ROLES.map((role) => `sharing.${role}` as const);
export const ATTRIBUTES = ['attributes.not_personal'] as const;
export const RETENTION = ['retention.rule', 'retention.keep', 'retention.at_hand', 'retention.types'] as const;
const FIXED: readonly string[] = [...ACCESS, ...SHARING, ...ATTRIBUTES, ...RETENTION];

export const SECTIONS = ['factors', 'sharing', 'attributes', 'controls', 'retention'] as const;
export type Section = (typeof SECTIONS)[number];

export function sectionOf(setting: string): Section {
  if (setting.startsWith(PARAMETER)) return 'controls';
  if (setting.startsWith('sharing.')) return 'sharing';
  if (setting.startsWith('attributes.')) return 'attributes';
  return setting.startsWith('retention.') ? 'retention' : 'factors';
}

function memberAt(from: unknown, setting: string): unknown {
  return setting.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], from);
}

export function settingsOf(policy: Partial<Policy>): Settings {
  const out: Record<string, Value> = {};
  for (const setting of FIXED) {
    const value = memberAt(policy, setting);
    if (value !== undefined) out[setting] = value as Value;
  }
  for (const text of policy.monitoring?.parameters ?? []) {
    const equals = text.indexOf('=');
    if (equals > 0) out[PARAMETER + text.slice(0, equals)] = text.slice(equals + 1);
  }
  return out;
}

export function withChanges(base: Settings, changes: Changes): Settings {
  const out: Record<string, Value> = { ...base };
  for (const [setting, value] of Object.entries(changes)) {
    if (value === null) delete out[setting];
    else out[setting] = value;
  }
  return out;
}

/** The document that has these settings. */
export function wishOf(settings: Settings): PolicyWish {
  const out = { access: {}, sharing: {}, attributes: {}, monitoring: {}, retention: {} } as PolicyWish;
  for (const setting of FIXED) {
    if (settings[setting] === undefined) continue;
    const path = setting.split('.');
    const last = path.pop() as string;
    const into = path.reduce<Record<string, unknown>>((at, name) => (at[name] ??= {}) as Record<string, unknown>, out as Record<string, unknown>);
    into[last] = settings[setting];
  }
  const parameters = Object.keys(settings)
    .filter((setting) => setting.startsWith(PARAMETER))
    .map((setting) => `${setting.slice(PARAMETER.length)}=${settings[setting] as string}`);
  out.monitoring = { parameters };
  return out;
}

/** Whether two values say the same: of names the order says nothing, of rules it does. */
export function same(one: Value | undefined, other: Value | undefined): boolean {
  return written(one) === written(other);
}

function written(value: Value | undefined): string | undefined {
  const isNames = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return JSON.stringify(isNames ? [...(value as string[])].sort() : value);
}

/** What leads from one policy to another. */
export function changesBetween(before: Settings, after: Settings): Changes {
  const out: Record<string, Value | null> = {};
  for (const setting of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!same(before[setting], after[setting])) out[setting] = after[setting] ?? null;
  }
  return out;
}

/** The schema of a setting of the policy's own, with its default and bounds. */
export function schemaOf(schema: Schema, setting: string): Schema {
  return setting.split('.').reduce<Schema>((at, name) => at.properties?.[name] ?? {}, schema);
}
