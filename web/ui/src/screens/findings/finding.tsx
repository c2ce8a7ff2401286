import { useEffect, useRef, useState } from 'preact/hooks';
import { findDefinitions, findStanding } from '../../api/controls';
import { findFinding, type Finding, type Step } from '../../api/findings';
import { Problem } from '../../api/problem';
import { useLoad } from '../../load';
import { t } from '../../texts';
import { Button, ButtonLink } from '../../ui/controls';
import { Card, Empty, Loading, Notice, Pairs, Screen } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { tenantHref, type TenantProps } from '../props';
import { Life } from './life';
import { FindingBadge, RecordLinks } from './marks';
import { SayDialog } from './say';

type Props = TenantProps & { id: string };

/** One finding: what was observed, what became of it, and what one can do. */
export function FindingPage(props: Props) {
  const { tenant, region, id } = props;
  const [said, setSaid] = useState<Finding | undefined>(undefined);
  const loaded = useLoad(`${tenant}/${region ?? ''}/${id}`, (signal) => findFinding(tenant, region, id, signal));
  const definitions = useLoad('definitions', findDefinitions);
  const finding = said ?? loaded.data;
  const back = <ButtonLink href={tenantHref(props, ['findings'])}>{t.findings.back}</ButtonLink>;
  if (loaded.error instanceof Problem && loaded.error.status === 404 && !finding)
    return (
      <Screen title={t.findings.one} actions={back}>
        <Empty title={t.findings.noneHere} action={back}>
          {t.findings.noneHereWhat}
        </Empty>
      </Screen>
    );
  const title = definitions.data?.find((one) => one.id === finding?.control)?.title ?? t.findings.one;
  return (
    <Screen title={title} actions={back}>
      <ProblemNotice error={loaded.error} retry={loaded.reload} />
      {finding ? (
        <Found
          {...props}
          finding={finding}
          setFinding={setSaid}
          reload={() => {
            setSaid(undefined);
            loaded.reload();
          }}
        />
      ) : (
        loaded.error === undefined && <Loading />
      )}
    </Screen>
  );
}

type FoundProps = Props & { finding: Finding; setFinding: (finding: Finding) => void; reload: () => void };

/** Of an exception that only a report told of, the last test knows what was observed. */
function useObserved({ tenant, region, finding }: FoundProps): { finding: Finding; fromTest: boolean } {
  const { control } = finding;
  const wanted = control !== undefined && !finding.observed && finding.records.length === 0;
  const loaded = useLoad(`${tenant}/${region ?? ''}/${wanted ? control : ''}`, (signal) => (wanted ? findStanding(tenant, region, control, signal) : Promise.resolve(undefined)));
  const found = loaded.data?.control.items.find((one) => one.finding === finding.finding);
  return found ? { finding: { ...finding, observed: found.observed, records: found.records }, fromTest: true } : { finding, fromTest: false };
}

function Found(given: FoundProps) {
  const { finding, fromTest } = useObserved(given);
  const props = { ...given, finding };
  const { session } = props;
  const maySay = session.account.role === 'analyst' || session.account.role === 'admin';
  return (
    <>
      <div class="observed">
        <FindingBadge state={finding.state} />
        <p>{finding.observed ? <Raw text={finding.observed} /> : t.findings.observedUnknown}</p>
      </div>
      {maySay && <Actions {...props} />}
      <div class="columns">
        <Card title={t.findings.details}>
          <Facts {...props} />
          {fromTest && <p class="soft">{t.findings.fromTest}</p>}
        </Card>
        <Card title={t.findings.life}>
          <p class="soft">{t.findings.lifeWhat}</p>
          <Life finding={finding} here={props} />
        </Card>
      </div>
    </>
  );
}

function Facts(props: FoundProps) {
  const { finding } = props;
  const { control, item } = finding;
  return (
    <Pairs
      pairs={[
        [
          t.findings.control,
          control ? (
            <>
              <a href={tenantHref(props, ['reports', control])}>
                <code>
                  <Raw text={control} most={64} inline />
                </code>
              </a>
              {finding.version !== undefined && <span class="soft"> {t.findings.version(finding.version)}</span>}
            </>
          ) : (
            t.findings.unnamed
          ),
        ],
        ...(item
          ? [
              [
                t.findings.item,
                <>
                  <code>
                    <Raw text={item} />
                  </code>
                  <div class="soft">{t.findings.itemWhat}</div>
                </>,
              ] as const,
            ]
          : []),
        [t.findings.records, finding.records.length > 0 ? <RecordLinks here={props} records={finding.records} most={24} /> : t.findings.recordsNone],
        [t.findings.id, <code>{finding.finding}</code>],
      ]}
    />
  );
}

function Actions(props: FoundProps) {
  const { finding } = props;
  const [step, setStep] = useState<Step | undefined>(undefined);
  const [notice, setNotice] = useState<{ tone: 'good' | 'warn'; text: string } | undefined>(undefined);
  const place = useRef<HTMLDivElement>(null);
  // The button that one pressed may be gone.
  useEffect(() => {
    if (notice) place.current?.focus();
  }, [notice]);
  const steps: Step[] = finding.state === 'opened' ? ['acknowledge', 'answer', 'resolve'] : finding.state === 'acknowledged' ? ['answer', 'resolve'] : ['answer'];
  const close = () => setStep(undefined);
  return (
    <Card title={t.findings.actions}>
      {notice && (
        <div tabIndex={-1} ref={place}>
          <Notice tone={notice.tone}>{notice.text}</Notice>
        </div>
      )}
      <p>{t.findings.actionsWhat[finding.state]}</p>
      <div class="actions">
        {steps.map((one, at) => (
          <Button key={one} kind={at === 0 && finding.state !== 'resolved' ? 'main' : 'plain'} onClick={() => setStep(one)}>
            {t.findings[one]}
          </Button>
        ))}
      </div>
      {step && (
        <SayDialog
          here={props}
          finding={finding.finding}
          step={step}
          acknowledges={step === 'resolve' && finding.state === 'opened'}
          close={close}
          done={(now) => {
            close();
            props.setFinding(now);
            setNotice({ tone: 'good', text: t.findings.dialogs[step].done });
          }}
          conflict={() => {
            close();
            props.reload();
            setNotice({ tone: 'warn', text: t.findings.conflict });
          }}
        />
      )}
    </Card>
  );
}
