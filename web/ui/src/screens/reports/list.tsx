import { useEffect, useState } from 'preact/hooks';
import { findDefinitions, findStandings, type Definition, type Standings } from '../../api/controls';
import { Problem } from '../../api/problem';
import { useLoad } from '../../load';
import { go, type Query } from '../../route';
import { t } from '../../texts';
import { Button, ButtonLink, CopyButton } from '../../ui/controls';
import { Card, Empty, Figure, Loading, Notice, Pairs, Screen } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { numberText, Time } from '../../ui/time';
import type { TenantProps } from '../props';
import { Filter } from './filter';
import { changed, listHref, newReportHref } from './places';
import { useRun, type RunState } from './run';
import { choiceOf, chosen, clausesOf, narrows, STATES, tally } from './standing';
import { Period, toneOf } from './marks';
import { ByClause, DefinitionTable, StandingTable } from './tables';

/** All controls as the last test found them. */
export function ControlList(props: TenantProps) {
  const { tenant, region, session } = props;
  const [newer, setNewer] = useState<Standings | undefined>(undefined);
  const loaded = useLoad(`${tenant}/${region ?? ''}`, (signal) => findStandings(tenant, region, signal));
  const definitions = useLoad('definitions', findDefinitions);
  const standings = newer ?? loaded.data;
  const run = useRun(tenant, region, standings?.time, setNewer);
  useEffect(() => {
    // Somebody else, or the schedule, has begun one.
    if (loaded.data?.running) run.wait();
  }, [loaded.data]);
  const mayRun = session.account.role === 'analyst' || session.account.role === 'admin';
  return (
    <Screen
      title={t.controls.title}
      lead={t.controls.lead}
      actions={
        <>
          {mayRun && standings && (
            <Button busy={run.seconds !== undefined} onClick={run.begin}>
              {t.controls.testNow}
            </Button>
          )}
          <ButtonLink kind="main" href={newReportHref(props)}>
            {t.controls.makeReport}
          </ButtonLink>
        </>
      }
    >
      <RunNotice run={run} />
      {standings ? (
        <Found {...props} standings={standings} />
      ) : loaded.error !== undefined ? (
        <NoneYet {...props} error={loaded.error} reload={loaded.reload} run={run} mayRun={mayRun} definitions={definitions.data} />
      ) : (
        <Loading />
      )}
    </Screen>
  );
}

export function RunNotice({ run }: { run: RunState }) {
  if (run.error !== undefined) return <ProblemNotice error={run.error} retry={run.begin} />;
  if (run.seconds !== undefined)
    return (
      <Notice>
        <p class="loading">
          <span class="spinner" aria-hidden="true" />
          {run.outcome === 'already' ? t.controls.alreadyTesting : t.controls.testing}
        </p>
        {/* Not told second by second. */}
        <span aria-hidden="true">{t.controls.testingFor(run.seconds)}</span>
      </Notice>
    );
  if (run.outcome === 'done') return <Notice tone="good">{t.controls.tested}</Notice>;
  if (run.outcome === 'slow') return <Notice tone="warn">{t.controls.testedSlow}</Notice>;
  return null;
}

function Found(props: TenantProps & { standings: Standings }) {
  const { standings, query } = props;
  const choice = choiceOf(query);
  const shown = chosen(standings.controls, choice);
  const change = (members: Query) => go(listHref(props, changed(query, members)), 'replace');
  return (
    <>
      <Figures {...props} />
      <Card>
        <Pairs
          pairs={[
            [t.controls.lastTested, <Time at={standings.time} ago />],
            [t.controls.period, <Period {...standings.period} />],
            [t.controls.records, numberText(standings.records)],
            [t.controls.reportHash, <span class="hash-line"><code>{standings.report_sha256}</code><CopyButton text={standings.report_sha256} label={t.controls.copyHash} /></span>],
          ]}
        />
      </Card>
      <Filter choice={choice} clauses={clausesOf(standings.controls, choice.framework)} onChange={change} />
      <div class="list-head">
        <p role="status">{t.controls.countOf(numberText(shown.length), numberText(standings.controls.length))}</p>
        {narrows(choice) && <ButtonLink kind="quiet" href={listHref(props)}>{t.controls.filter.clear}</ButtonLink>}
      </div>
      {shown.length === 0 ? (
        <Empty title={t.controls.filter.nothing} action={<ButtonLink href={listHref(props)}>{t.controls.filter.clear}</ButtonLink>}>
          {t.controls.filter.nothingWhat}
        </Empty>
      ) : choice.byClause ? (
        <ByClause here={props} rows={shown} choice={choice} />
      ) : (
        <StandingTable here={props} caption={t.controls.found} rows={shown} framework={choice.framework} />
      )}
    </>
  );
}

function Figures(props: TenantProps & { standings: Standings }) {
  const { standings, query } = props;
  const counts = tally(standings.controls);
  const all = numberText(standings.controls.length);
  return (
    <div class="figures">
      {STATES.map((state) => (
        <Figure
          key={state}
          label={t.controls.figures[state]}
          value={<>{numberText(counts[state])} <span class="unseen">{t.controls.figures[state]}</span></>}
          tone={counts[state] === 0 ? 'plain' : toneOf(state)}
          href={listHref(props, changed(query, { state }))}
        >
          {t.controls.figures.of(all)}
          {state === 'nothing_to_test' && counts[state] > 0 && ` ${t.controls.figures.nothingNote}`}
        </Figure>
      ))}
    </div>
  );
}

/** Where there is no test that one may see: why, what to do, and what is tested. */
function NoneYet(props: TenantProps & { error: unknown; reload: () => void; run: RunState; mayRun: boolean; definitions: readonly Definition[] | undefined }) {
  const { error, run, mayRun, definitions } = props;
  const status = error instanceof Problem ? error.status : 0;
  const known = status === 404 || (status === 403 && props.session.account.role === 'auditor');
  if (!known) return <ProblemNotice error={error} retry={props.reload} />;
  const report = (
    <ButtonLink kind={mayRun ? 'plain' : 'main'} href={newReportHref(props)}>
      {t.controls.makeReport}
    </ButtonLink>
  );
  return (
    <>
      {status === 403 ? (
        <Empty title={t.controls.notYours} action={report}>
          {t.controls.notYoursWhat}
        </Empty>
      ) : (
        <Empty
          title={t.controls.notRun}
          action={
            <>
              {mayRun && (
                <Button kind="main" busy={run.seconds !== undefined} onClick={run.begin}>
                  {t.controls.testNow}
                </Button>
              )}
              {report}
            </>
          }
        >
          {t.controls.notRunWhat} {mayRun ? t.controls.notRunStart : t.controls.notRunOther}
        </Empty>
      )}
      {definitions && (
        <section class="stack" aria-labelledby="what-is-tested">
          <h2 id="what-is-tested">{t.controls.whatIsTested}</h2>
          <DefinitionTable here={props} definitions={definitions.filter((one) => one.kind !== 'listing')} framework={choiceOf(props.query).framework} />
        </section>
      )}
    </>
  );
}
