import { call } from './client';
import type { Approved, Proposal, Value } from './questionnaires';

export interface Adopted extends Approved {
  tenant: string;
  owner: string;
  review_by?: string;
}

export interface LibraryAnswer {
  id: string;
  topic: string;
  title: string;
  asks: string[];
  claims: { answer: Value; text: string }[];
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

export function adopt(id: string, tenant: string, owner: string, reviewBy: string): Promise<Adopted> {
  return call('POST', `/v1/answers/${encodeURIComponent(id)}/adoption`, { body: { tenant, ...(owner ? { owner } : {}), ...(reviewBy ? { review_by: reviewBy } : {}) } });
}

export function drop(id: string, tenant: string): Promise<void> {
  return call('DELETE', `/v1/answers/${encodeURIComponent(id)}/adoption?${of(tenant)}`);
}
