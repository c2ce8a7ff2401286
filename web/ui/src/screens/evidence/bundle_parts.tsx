import type { Bundle } from '../../api/bundles';
import type { Session } from '../../api/session';
import { t } from '../../texts';
import { Badge, Progress, type Tone } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { numberText, Time } from '../../ui/time';

const TONES: Record<Bundle['state'], Tone> = { waits: 'warn', making: 'info', ready: 'good', failed: 'bad' };

export function BundleState({ bundle }: { bundle: Bundle }) {
  const name = bundle.state === 'making' && !bundle.progress ? 'queued' : bundle.state;
  return <Badge tone={TONES[bundle.state]}>{t.evidence.states[name]}</Badge>;
}

export function Period({ from, to }: { from: string; to: string }) {
  return (
    <span class="period">
      <span>{t.common.from}</span>
      <Time at={from} />
      <span>{t.common.to}</span>
      <Time at={to} />
    </span>
  );
}

/** Who somebody is, as far as the appliance tells: her role and the beginning of the account's id. */
export function Who({ session, id, role }: { session: Session; id: string; role?: string }) {
  if (id === session.account.id) return <>{t.evidence.you}</>;
  const known = role && Object.hasOwn(t.roles, role) ? t.roles[role as keyof typeof t.roles] : undefined;
  return (
    <span class="who-asked" title={id}>
      {known ?? t.evidence.account} <bdi class="mono">{id.slice(0, 8)}</bdi>
    </span>
  );
}

/** How far the making of a bundle is. */
export function Making({ bundle }: { bundle: Bundle }) {
  const { progress } = bundle;
  if (!progress) return <p class="hint">{t.evidence.queuedWhat}</p>;
  const { done, total } = progress;
  if (total === 0) return <Progress label={t.evidence.makingStart} value={0} max={1} />;
  const end = bundle.report.length > 0 ? t.evidence.makingEndReport : t.evidence.makingEnd;
  const label = done >= total ? end(numberText(total)) : t.evidence.makingStep(numberText(done), numberText(total));
  return <Progress label={label} value={done} max={total} />;
}

export function Contents({ bundle }: { bundle: Bundle }) {
  const what = bundle.filter.length > 0 ? t.evidence.filtered(bundle.filter.length) : t.evidence.everything;
  return (
    <>
      {[
        what,
        ...(bundle.report.length > 0 ? [t.evidence.withReport] : []),
        ...(bundle.documents ? [t.evidence.withDocuments(bundle.documents.length)] : []),
        ...(bundle.questionnaire ? [t.evidence.withQuestionnaire] : []),
      ].join(', ')}
    </>
  );
}

export function Terms({ terms }: { terms: readonly string[] }) {
  return (
    <ul class="plain-list">
      {terms.map((term) => (
        <li key={term} class="mono">
          <Raw text={term} />
        </li>
      ))}
    </ul>
  );
}
