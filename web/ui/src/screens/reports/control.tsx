import { findDefinitions, findStanding, FRAMEWORKS, type ControlRun, type Definition } from '../../api/controls';
import { Problem } from '../../api/problem';
import { useLoad } from '../../load';
import { t } from '../../texts';
import { ButtonLink, CopyButton } from '../../ui/controls';
import { Card, Empty, Loading, Notice, Pairs, Screen } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { numberText, Time } from '../../ui/time';
import type { TenantProps } from '../props';
import { RunException } from './exceptions';
import { History } from './history';
import { clauseTitle, Period, SeverityMark, StateBadge, toneOf } from './marks';
import { Parameters } from './parameters';
import { listHref, newReportHref, type Here } from './places';
import { Queries } from './queries';
import { compareClauses } from './standing';

type Props = TenantProps & { id: string };

/** One control: what it is for, how it is tested, and what the last test found. */
export function ControlPage(props: Props) {
  const { tenant, region, id } = props;
  const definitions = useLoad('definitions', findDefinitions);
  const loaded = useLoad(`${tenant}/${region ?? ''}/${id}`, (signal) => findStanding(tenant, region, id, signal));
  const definition = definitions.data?.find((one) => one.id === id);
  const run = loaded.data;
  const subject = run?.control ?? definition;
  const actions = (
    <>
      <ButtonLink href={listHref(props)}>{t.controls.back}</ButtonLink>
      <ButtonLink href={newReportHref(props)}>{t.controls.makeReport}</ButtonLink>
    </>
  );
  if (!subject) {
    const waits = (loaded.loading && loaded.error === undefined) || (definitions.loading && definitions.error === undefined);
    return (
      <Screen title={id} actions={actions}>
        {waits ? <Loading /> : <Missing {...props} error={definitions.error ?? loaded.error} retry={definitions.error ? definitions.reload : loaded.reload} />}
      </Screen>
    );
  }
  return (
    <Screen title={subject.title} actions={actions} lead={subject.objective}>
      {run ? <Result {...props} run={run} /> : loaded.error !== undefined ? <NoResult {...props} error={loaded.error} retry={loaded.reload} /> : <Loading />}
      {run && <RunException {...props} run={run} />}
      <div class="columns">
        <About subject={subject} />
        <Clauses here={props} criteria={subject.criteria} />
      </div>
      {run && <History history={run.control.history} />}
      <Parameters parameters={subject.parameters} defaults={definition?.parameters ?? []} inForce={run !== undefined} />
      <Queries here={props} subject={subject} run={run} />
    </Screen>
  );
}

function Missing({ error, retry, ...here }: Props & { error: unknown; retry: () => void }) {
  if (error !== undefined && !(error instanceof Problem && error.status === 404)) return <ProblemNotice error={error} retry={retry} />;
  return (
    <Empty title={t.controls.missing} action={<ButtonLink href={listHref(here)}>{t.controls.back}</ButtonLink>}>
      {t.controls.missingWhat}
    </Empty>
  );
}

/** The last test is not there, or not for this reader. */
function NoResult({ error, retry, session }: Props & { error: unknown; retry: () => void }) {
  const status = error instanceof Problem ? error.status : 0;
  if (status === 404) return <Notice>{t.controls.notRun}</Notice>;
  if (status === 403 && session.account.role === 'auditor')
    return (
      <Notice>
        {t.controls.notYours}. {t.controls.notYoursWhat}
      </Notice>
    );
  return <ProblemNotice error={error} retry={retry} />;
}

export function resultText(state: string, exceptions: number, population: number, unit: string): string {
  const words = t.controls.sentence;
  if (state === 'failing') return words.failing(numberText(exceptions), numberText(population), unit);
  return state === 'passing' ? words.passing(numberText(population), unit) : words.nothing_to_test(unit);
}

function Result({ run }: Props & { run: ControlRun }) {
  const { control } = run;
  return (
    <section class={`control-result ${toneOf(control.state)}`} aria-label={t.controls.result}>
      <div class="control-result-head">
        <StateBadge state={control.state} />
        <p class="control-result-text">{resultText(control.state, control.exceptions, control.population, control.unit)}</p>
      </div>
      <Pairs
        pairs={[
          [t.controls.lastTested, <Time at={run.time} ago />],
          [t.controls.period, <Period {...run.period} />],
          [t.controls.reportHash, <span class="hash-line"><code>{run.report_sha256}</code><CopyButton text={run.report_sha256} label={t.controls.copyHash} /></span>],
        ]}
      />
    </section>
  );
}

function About({ subject }: { subject: Definition | ControlRun['control'] }) {
  return (
    <Card title={t.controls.procedure}>
      <p class="prose">{subject.procedure}</p>
      <Pairs
        pairs={[
          ...(subject.unit ? [[t.controls.population, subject.unit] as const] : []),
          ...(subject.frequency ? [[t.controls.frequency, subject.frequency] as const] : []),
          [t.controls.kind, `${t.controls.kinds[subject.kind] ?? subject.kind}: ${t.controls.kindsWhat[subject.kind] ?? ''}`],
          ...(subject.severity ? [[t.controls.severity, <SeverityMark severity={subject.severity} />] as const] : []),
          [t.controls.id, <><code>{subject.id}</code> <span class="soft">{t.findings.version(subject.version)}</span></>],
        ]}
      />
    </Card>
  );
}

function Clauses({ here, criteria }: { here: Here; criteria: Definition['criteria'] }) {
  return (
    <Card title={t.controls.criteria}>
      <p class="soft">{t.controls.criteriaWhat}</p>
      {FRAMEWORKS.filter((framework) => criteria[framework]?.length).map((framework) => (
        <div key={framework} class="clause-group">
          <h3>{t.controls.frameworks[framework]}</h3>
          <ul class="plain-list">
            {[...(criteria[framework] ?? [])].sort(compareClauses).map((clause) => (
              <li key={clause}>
                <a href={listHref(here, { framework: framework === 'soc2' ? '' : framework, clause })}>{clause}</a> {clauseTitle(framework, clause)}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </Card>
  );
}
