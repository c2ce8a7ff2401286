import { call, fetchAnswer, tenantPath } from './client';
import { findDefinitions, FRAMEWORKS, type Framework } from './controls';
import { readPolicy } from './policy';
import type { Factor, Role } from './session';

export const PROFILES = ['none', 'pseudonymous', 'masked', 'full'] as const;
/** How much of personal values a bundle shows. */
export type Profile = (typeof PROFILES)[number];

export interface Bundle {
  id: string;
  tenant: string;
  from: string;
  to: string;
  filter: string[];
  /** Clauses that a report in it is about, or `all`; empty: it has none. */
  report: string[];
  /** What the report is arranged by; missing where there is none. */
  framework?: Framework;
  /** Ids of the vendor's documents in it, each with `@` and a version or without. */
  documents?: string[];
  /** Id of the questionnaire in it. */
  questionnaire?: string;
  profile: Profile;
  role: string;
  /** Id of an account, as `approved_by`. */
  asked_by: string;
  asked: string;
  kept_until: string;
  /** `waits`: for another person's approval. */
  state: 'waits' | 'making' | 'ready' | 'failed';
  approved_by?: string;
  why?: string;
  bytes?: number;
  records?: number;
  seal?: string;
  /** Missing while it waits its turn. */
  progress?: { done: number; total: number };
}

export interface BundleOrder {
  from: string;
  to: string;
  profile: Profile;
  filter?: string[];
  report?: string[];
  framework?: Framework;
  documents?: string[];
  questionnaire?: string;
  query?: string;
  recipient?: string;
  destination?: string;
}

export interface Where {
  tenant: string;
  region: string | null;
}

const pathOf = (where: Where, tail = '') => tenantPath(where.tenant, `bundles${tail}`, where.region);
const one = (id: string) => `/${encodeURIComponent(id)}`;

export async function listBundles(where: Where, signal: AbortSignal): Promise<Bundle[]> {
  return (await call<{ bundles: Bundle[] }>('GET', pathOf(where), { signal, stepUp: false })).bundles;
}

export function findBundle(where: Where, id: string, signal?: AbortSignal): Promise<Bundle> {
  return call('GET', pathOf(where, one(id)), { signal, stepUp: false });
}

export function orderBundle(where: Where, order: BundleOrder): Promise<Bundle> {
  return call('POST', pathOf(where), { body: order });
}

export function approveBundle(where: Where, id: string): Promise<Bundle> {
  return call('POST', pathOf(where, `${one(id)}/approval`));
}

/** The address of the archive, for a link of the browser's own. */
export function contentPath(where: Where, id: string): string {
  return pathOf(where, `${one(id)}/content`);
}

/** The archive from a byte on; all of it where it is no longer the one of that seal. */
export function fetchContent(where: Where, bundle: Bundle, from: number, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/octet-stream' };
  if (from > 0) Object.assign(headers, { Range: `bytes=${from}-`, 'If-Range': `"${bundle.seal ?? ''}"` });
  return fetchAnswer('GET', contentPath(where, bundle.id), { headers, signal });
}

/** The name under which the appliance hands a bundle out. */
export function fileNameOf(bundle: Bundle): string {
  return `countersign-${bundle.tenant}-${bundle.id.slice(0, 8)}.zip`;
}

/** What the tenant's policy says of bundles, for one role. */
export interface Limits {
  most: Profile;
  fourEyes: boolean;
  /** For so many seconds a second factor serves for a download; 0: for one alone. */
  windowS: number;
  /** Second factors that the tenant allows. */
  factors: readonly string[];
}

const DEFAULTS: Record<Role, Profile> = { auditor: 'pseudonymous', analyst: 'masked', privacy: 'full', admin: 'full' };

export async function findLimits(tenant: string, role: Role, signal: AbortSignal): Promise<Limits> {
  if (tenant === '_system') return { most: DEFAULTS[role], fourEyes: false, windowS: 900, factors: ['totp', 'passkey'] };
  const { access, sharing } = (await readPolicy(tenant, signal)).policy;
  // `selective` shows masks where no values are chosen, as here.
  const given = sharing[role] === 'selective' ? 'masked' : sharing[role];
  return {
    most: PROFILES.find((profile) => profile === given) ?? 'none',
    fourEyes: access.audit_access.four_eyes,
    windowS: access.audit_access.window_s,
    factors: access.factors,
  };
}

/** Whether a second factor still serves for a download. */
export function isFresh(limits: Limits, shown: { factor: Factor; time: string } | null, now = Date.now()): boolean {
  const ours = limits.factors.filter((factor) => factor === 'totp' || factor === 'passkey');
  if (!shown || limits.windowS === 0 || (ours.length > 0 && !ours.includes(shown.factor))) return false;
  return now - new Date(shown.time).getTime() < (limits.windowS - 30) * 1_000;
}

/** The clauses that controls support, by framework. */
export async function findClauses(): Promise<Partial<Record<Framework, string[]>>> {
  const definitions = await findDefinitions();
  const out: Partial<Record<Framework, string[]>> = {};
  for (const framework of FRAMEWORKS) {
    const clauses = new Set(definitions.flatMap((one) => one.criteria[framework] ?? []));
    if (clauses.size > 0) out[framework] = [...clauses].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  }
  return out;
}
