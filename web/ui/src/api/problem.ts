/** A problem document (RFC 9457), or what stands for it where none came. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    readonly detail: string,
    /** Seconds after which to ask again; 0 where the answer does not say. */
    readonly retryAfter = 0,
  ) {
    super(detail);
  }
}

export const SECOND_FACTOR = 'urn:countersign:problem:second-factor-needed';

export async function problemOf(answer: Response): Promise<Problem> {
  const retry = Number(answer.headers.get('Retry-After') ?? 0) || 0;
  try {
    const body = (await answer.json()) as { type?: unknown; detail?: unknown; title?: unknown };
    const text = typeof body.detail === 'string' ? body.detail : String(body.title ?? '');
    return new Problem(answer.status, typeof body.type === 'string' ? body.type : 'about:blank', text, retry);
  } catch {
    return new Problem(answer.status, 'about:blank', '', retry);
  }
}
