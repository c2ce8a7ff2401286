import { call, fetchAnswer, tenantPath } from './client';
import type { Role } from './session';

export const ALLOWANCES = ['none', 'pseudonymous', 'masked', 'selective', 'full'] as const;
export type Allowance = (typeof ALLOWANCES)[number];

export interface TypeRule {
  types: string;
  rule: string;
  keep: string;
}

/** What a tenant's admin sets: docs/policy.md. */
export interface Policy {
  tenant: string;
  region: string;
  access: {
    factors: string[];
    step_up: { actions: string[]; window_s: number };
    audit_access: { window_s: number; single_records: boolean; four_eyes: boolean };
    lockout: { attempts: number };
  };
  sharing: Record<Role, Allowance>;
  attributes: { not_personal: string[] };
  /** `CONTROL.parameter=value`. */
  monitoring: { parameters: string[] };
  retention: { rule: string; keep: string; at_hand: string; types: TypeRule[] };
}

/** A policy as it is sent: what a form holds may not be as it must be, and the appliance says so. */
export type PolicyWish = Record<'access' | 'sharing' | 'attributes' | 'monitoring' | 'retention', unknown>;

export interface InForce {
  policy: Policy;
  /** Names this policy when another one is to take its place. */
  etag: string;
}

async function inForce(answer: Response): Promise<InForce> {
  return { policy: (await answer.json()) as Policy, etag: answer.headers.get('ETag') ?? '' };
}

export async function readPolicy(tenant: string, signal: AbortSignal): Promise<InForce> {
  return inForce(await fetchAnswer('GET', tenantPath(tenant, 'policy'), { signal }));
}

/** The one that was in force at a time. */
export function readPolicyAt(tenant: string, at: string, signal: AbortSignal): Promise<Policy> {
  return call('GET', tenantPath(tenant, `policy?at=${encodeURIComponent(at)}`), { signal });
}

/** Puts a policy in the place of the one that `etag` names. 412 where somebody else was faster. */
export async function putPolicy(tenant: string, wish: PolicyWish, etag: string): Promise<InForce> {
  return inForce(await fetchAnswer('PUT', tenantPath(tenant, 'policy'), { body: wish, headers: { 'If-Match': etag } }));
}

export interface PolicyAuthor {
  role: string;
  token?: string;
  /** Told to administrators: an account's id, or a token's name. */
  id?: string;
}

export interface RecordPlace {
  log: string;
  seq: number;
}

export interface PolicyReview {
  at: string;
  by: PolicyAuthor;
  note: string;
}

export interface PolicyVersion {
  version: number;
  change: string;
  from: string;
  action: string;
  changes: string[];
  before: Partial<Policy>;
  after: Partial<Policy>;
  records: RecordPlace[];
  reviewed: PolicyReview[];
  by?: PolicyAuthor;
}

export interface PolicyHistory {
  versions: PolicyVersion[];
  /** The cursor of what is older. */
  next?: string;
}

export function readHistory(tenant: string, cursor: string | null, signal?: AbortSignal): Promise<PolicyHistory> {
  return call('GET', tenantPath(tenant, `policy/history?limit=20${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`), { signal });
}

export function reviewChange(tenant: string, change: string, note: string): Promise<PolicyReview> {
  return call('POST', tenantPath(tenant, `policy/history/${encodeURIComponent(change)}/review`), { body: { note } });
}

export interface Flagged {
  item: string | number;
  observed: string;
  records: number[];
}

export interface PreviewedControl {
  id: string;
  title: string;
  /** What the population consists of. */
  unit?: string;
  now: { population: number; exceptions: number };
  then: { population: number; exceptions: number };
  /** The first of those that would be flagged as well, and no more. */
  added: Flagged[];
  removed: Flagged[];
  /** Null where there are too many to compare one by one. */
  added_total?: number | null;
  removed_total?: number | null;
}

export interface PolicyPreview {
  period: { from: string; to?: string; before?: string };
  controls: PreviewedControl[];
}

/** What a policy would have flagged, beside what the one in force flags. Changes nothing. */
export function previewPolicy(tenant: string, wish: PolicyWish): Promise<PolicyPreview> {
  return call('POST', tenantPath(tenant, 'policy/preview'), { body: wish });
}

export interface Parameter {
  id: string;
  default: string | number | null;
  least?: number;
  most?: number;
  unit?: string;
  meaning: string;
  origin?: string;
}

/** A control, detection or listing, as far as its parameters go. */
export interface Judged {
  id: string;
  kind: 'control' | 'detection' | 'listing';
  title: string;
  objective: string;
  parameters: Parameter[];
}

export async function readJudged(signal: AbortSignal): Promise<Judged[]> {
  const { controls } = await call<{ controls: Judged[] }>('GET', '/v1/controls', { signal });
  return controls.filter((one) => one.parameters.length > 0);
}

/** A part of the JSON Schema of policies. */
export interface Schema {
  type?: string;
  enum?: string[];
  items?: Schema;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  maxLength?: number;
  default?: unknown;
  properties?: Record<string, Schema>;
}

export function readSchema(signal: AbortSignal): Promise<Schema> {
  return call('GET', '/v1/policy-schema', { signal });
}
