import type { Schema, TypeRule } from '../../api/policy';
import { t } from '../../texts';
import { numberText } from '../../ui/time';
import { PARAMETER, schemaOf, type Changes, type Value } from './settings';
import { daysOf } from './spans';
import { listOf, type Parameters } from './words';

/** What is wrong with a value; undefined where nothing is. The appliance has the last word. */
export function faultOf(setting: string, value: Value | null, schema: Schema, parameters: Parameters): string | undefined {
  if (value === null) return undefined;
  if (setting.startsWith(PARAMETER)) return parameterFault(setting, String(value), parameters);
  const rule = schemaOf(schema, setting);
  if (rule.type === 'integer') return numberFault(value, rule.minimum, rule.maximum);
  if (setting === 'retention.types') return typesFault(value as readonly TypeRule[]);
  if (setting === 'retention.keep' || setting === 'retention.at_hand') return Number.isNaN(daysOf(String(value))) ? t.policy.faults.span : undefined;
  if (rule.type === 'array') return listFault(value as readonly string[], rule);
  return undefined;
}

function numberFault(value: Value, least: number | undefined, most: number | undefined): string | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value)) return t.policy.faults.wholeNumber;
  const outside = (least !== undefined && value < least) || (most !== undefined && value > most);
  if (!outside) return undefined;
  return most === undefined ? t.policy.faults.least(numberText(least ?? 0)) : t.policy.faults.between(numberText(least ?? 0), numberText(most));
}

function listFault(list: readonly string[], rule: Schema): string | undefined {
  if ((rule.minItems ?? 0) > list.length) return t.policy.faults.oneFactor;
  if (rule.maxItems !== undefined && list.length > rule.maxItems) return t.policy.faults.tooMany(numberText(rule.maxItems));
  const { pattern, maxLength } = rule.items ?? {};
  const bad = list.find((text) => (pattern !== undefined && !new RegExp(pattern, 'u').test(text)) || (maxLength !== undefined && text.length > maxLength));
  return bad === undefined ? undefined : t.policy.faults.line(bad);
}

function typesFault(rules: readonly TypeRule[]): string | undefined {
  if (rules.some((one) => one.types.trim() === '')) return t.policy.faults.typeName;
  return rules.some((one) => Number.isNaN(daysOf(one.keep))) ? t.policy.faults.span : undefined;
}

function parameterFault(setting: string, value: string, parameters: Parameters): string | undefined {
  const parameter = parameters.get(setting)?.parameter;
  if (value === '') return t.policy.faults.empty;
  if (!parameter) return undefined;
  if (typeof parameter.default === 'number') return numberFault(/^-?\d+$/.test(value) ? Number(value) : value, parameter.least, parameter.most);
  if (!takesNumbers(parameter.meaning)) return undefined;
  const bad = (listOf(value) ?? []).find((text) => !/^\d+$/.test(text));
  return bad === undefined ? undefined : t.policy.faults.number(bad);
}

/** Whether the items of a list are numbers, as its meaning says. */
export function takesNumbers(meaning: string): boolean {
  return meaning.includes('list of numbers');
}

export interface Fault {
  setting: string;
  text: string;
}

export function faultsOf(changes: Changes, schema: Schema, parameters: Parameters): Fault[] {
  return Object.entries(changes).flatMap(([setting, value]) => {
    const text = faultOf(setting, value, schema, parameters);
    return text === undefined ? [] : [{ setting, text }];
  });
}
