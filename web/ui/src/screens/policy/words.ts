import type { Judged, Parameter, TypeRule } from '../../api/policy';
import { language, t } from '../../texts';
import { numberText } from '../../ui/time';
import { PARAMETER, type Value } from './settings';
import { spanOf } from './spans';

const UNITS: readonly [string, number][] = [['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]];

/** `900` as “15 minutes”. */
export function secondsText(seconds: number): string {
  const parts: string[] = [];
  let left = seconds;
  for (const [unit, length] of UNITS) {
    const count = Math.floor(left / length);
    if (count === 0 && !(unit === 'second' && parts.length === 0)) continue;
    parts.push(new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count));
    left -= count * length;
  }
  return parts.join(' ');
}

/** `12 months` in the reader's language. */
export function spanInWords(text: string): string {
  const span = spanOf(text);
  if (!span) return text;
  if (span.unit === 'forever') return t.policy.forever;
  const unit = span.unit.slice(0, -1);
  return span.count === '' ? text : new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(Number(span.count));
}

export type Parameters = ReadonlyMap<string, { judged: Judged; parameter: Parameter }>;

export function parametersOf(judged: readonly Judged[]): Parameters {
  return new Map(judged.flatMap((one) => one.parameters.map((parameter) => [`${PARAMETER}${one.id}.${parameter.id}`, { judged: one, parameter }] as const)));
}

/** How a setting is called where it stands among others. */
export function nameOf(setting: string, parameters: Parameters): string {
  const own = t.policy.settings[setting];
  if (own) return setting.startsWith('sharing.') ? `${t.policy.section.sharing}: ${own.name}` : own.name;
  const found = parameters.get(setting);
  return found ? `${found.judged.title}: ${meaningOf(found.parameter)}` : setting.replace(PARAMETER, '');
}

/** What a parameter means. Its lists are shown as lines, so how the policy spells them is of no interest. */
export function meaningOf(parameter: Parameter): string {
  return parameter.meaning.replace('a JSON list', 'a list');
}

/** The items of a value that is a JSON list; undefined for any other. */
export function listOf(text: unknown): string[] | undefined {
  if (typeof text !== 'string' || !text.startsWith('[')) return undefined;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.map(String) : undefined;
  } catch {
    return undefined;
  }
}

function parameterText(value: string, parameter: Parameter | undefined): string {
  const list = listOf(value);
  if (list) return list.length > 0 ? list.join(', ') : t.policy.nothing;
  if (!parameter || typeof parameter.default !== 'number' || !/^-?\d+$/.test(value)) return value;
  if (isSwitch(parameter)) return t.policy.yesNo[value] ?? value;
  if (parameter.unit === 's') return secondsText(Number(value));
  const number = numberText(Number(value));
  return parameter.unit ? t.policy.parameterValue(number, t.policy.parameterUnits[parameter.unit] ?? parameter.unit) : number;
}

export function isSwitch(parameter: Parameter): boolean {
  return parameter.least === 0 && parameter.most === 1 && !parameter.unit;
}

/** The value that a control has where the policy says nothing. */
export function ownValue(parameter: Parameter): string {
  return String(parameter.default ?? '');
}

/** A setting's value in words, on one line. */
export function valueText(setting: string, value: Value | undefined | null, parameters: Parameters): string {
  if (setting.startsWith(PARAMETER)) {
    const parameter = parameters.get(setting)?.parameter;
    if (value !== undefined && value !== null) return parameterText(String(value), parameter);
    return parameter ? `${parameterText(ownValue(parameter), parameter)} (${t.policy.defaultNow})` : t.policy.defaultNow;
  }
  if (value === undefined || value === null) return t.policy.nothing;
  if (typeof value === 'boolean') return value ? t.common.yes : t.common.no;
  if (setting.endsWith('window_s') && typeof value === 'number') return secondsText(value);
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') return wordText(setting, value);
  if (value.length === 0) return t.policy.nothing;
  return value.map((item) => (typeof item === 'string' ? wordText(setting, item) : typeRuleText(item))).join(setting === 'retention.types' ? '; ' : ', ');
}

function wordText(setting: string, word: string): string {
  if (setting === 'access.factors') return t.policy.factors[word] ?? word;
  if (setting.startsWith('sharing.')) return t.policy.allowances[word] ?? word;
  if (setting === 'retention.rule') return t.policy.rules[word] ?? word;
  return setting.startsWith('retention.') ? spanInWords(word) : word;
}

export function typeRuleText(rule: TypeRule): string {
  return t.policy.typeRule(rule.types, t.policy.rules[rule.rule] ?? rule.rule, spanInWords(rule.keep));
}

/** What one list has that the other has not; undefined where the two are no lists of words. */
export function listChange(setting: string, before: Value | null | undefined, after: Value | null | undefined): { added: string[]; removed: string[]; kept: number } | undefined {
  const old = wordsOf(before);
  const next = wordsOf(after);
  if (!old || !next || old.length + next.length === 0) return undefined;
  const said = (words: string[]) => words.map((word) => wordText(setting, word));
  return { added: said(next.filter((word) => !old.includes(word))), removed: said(old.filter((word) => !next.includes(word))), kept: old.filter((word) => next.includes(word)).length };
}

function wordsOf(value: Value | null | undefined): string[] | undefined {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string') ? (value as string[]) : undefined;
  return listOf(value);
}
