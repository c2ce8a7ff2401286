import { PROFILES, type BundleOrder, type Profile } from '../../api/bundles';
import { FRAMEWORKS, type Framework } from '../../api/controls';
import type { Query } from '../../route';
import { PRESETS, spanOf, within, type Preset, type Span } from './period';

export interface Term {
  field: string;
  value: string;
}

/** What a bundle is to hold, as it stands in the address. For whom it is and why does not: that may name people. */
export interface Draft {
  preset: Preset;
  /** Of exact times; empty where one is none. */
  exact: Span;
  /** Undefined: all records. */
  terms: Term[] | undefined;
  profile: Profile;
  report: boolean;
  framework: Framework;
  /** Undefined: all that there are. */
  clauses: string[] | undefined;
  /** Ids of the vendor's documents, each with `@` and a version or without. */
  documents: string[];
  /** Id of a questionnaire of the tenant; empty: none. */
  questionnaire: string;
}

const DOCUMENT = /^[0-9a-f]{32}(@\d{1,6})?$/;
const QUESTIONNAIRE = /^[0-9a-f]{32}$/;

export const FIELDS = [
  'type',
  'source',
  'challenge.factor',
  'challenge.purpose',
  'challenge.provider',
  'challenge.id',
  'actor.role',
  'action.name',
  'action.resource',
  'device.country',
  'outcome.reason',
  'proof',
  'token',
] as const;

const one = <T extends string>(all: readonly T[], text: string | null): T | undefined => all.find((known) => known === text);

function termOf(text: string): Term {
  const equals = text.indexOf('=');
  return equals < 0 ? { field: 'type', value: '' } : { field: text.slice(0, equals), value: text.slice(equals + 1) };
}

/** Empty where it is no time. */
function timeOf(text: string | null): string {
  return text === null || Number.isNaN(new Date(text).getTime()) ? '' : text;
}

export function draftOf(query: URLSearchParams, most: Profile): Draft {
  const filter = query.get('filter');
  const clauses = query.get('clauses');
  const asked = one(PROFILES, query.get('profile')) ?? 'pseudonymous';
  return {
    preset: one(PRESETS, query.get('period')) ?? (query.has('from') || query.has('to') ? 'exact' : 'last_month'),
    exact: { from: timeOf(query.get('from')), to: timeOf(query.get('to')) },
    terms: filter === null ? undefined : filter.split('\n').map(termOf),
    profile: PROFILES.indexOf(asked) > PROFILES.indexOf(most) ? most : asked,
    report: query.get('report') === 'yes',
    framework: one(FRAMEWORKS, query.get('framework')) ?? 'soc2',
    clauses: clauses === null ? undefined : clauses.split(',').filter((clause) => clause !== 'none'),
    documents: [...new Set((query.get('documents') ?? '').split(','))].filter((id) => DOCUMENT.test(id)),
    questionnaire: QUESTIONNAIRE.test(query.get('questionnaire') ?? '') ? (query.get('questionnaire') ?? '') : '',
  };
}

export function queryOf(draft: Draft): Query {
  return {
    period: draft.preset,
    from: draft.preset === 'exact' ? draft.exact.from : '',
    to: draft.preset === 'exact' ? draft.exact.to : '',
    filter: draft.terms?.map((term) => `${term.field}=${term.value}`).join('\n'),
    profile: draft.profile,
    report: draft.report ? 'yes' : '',
    framework: draft.report ? draft.framework : '',
    // An empty list is not the same as none.
    clauses: draft.report && draft.clauses ? draft.clauses.join(',') || 'none' : undefined,
    documents: draft.documents.join(','),
    questionnaire: draft.questionnaire,
  };
}

type Access = { from: string; before: string } | undefined;

/** The period that a draft is of, cut to what one has access to; undefined where nothing is left. */
export function spanOfDraft(draft: Draft, now: Date, access: Access): Span | undefined {
  return draft.preset === 'exact' ? draft.exact : within(spanOf(draft.preset, now), access);
}

export type Fault = 'badTime' | 'badOrder' | 'badAccess' | 'outside' | 'noTerms' | 'badTerm' | 'clausesNone';

/** What is wrong with a draft, where it is wrong. */
export function faultsOf(draft: Draft, now: Date, access: Access): Fault[] {
  const out: Fault[] = [];
  const span = spanOfDraft(draft, now, access);
  if (!span) out.push('outside');
  else if (!span.from || !span.to) out.push('badTime');
  else if (new Date(span.from) >= new Date(span.to)) out.push('badOrder');
  else if (access && (new Date(span.from) < new Date(access.from) || new Date(span.to) > new Date(access.before))) out.push('badAccess');
  if (draft.terms?.length === 0) out.push('noTerms');
  if (draft.terms?.some((term) => term.value === '')) out.push('badTerm');
  if (takesReport(draft) && draft.report && draft.clauses?.length === 0) out.push('clausesNone');
  return out;
}

/** A report is made of all records, and needs records that show something. */
export function takesReport(draft: Draft): boolean {
  return draft.terms === undefined && draft.profile !== 'none';
}

export function orderOf(draft: Draft, span: Span): BundleOrder {
  const order: BundleOrder = { from: span.from, to: span.to, profile: draft.profile };
  if (draft.terms) order.filter = draft.terms.map((term) => `${term.field}=${term.value}`);
  if (draft.report && takesReport(draft)) {
    order.report = draft.clauses ?? ['all'];
    order.framework = draft.framework;
  }
  if (draft.documents.length > 0) order.documents = draft.documents;
  if (draft.questionnaire) order.questionnaire = draft.questionnaire;
  return order;
}

/** The draft that a bundle was made of, to make it once more. */
export function queryOfBundle(bundle: { from: string; to: string; filter: string[]; profile: Profile; report: string[]; framework?: Framework; documents?: string[]; questionnaire?: string }): Query {
  const all = bundle.report.length === 1 && bundle.report[0] === 'all';
  return {
    period: 'exact',
    from: bundle.from,
    to: bundle.to,
    filter: bundle.filter.length > 0 ? bundle.filter.join('\n') : undefined,
    profile: bundle.profile,
    report: bundle.report.length > 0 ? 'yes' : '',
    framework: bundle.framework,
    clauses: bundle.report.length > 0 && !all ? bundle.report.join(',') : undefined,
    documents: bundle.documents?.join(','),
    questionnaire: bundle.questionnaire,
  };
}
