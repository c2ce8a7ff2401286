import { Problem, problemOf, SECOND_FACTOR } from './problem';
import { session, type Session } from './session';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface CallOptions {
  body?: unknown;
  /** A file that is sent as it is, instead of `body`. */
  file?: Blob;
  signal?: AbortSignal | undefined;
  headers?: Record<string, string>;
  /** Whether to ask for a second factor where the appliance wants one: not in the background. */
  stepUp?: boolean;
}

/** Asks the person for a second factor; false where she gives up. The dialogue puts itself here. */
export const stepUp: { ask: () => Promise<boolean> } = { ask: () => Promise.resolve(false) };

/** The raw answer of the appliance, once with a second factor where it wants one. Throws Problem for 400 and above. */
export async function fetchAnswer(method: Method, path: string, options: CallOptions = {}): Promise<Response> {
  let answer = await send(method, path, options);
  if (answer.ok || answer.status === 304) return answer;
  let problem = await problemOf(answer);
  if (problem.type === SECOND_FACTOR && options.stepUp !== false && (await stepUp.ask())) {
    answer = await send(method, path, options);
    if (answer.ok) return answer;
    problem = await problemOf(answer);
  }
  if (problem.status === 401 && session.get()) session.set(null);
  throw problem;
}

async function send(method: Method, path: string, options: CallOptions): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
  const known = session.get();
  if (known && method !== 'GET') headers['X-CSRF-Token'] = known.csrf_token;
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' };
  if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(options.body);
  } else if (options.file) {
    headers['Content-Type'] = 'application/octet-stream';
    init.body = options.file;
  }
  if (options.signal) init.signal = options.signal;
  try {
    return await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, 'about:blank', '');
  }
}

/** The parsed answer; undefined for one without a body. */
export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  const answer = await fetchAnswer(method, path, options);
  if (answer.status === 204) return undefined as T;
  return (await answer.json()) as T;
}

/** As call(), for routes whose answer is the session as it is from then on. */
export async function callSession<T extends Session>(method: Method, path: string, body: unknown): Promise<T> {
  const answer = await call<T>(method, path, { body, stepUp: false });
  session.set(answer);
  return answer;
}

/** Finds out who has signed in. */
export async function findSession(): Promise<void> {
  try {
    session.set(await call<Session>('GET', '/v1/session'));
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    session.set(null);
  }
}

/** The path below a tenant, in a region where that is not the one that it is pinned to. */
export function tenantPath(tenant: string, tail: string, region?: string | null): string {
  return `/v1/tenants/${encodeURIComponent(tenant)}/${tail}${region ? `${tail.includes('?') ? '&' : '?'}region=${encodeURIComponent(region)}` : ''}`;
}
