import { call, fetchAnswer } from './client';

export const VALUES = ['yes', 'no', 'partial', 'not-applicable', 'text'] as const;
export type Value = (typeof VALUES)[number];

export interface Summary {
  id: string;
  name: string;
  file_name: string;
  /** Whose evidence answers it. */
  tenant: string;
  sha256: string;
  bytes: number;
  added: string;
  added_by: string;
  form: 'workbook' | 'delimited' | 'json';
  /** The public set that it is; empty: none. */
  set: string;
  set_version: string;
  questions: number;
  approved: number;
  /** Of those that are approved. */
  stale: number;
}

/** The columns of a sheet that a layout may name. */
export const COLUMNS = ['question', 'id', 'section', 'title', 'answer', 'comment'] as const;
export type Column = (typeof COLUMNS)[number];

export type Layout = { sheet: string; header_row: number } & Partial<Record<Column, string>>;

export interface Sheet {
  name: string;
  visibility: 'visible' | 'hidden' | 'very-hidden';
  rows: number;
  columns: number;
  layout?: Layout;
  why: string;
}

export interface Questionnaire extends Summary {
  notes: string[];
  sheets: Sheet[];
  /** Layouts that a person chose; none: as they were found. */
  chosen: Layout[];
}

export interface Proposal {
  /** Whether the evidence shows one of its claims now. */
  holds: boolean;
  value?: Value;
  text?: string;
  cites?: string[];
  missing?: string[];
}

export interface Approved {
  value: Value;
  text: string;
  cites: string[];
  /** What is cited, a line each, as it was when it was approved. */
  evidence: string[];
  own_words: boolean;
  approved_by: string;
  approved: string;
  state: 'current' | 'stale';
  since: string;
  stale?: string[];
  answer?: string;
}

export interface Candidate {
  answer: string;
  score: number;
  good: boolean;
  why: string[];
}

export interface Question {
  number: number;
  id?: string;
  section?: string;
  text: string;
  choices?: string[];
  answer?: string;
  comment?: string;
  hidden?: boolean;
  sheet?: string;
  match: { reason: string; by_number: boolean; answer?: string; candidates: Candidate[] };
  proposal?: Proposal;
  approved?: Approved;
}

export interface Wish {
  number: number;
  /** Of the library; without it and without own words the one that is proposed. */
  answer?: string;
  value?: Value;
  text?: string;
  cites?: string[];
}

const at = (id: string, tail = '') => `/v1/questionnaires/${encodeURIComponent(id)}${tail}`;

export async function findQuestionnaires(signal: AbortSignal): Promise<Summary[]> {
  return (await call<{ questionnaires: Summary[] }>('GET', '/v1/questionnaires', { signal })).questionnaires;
}

export function findQuestionnaire(id: string, signal: AbortSignal): Promise<Questionnaire> {
  return call('GET', at(id), { signal });
}

export function addQuestionnaire(file: File, tenant: string, name: string): Promise<Questionnaire> {
  const query = new URLSearchParams({ file_name: file.name, tenant, ...(name ? { name } : {}) });
  return call('POST', `/v1/questionnaires?${query.toString()}`, { file });
}

export function removeQuestionnaire(id: string): Promise<void> {
  return call('DELETE', at(id));
}

/** The most that one answer holds. */
export const PAGE = 200;

export async function findQuestions(id: string, from: number, most: number, signal?: AbortSignal): Promise<Question[]> {
  return (await call<{ questions: Question[] }>('GET', at(id, `/questions?from=${from}&most=${most}`), { signal })).questions;
}

export function approve(id: string, answers: readonly Wish[]): Promise<Questionnaire> {
  return call('POST', at(id, '/answers'), { body: { answers } });
}

export function takeBack(id: string, numbers: readonly number[]): Promise<Questionnaire> {
  return call('POST', at(id, '/answers/withdraw'), { body: { numbers } });
}

export async function findRows(id: string, sheet: string, signal: AbortSignal): Promise<string[][]> {
  return (await call<{ rows: string[][] }>('GET', at(id, `/sheet?name=${encodeURIComponent(sheet)}`), { signal })).rows;
}

export function chooseLayouts(id: string, layouts: readonly Layout[]): Promise<Questionnaire> {
  return call('PUT', at(id, '/layouts'), { body: { layouts } });
}

export function originalHref(id: string): string {
  return at(id, '/file');
}

export interface Exported {
  file: Blob;
  /** Questions whose answers could not be put in as a whole, at most 100. */
  leftOut: number[];
}

export async function exportQuestionnaire(id: string): Promise<Exported> {
  const answer = await fetchAnswer('POST', at(id, '/export'), { headers: { Accept: '*/*' } });
  const leftOut = (answer.headers.get('Countersign-Left-Out') ?? '').split(',').map(Number).filter((one) => one > 0);
  return { file: await answer.blob(), leftOut };
}
