import { Problem } from '../api/problem';
import { t } from '../texts';
import { Button } from './controls';

/** What to say of something that failed. The appliance's own sentence where it gave one. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Problem)) return error instanceof Error && error.message ? error.message : t.problem.failed;
  if (error.status === 0) return t.problem.offline;
  const sentence = error.detail ? capital(error.detail) : generic(error.status);
  return error.retryAfter > 0 ? `${sentence} ${t.problem.wait(error.retryAfter)}` : sentence;
}

function generic(status: number): string {
  if (status === 403) return t.problem.forbidden;
  if (status === 404) return t.problem.missing;
  if (status === 503) return t.problem.busy;
  return status >= 500 ? t.problem.failed : t.problem.other(status);
}

function capital(text: string): string {
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** Says that something failed; nothing where nothing did. */
export function ProblemNotice({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  if (error === undefined || error === null) return null;
  return (
    <div class="notice bad" role="alert">
      <p>
        <strong>{t.problem.title}</strong> {sentenceOf(error)}
      </p>
      {retry && <Button onClick={retry}>{t.common.retry}</Button>}
    </div>
  );
}
