import { call } from './client';
import type { Approved, Proposal, Value } from './questionnaires';

export interface Adopted extends Approved {
  tenant: string;
  owner: string;
  review_by?: string;
}

/** What may have to hold for a fact. */
export const TESTS = ['is', 'is_not', 'at_least', 'at_most', 'below', 'includes', 'excludes', 'known'] as const;
export type Test = (typeof TESTS)[number];

export type Need = { fact: string; known?: boolean } & Partial<Record<Exclude<Test, 'known'>, string | string[]>>;

export interface Claim {
  answer: Value;
  /** With facts in braces. */
  text: string;
  needs?: Need[];
  cites?: string[];
}

/** An answer of the vendor's own, whose id stands in the address. */
export interface OwnAnswer {
  topic: string;
  title: string;
  asks: string[];
  form?: 'any' | 'yes-no' | 'open';
  keys?: string[];
  must?: string[];
  may?: string[];
  must_not?: string[];
  figures?: string[];
  /** It says what is shown of several demands, and that the others are not. */
  part?: true;
  /** It is only for questions of which it knows each word. */
  exact?: true;
  claims: Claim[];
}

export interface LibraryAnswer extends OwnAnswer {
  id: string;
  /** The vendor's, and not of the program. */
  own: boolean;
  proposal: Proposal;
  adopted?: Adopted;
}

export interface Fact {
  value: string;
  cites: string;
  as_of: string;
}

const of = (tenant: string) => `tenant=${encodeURIComponent(tenant)}`;

export async function findLibrary(tenant: string, signal: AbortSignal): Promise<LibraryAnswer[]> {
  return (await call<{ answers: LibraryAnswer[] }>('GET', `/v1/answers?${of(tenant)}`, { signal })).answers;
}

export async function findFacts(tenant: string, signal: AbortSignal): Promise<Record<string, Fact>> {
  return (await call<{ facts: Record<string, Fact> }>('GET', `/v1/answers/facts?${of(tenant)}`, { signal })).facts;
}

/** What an answer would say now, and of each claim and each of its needs whether it holds. */
export interface AnswerPreview {
  proposal: Proposal;
  claims: { holds: boolean; needs: boolean[] }[];
}

export function previewAnswer(tenant: string, id: string, answer: OwnAnswer, signal: AbortSignal): Promise<AnswerPreview> {
  return call('POST', '/v1/answers/preview', { body: { tenant, answer: { id, ...answer } }, signal, stepUp: false });
}

export function putAnswer(id: string, answer: OwnAnswer): Promise<OwnAnswer> {
  return call('PUT', `/v1/answers/${encodeURIComponent(id)}`, { body: answer });
}

export function removeAnswer(id: string): Promise<void> {
  return call('DELETE', `/v1/answers/${encodeURIComponent(id)}`);
}

export function adopt(id: string, tenant: string, owner: string, reviewBy: string): Promise<Adopted> {
  return call('POST', `/v1/answers/${encodeURIComponent(id)}/adoption`, { body: { tenant, ...(owner ? { owner } : {}), ...(reviewBy ? { review_by: reviewBy } : {}) } });
}

export function drop(id: string, tenant: string): Promise<void> {
  return call('DELETE', `/v1/answers/${encodeURIComponent(id)}/adoption?${of(tenant)}`);
}
