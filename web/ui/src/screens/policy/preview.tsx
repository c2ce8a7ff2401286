import { useState } from 'preact/hooks';
import { previewPolicy, type Flagged, type PolicyPreview, type PolicyWish, type PreviewedControl } from '../../api/policy';
import { Problem } from '../../api/problem';
import { useAction } from '../../load';
import { t } from '../../texts';
import { Button } from '../../ui/controls';
import { Badge, Card, Loading, Notice } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { numberText, Time } from '../../ui/time';
import { Raw } from '../../ui/raw';
import { tenantHref, type TenantProps } from '../props';

/** What a policy would have flagged last month, beside what the one in force flags. */
export function Preview({ place, wish }: { place: TenantProps; wish: PolicyWish }) {
  const [tried, setTried] = useState<{ wish: string; answer: PolicyPreview } | undefined>();
  const action = useAction();
  const present = JSON.stringify(wish);
  const run = () => action.run(async () => setTried({ wish: present, answer: await previewPolicy(place.tenant, wish) }));
  const missing = action.error instanceof Problem && (action.error.status === 404 || action.error.status === 405);
  return (
    <Card
      title={t.policy.preview}
      actions={
        <Button busy={action.busy} onClick={run}>
          {tried ? t.policy.previewAgain : t.policy.previewRun}
        </Button>
      }
    >
      <p class="hint">{t.policy.previewWhat}</p>
      {action.busy && <Loading what={t.policy.previewRunning} />}
      {missing ? <Notice tone="warn">{t.policy.previewMissing}</Notice> : <ProblemNotice error={action.error} retry={run} />}
      {tried && !action.busy && (
        <>
          {tried.wish !== present && <Notice tone="warn">{t.policy.previewStale}</Notice>}
          <Outcome place={place} answer={tried.answer} />
        </>
      )}
    </Card>
  );
}

function Outcome({ place, answer }: { place: TenantProps; answer: PolicyPreview }) {
  const end = answer.period.before ?? answer.period.to;
  const more = answer.controls.reduce((sum, one) => sum + addedTo(one), 0);
  const fewer = answer.controls.reduce((sum, one) => sum + removedFrom(one), 0);
  return (
    <div class="preview-outcome">
      <p class="preview-period">
        <Time at={answer.period.from} /> {end && <>– <Time at={end} /></>}
      </p>
      {!answer.controls.every(isCompared) ? (
        <Notice tone="warn">{t.policy.previewAtLeast(more, fewer)}</Notice>
      ) : more + fewer === 0 ? (
        <Notice tone="good">{t.policy.previewSame}</Notice>
      ) : (
        <Notice tone={more > 0 ? 'warn' : 'info'}>{t.policy.previewSum(more, fewer)}</Notice>
      )}
      {answer.controls.map((one) => (
        <Previewed key={one.id} place={place} control={one} />
      ))}
    </div>
  );
}

/** Not where there are too many exceptions: then there are examples alone, and what follows is the least. */
function isCompared(control: PreviewedControl): boolean {
  return control.added_total !== null && control.removed_total !== null;
}

function addedTo(control: PreviewedControl): number {
  return control.added_total ?? Math.max(control.added.length, control.then.exceptions - control.now.exceptions);
}

function removedFrom(control: PreviewedControl): number {
  return control.removed_total ?? Math.max(control.removed.length, control.now.exceptions - control.then.exceptions);
}

function Previewed({ place, control }: { place: TenantProps; control: PreviewedControl }) {
  const difference = control.then.exceptions - control.now.exceptions;
  const of = (one: { population: number; exceptions: number }) => t.policy.previewOf(numberText(one.exceptions), numberText(one.population), control.unit ?? '');
  return (
    <section class="previewed">
      <h3>
        {control.title} <code>{control.id}</code>
      </h3>
      <dl class="previewed-figures">
        <div>
          <dt>{t.policy.previewNow}</dt>
          <dd>{of(control.now)}</dd>
        </div>
        <div>
          <dt>{t.policy.previewThen}</dt>
          <dd>{of(control.then)}</dd>
        </div>
        <div>
          <dt>{t.policy.previewDifference}</dt>
          <dd>
            <Badge tone={difference > 0 ? 'warn' : difference < 0 ? 'good' : 'plain'}>
              {difference === 0 ? t.policy.noDifference : difference > 0 ? t.policy.more(numberText(difference)) : t.policy.fewer(numberText(-difference))}
            </Badge>
          </dd>
        </div>
      </dl>
      {!isCompared(control) && <p class="hint">{t.policy.previewTooMany}</p>}
      <Items place={place} items={control.added} title={isCompared(control) ? t.policy.previewAdded(addedTo(control)) : t.policy.previewAddedSome} total={addedTo(control)} />
      <Items place={place} items={control.removed} title={isCompared(control) ? t.policy.previewRemoved(removedFrom(control)) : t.policy.previewRemovedSome} total={removedFrom(control)} />
    </section>
  );
}

function Items({ place, items, title, total }: { place: TenantProps; items: readonly Flagged[]; title: string; total: number }) {
  if (items.length === 0) return null;
  return (
    <details>
      <summary>{title}</summary>
      <ul class="previewed-items">
        {items.map((one) => (
          <li key={one.item}>
            <Raw text={one.observed} />{' '}
            <span class="record-links">
              {one.records.map((seq) => (
                <a key={seq} href={tenantHref(place, ['events', seq])}>
                  {t.policy.record(numberText(seq))}
                </a>
              ))}
            </span>
          </li>
        ))}
      </ul>
      {items.length < total && <p class="hint">{t.policy.previewSome(items.length)}</p>}
    </details>
  );
}
