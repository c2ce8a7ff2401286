import { useState } from 'preact/hooks';
import { approveBundle, findBundle, findLimits, type Bundle, type Limits } from '../../api/bundles';
import { Problem } from '../../api/problem';
import { useAction, useLoad } from '../../load';
import { useRepeat } from '../../poll';
import { t } from '../../texts';
import { Button, ButtonLink, CopyButton } from '../../ui/controls';
import { Card, Empty, Loading, Notice, Pairs, Screen } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { bytesText, dayText, numberText, Time } from '../../ui/time';
import { tenantHref, type TenantProps } from '../props';
import { BundleState, Making, Period, Terms, Who } from './bundle_parts';
import { BundledDocuments, BundledQuestionnaire } from './bundle_vendor';
import { queryOfBundle } from './draft';
import { DownloadCard } from './download_card';
import { HowToCheck } from './how_to_check';

const BUSY_S = 1;
const WAITING_S = 10;

type Props = TenantProps & { id: string };

/** One bundle: how far it is, what it holds, and how to get and check it. */
export function BundlePage(props: Props) {
  const loaded = useLoad(props.id, (signal) => findBundle(props, props.id, signal));
  const limits = useLoad('limits', (signal) => findLimits(props.tenant, props.session.account.role, signal));
  const bundle = loaded.data;
  useRepeat(loaded.reload, bundle?.state === 'making' ? BUSY_S : bundle?.state === 'waits' ? WAITING_S : undefined);
  const gone = loaded.error instanceof Problem && loaded.error.status === 404;
  return (
    <Screen title={bundle ? t.evidence.openOne(dayText(bundle.from), dayText(bundle.to)) : t.evidence.title}>
      <div>
        <a href={tenantHref(props, ['evidence'])}>{t.evidence.toBundles}</a>
      </div>
      {gone ? <Gone {...props} /> : <ProblemNotice error={loaded.error} retry={loaded.reload} />}
      {bundle && !gone ? <Found {...props} bundle={bundle} limits={limits.data} reload={loaded.reload} /> : loaded.error === undefined && <Loading />}
    </Screen>
  );
}

function Gone(props: Props) {
  return (
    <Empty
      title={t.evidence.gone}
      action={
        <ButtonLink kind="main" href={tenantHref(props, ['evidence', 'new'])}>
          {t.evidence.goneMake}
        </ButtonLink>
      }
    >
      {t.evidence.goneWhat}
    </Empty>
  );
}

function Found({ bundle, limits, reload, ...props }: Props & { bundle: Bundle; limits: Limits | undefined; reload: () => void }) {
  return (
    <>
      {bundle.state === 'making' && (
        <Card title={t.evidence.states[bundle.progress ? 'making' : 'queued']}>
          <Making bundle={bundle} />
          <p class="hint">{t.evidence.mayLeave}</p>
        </Card>
      )}
      {bundle.state === 'waits' && <Waiting {...props} bundle={bundle} reload={reload} />}
      {bundle.state === 'failed' && (
        <Notice tone="bad">
          <p>
            <strong>{t.evidence.failedWhat}:</strong> <Raw text={bundle.why ?? ''} />
          </p>
          <ButtonLink href={tenantHref(props, ['evidence', 'new'], queryOfBundle(bundle))}>{t.evidence.again}</ButtonLink>
        </Notice>
      )}
      <div class="bundle-columns">
        <div class="bundle-column">
          {bundle.state === 'ready' && <DownloadCard {...props} bundle={bundle} limits={limits} />}
          <Details {...props} bundle={bundle} />
        </div>
        {bundle.state === 'ready' && <HowToCheck {...props} bundle={bundle} />}
      </div>
    </>
  );
}

function Waiting({ bundle, reload, ...props }: Props & { bundle: Bundle; reload: () => void }) {
  const action = useAction();
  const [approved, setApproved] = useState(false);
  const own = bundle.asked_by === props.session.account.id;
  return (
    <Card title={t.evidence.states.waits}>
      <p>{t.evidence.waitsWhat}</p>
      <p>{own ? t.evidence.waitsOwn : t.evidence.approveWhat}</p>
      <ProblemNotice error={action.error} />
      <div class="actions">
        {own ? (
          <CopyButton text={location.href} />
        ) : (
          <Button
            kind="main"
            busy={action.busy || approved}
            onClick={() =>
              action.run(async () => {
                await approveBundle(props, bundle.id);
                setApproved(true);
                reload();
              })
            }
          >
            {t.evidence.approve}
          </Button>
        )}
      </div>
    </Card>
  );
}

function Details({ bundle, ...props }: Props & { bundle: Bundle }) {
  const clauses = bundle.report.length === 1 && bundle.report[0] === 'all' ? t.evidence.reportAll : bundle.report.join(', ');
  const report = bundle.framework ? `${t.evidence.form.frameworks[bundle.framework]}: ${clauses}` : clauses;
  return (
    <Card
      title={t.evidence.details}
      actions={bundle.state === 'ready' && <ButtonLink href={tenantHref(props, ['evidence', 'new'], queryOfBundle(bundle))}>{t.evidence.again}</ButtonLink>}
    >
      <Pairs
        pairs={[
          [t.evidence.state, <BundleState bundle={bundle} />],
          [t.evidence.period, <Period from={bundle.from} to={bundle.to} />],
          bundle.filter.length > 0 ? [t.evidence.filter, <Terms terms={bundle.filter} />] : [t.evidence.contents, t.evidence.everything],
          [t.evidence.profile, <><div>{t.evidence.profiles[bundle.profile]}</div><div class="hint">{t.evidence.profilesWhat[bundle.profile]}</div></>],
          [t.evidence.report, bundle.report.length > 0 ? <Raw text={report} /> : t.common.none],
          ...(bundle.documents ? [[t.evidence.documents, <BundledDocuments documents={bundle.documents} />] as const] : []),
          ...(bundle.questionnaire ? [[t.evidence.questionnaire, <BundledQuestionnaire id={bundle.questionnaire} />] as const] : []),
          ...(bundle.records === undefined ? [] : [[t.evidence.records, <>{numberText(bundle.records)}{bundle.filter.length > 0 && <div class="hint">{t.evidence.recordsWithheld}</div>}</>] as const]),
          ...(bundle.bytes === undefined ? [] : [[t.evidence.size, bytesText(bundle.bytes)] as const]),
          [t.evidence.askedBy, <><Who session={props.session} id={bundle.asked_by} role={bundle.role} />, <Time at={bundle.asked} ago /></>],
          ...(bundle.approved_by ? [[t.evidence.approvedBy, <Who session={props.session} id={bundle.approved_by} />] as const] : []),
          [t.evidence.goes, <Time at={bundle.kept_until} ago />],
        ]}
      />
    </Card>
  );
}
