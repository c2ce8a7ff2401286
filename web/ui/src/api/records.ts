import { call, tenantPath } from './client';

export interface Place {
  tenant: string;
  region: string | null;
}

/** What is looked for. Times are RFC 3339, by when the appliance received a record. */
export interface Question {
  query: string;
  from?: string | undefined;
  before?: string | undefined;
}

export interface RecordAnswer {
  seq: number;
  received: string;
  /** The record's bytes. */
  record: string;
  hash: string;
}

export interface SearchAnswer {
  records: RecordAnswer[];
  more: boolean;
  /** `below` of the next page; null at the end. */
  next: number | null;
  /** All from this number on was looked at. */
  searched_to: number | null;
  /** The number behind the newest record that was looked at. */
  newest: number;
}

export interface ValueCount {
  value: string;
  events: number;
}

export interface Facets {
  total: number;
  exact: boolean;
  counted: number;
  days: { day: string; events: number }[];
  fields: Record<string, ValueCount[]>;
}

export interface LifeEvent {
  seq: number;
  occurred: string;
  received: string;
  type: string;
  source: string;
  proof: string;
  factor: string | null;
  reason: string | null;
}

export interface Life {
  state: string | null;
  sources: number;
  sent: number;
  delivered: number;
  failed: number;
  verified: number;
  events: LifeEvent[];
  /** More than `events` has, where there are very many. */
  events_total?: number;
  /** There are more than were counted: the numbers are of that many at least. */
  more?: boolean;
}

export interface ProofAnswer {
  seq: number;
  log: string;
  hash: string;
  size: number;
  path: string[];
  checkpoint: string;
  /** As a C2SP tlog-proof. */
  proof: string;
  keys: { log: string; clock: string };
}

export interface PersonalValue {
  token: string;
  kind: string;
  value?: string;
  masked?: string;
  erased?: boolean;
  salt?: string;
}

export interface ValuesAnswer {
  seq: number;
  profile: 'masked' | 'full';
  values: PersonalValue[];
}

interface SearchOptions {
  limit?: number;
  below?: number | undefined;
  above?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Whether to ask the person for a second factor where the search names a personal value. */
  stepUp?: boolean;
}

export function searchRecords(place: Place, question: Question, { signal, stepUp = true, ...bounds }: SearchOptions = {}): Promise<SearchAnswer> {
  return call('POST', tenantPath(place.tenant, 'records/search', place.region), { body: { ...question, ...bounds }, signal, stepUp });
}

export function countRecords(place: Place, question: Question, signal: AbortSignal | undefined, stepUp: boolean): Promise<Facets> {
  return call('POST', tenantPath(place.tenant, 'records/facets', place.region), { body: question, signal, stepUp });
}

const ofRecord = (place: Place, seq: number, tail = '') => tenantPath(place.tenant, `records/${seq}${tail}`, place.region);

export function readRecord(place: Place, seq: number, signal?: AbortSignal): Promise<RecordAnswer> {
  return call('GET', ofRecord(place, seq), { signal });
}

export function readValues(place: Place, seq: number): Promise<ValuesAnswer> {
  return call('GET', ofRecord(place, seq, '/values'));
}

export function readLife(place: Place, seq: number, signal?: AbortSignal): Promise<Life> {
  return call('GET', ofRecord(place, seq, '/challenge'), { signal });
}

export function readProof(place: Place, seq: number): Promise<ProofAnswer> {
  return call('GET', ofRecord(place, seq, '/proof'));
}
