import type { Cell } from './controls';
import { call, tenantPath } from './client';

export const FINDING_STATES = ['opened', 'acknowledged', 'resolved'] as const;
export type FindingState = (typeof FINDING_STATES)[number];

/** A record of the system log that says something of a finding. */
export interface Said {
  at: string;
  seq: number;
  by?: { role: string; token: string; id?: string };
  note?: string;
  text?: string;
  reason?: string;
}

export interface Finding {
  finding: string;
  state: FindingState;
  control?: string;
  version?: number;
  item?: string;
  records: number[];
  observed?: string;
  opened?: Said;
  acknowledged?: Said;
  answers: Said[];
  resolved?: Said;
}

export interface FindingPage {
  findings: Finding[];
  next?: string;
}

export interface FindingQuery {
  state?: string | null;
  control?: string | null;
  cursor?: string | null;
  limit?: number;
}

export function findFindings(tenant: string, region: string | null, query: FindingQuery, signal?: AbortSignal): Promise<FindingPage> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value) search.set(name, String(value));
  }
  const tail = search.toString();
  return call('GET', tenantPath(tenant, `findings${tail ? `?${tail}` : ''}`, region), { signal });
}

export function findFinding(tenant: string, region: string | null, finding: string, signal?: AbortSignal): Promise<Finding> {
  return call('GET', tenantPath(tenant, `findings/${encodeURIComponent(finding)}`, region), { signal });
}

/** Findings of one control by id; of a control with very many the newest. */
export async function findingsOf(tenant: string, region: string | null, control: string, signal?: AbortSignal): Promise<Map<string, Finding>> {
  const PAGES_MAX = 5;
  const found = new Map<string, Finding>();
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; ++page) {
    const answer = await findFindings(tenant, region, { control, cursor: cursor ?? null, limit: 200 }, signal);
    for (const one of answer.findings) found.set(one.finding, one);
    cursor = answer.next;
    if (!cursor) break;
  }
  return found;
}

export const STEPS = ['acknowledge', 'answer', 'resolve'] as const;
export type Step = (typeof STEPS)[number];

const MEMBER: Record<Step, string> = { acknowledge: 'note', answer: 'text', resolve: 'reason' };

/** What of a report's exception makes a finding of it. */
export interface About {
  control: string;
  item: Cell;
}

/** Says something of a finding; answers it as it stands then. Problem 409 where somebody was first. */
export function say(tenant: string, region: string | null, finding: string, step: Step, text: string, about?: About): Promise<Finding> {
  const body: Record<string, unknown> = { ...about };
  if (text !== '') body[MEMBER[step]] = text;
  return call('POST', tenantPath(tenant, `findings/${encodeURIComponent(finding)}/${step}`, region), { body });
}
