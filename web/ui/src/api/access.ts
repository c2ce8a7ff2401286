import type { InvitedUser, Span, User } from './admin';
import { call } from './client';
import { Problem } from './problem';

/** Who asks stands there until it is decided. */
export interface AccessRequest {
  id: string;
  asked: string;
  state: 'pending' | 'approved' | 'refused' | 'expired';
  name?: string;
  email?: string;
  company?: string;
  reason?: string;
  decided?: string;
  /** Id of the account that was made. */
  account?: string;
  /** When its access ends. */
  expires?: string;
}

export interface Grant {
  /** Without it that of the trust page. */
  tenant?: string;
  period: Span;
  expires: string;
}

/** The link is in this answer and in no other. */
export interface Granted {
  request: AccessRequest;
  account: User;
  link: InvitedUser['link'];
  invitation_expires: string;
}

export interface TrustPage {
  vendor: string;
  takes_requests: boolean;
}

const at = (id: string, tail = '') => `/v1/access-requests/${encodeURIComponent(id)}${tail}`;

/** Recorded: it shows who asks. */
export async function findRequests(signal: AbortSignal): Promise<AccessRequest[]> {
  return (await call<{ requests: AccessRequest[] }>('GET', '/v1/access-requests', { signal })).requests;
}

export function approveRequest(id: string, grant: Grant): Promise<Granted> {
  return call('POST', at(id, '/approve'), { body: grant });
}

export function refuseRequest(id: string, reason: string): Promise<AccessRequest> {
  return call('POST', at(id, '/refuse'), { body: { reason } });
}

export function removeRequest(id: string): Promise<void> {
  return call('DELETE', at(id));
}

/** Null where the page is off. */
export async function findTrustPage(signal: AbortSignal): Promise<TrustPage | null> {
  try {
    return await call<TrustPage>('GET', '/v1/trust', { signal, stepUp: false });
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}
