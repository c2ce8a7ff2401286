import { call } from './client';

export const KINDS = ['soc2-type2', 'soc2-type1', 'iso27001', 'hipaa-baa', 'pci-aoc', 'gdpr-dpa', 'sub-processors', 'penetration-test', 'insurance', 'attestation', 'policy', 'other'] as const;
export type Kind = (typeof KINDS)[number];
export const CONFIDENTIALITIES = ['public', 'nda', 'internal'] as const;
export type Confidentiality = (typeof CONFIDENTIALITIES)[number];

export interface Version {
  version: number;
  sha256: string;
  bytes: number;
  media_type: string;
  file_name: string;
  added: string;
  has_contents: boolean;
  issuer?: string;
  valid_from?: string;
  valid_until?: string;
  /** What could not be looked into. */
  notes?: string[];
  /** `reason` is not told to auditors. */
  withdrawn?: { time: string; reason?: string };
}

export interface Document {
  id: string;
  kind: Kind;
  title: string;
  confidentiality: Confidentiality;
  /** Whether its text is the NDA. */
  nda: boolean;
  added: string;
  state: 'valid' | 'expired' | 'not-yet' | 'missing';
  /** The version by which it stands so. */
  current?: number;
  /** An account's id, or a name; not told to auditors, as the days. */
  owner?: string;
  remind_days?: number[];
  versions: Version[];
}

export interface Documents {
  documents: Document[];
  nda?: { document: string; version: number; sha256: string; accepted?: string };
  /** To auditors: how many are shown once the NDA is accepted. */
  behind_nda?: number;
}

export interface Nda {
  title: string;
  version: number;
  sha256: string;
  text: string;
  accepted?: string;
}

const at = (id: string, tail = '') => `/v1/documents/${encodeURIComponent(id)}${tail}`;

export function findDocuments(signal: AbortSignal): Promise<Documents> {
  return call('GET', '/v1/documents', { signal });
}

export function findDocument(id: string, signal: AbortSignal): Promise<Document> {
  return call('GET', at(id), { signal });
}

export interface NewDocument {
  kind: Kind;
  title: string;
  confidentiality: Confidentiality;
  remind_days: number[];
  nda?: boolean;
}

export function addDocument(document: NewDocument): Promise<Document> {
  return call('POST', '/v1/documents', { body: document });
}

export type DocumentChange = Partial<Pick<NewDocument, 'title' | 'confidentiality' | 'remind_days'> & { owner: string }>;

export function changeDocument(id: string, change: DocumentChange): Promise<Document> {
  return call('PATCH', at(id), { body: change });
}

export function addVersion(id: string, file: File, about: { issuer: string; valid_from: string; valid_until: string }): Promise<Version> {
  const query = new URLSearchParams({ file_name: file.name });
  for (const [name, value] of Object.entries(about)) if (value) query.set(name, value);
  return call('POST', at(id, `/versions?${query.toString()}`), { file });
}

export function withdrawVersion(id: string, version: number, reason: string, removeContents: boolean): Promise<Document> {
  return call('POST', at(id, `/versions/${version}/withdraw`), { body: { reason, remove_contents: removeContents } });
}

export function fileHref(id: string, version: number): string {
  return at(id, `/versions/${version}/file`);
}

export function findNda(signal: AbortSignal): Promise<Nda> {
  return call('GET', '/v1/documents/nda', { signal });
}

export function acceptNda(sha256: string): Promise<Nda> {
  return call('POST', '/v1/documents/nda/acceptance', { body: { sha256 } });
}
