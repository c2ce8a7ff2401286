import { useEffect, useRef, useState } from 'preact/hooks';
import { findDefinitions, type Definition } from '../../api/controls';
import { makeReport, type MadeReport } from '../../api/reports';
import { useAction, useLoad } from '../../load';
import { go } from '../../route';
import { t } from '../../texts';
import { Button, ButtonLink } from '../../ui/controls';
import { Card, Loading, Notice, Screen } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import type { TenantProps } from '../props';
import { CriteriaField, FormatField, FrameworkField } from './fields';
import { Made } from './made';
import { boundsOf, draftOf, faultsOf, isGood, orderOf, queryOf, type Draft } from './order';
import { PeriodField } from './period';
import { listHref, newReportHref } from './places';
import { SamplesField } from './samples';

/** A report of a period that the person chooses: it is ordered, waited for, and saved or looked at. */
export function MakeReport(props: TenantProps) {
  const definitions = useLoad('definitions', findDefinitions);
  return (
    <Screen title={t.makeReport.title} lead={t.makeReport.lead} actions={<ButtonLink href={listHref(props)}>{t.controls.back}</ButtonLink>}>
      {definitions.data ? (
        <Form {...props} definitions={definitions.data.filter((one) => one.kind !== 'listing')} />
      ) : definitions.error !== undefined ? (
        <ProblemNotice error={definitions.error} retry={definitions.reload} />
      ) : (
        <Loading />
      )}
    </Screen>
  );
}

interface Done {
  report: MadeReport;
  draft: Draft;
  seconds: number;
}

function Form(props: TenantProps & { definitions: readonly Definition[] }) {
  const { tenant, region, session, query, definitions } = props;
  const bounds = boundsOf(session);
  const draft = draftOf(query, bounds);
  const faults = faultsOf(draft, bounds);
  const [tried, setTried] = useState(false);
  const [done, setDone] = useState<Done | undefined>(undefined);
  const [stopped, setStopped] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const control = useRef<AbortController | undefined>(undefined);
  const action = useAction();
  useEffect(() => () => control.current?.abort(), []);
  const put = (next: Partial<Draft>) => go(newReportHref(props, queryOf({ ...draft, ...next })), 'replace');
  useEffect(() => {
    // So that the address says which period it is also tomorrow.
    if (!query.get('from') || !query.get('to')) put({});
  }, [query]);

  function submit(): void {
    setTried(true);
    if (!isGood(faults)) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [aria-describedby="period-fault"] select')?.focus());
      return;
    }
    setStopped(false);
    action.run(async () => {
      const began = Date.now();
      const asked = new AbortController();
      control.current = asked;
      try {
        const report = await makeReport(tenant, region, orderOf(draft), asked.signal);
        setDone({ report, draft, seconds: Math.max(1, Math.round((Date.now() - began) / 1000)) });
      } catch (problem) {
        if (!asked.signal.aborted) throw problem;
        setStopped(true);
      }
    });
  }

  return (
    <>
      <form
        class="stack make"
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Card title={t.common.period}>
          <PeriodField span={draft.span} bounds={bounds} fault={faults.span} onSpan={(span) => put({ span })} />
        </Card>
        <Card title={t.makeReport.scope}>
          <div class="form">
            <FrameworkField value={draft.framework} onValue={(framework) => put({ framework, criteria: [] })} />
            <CriteriaField framework={draft.framework} definitions={definitions} chosen={draft.criteria} onChosen={(criteria) => put({ criteria })} />
          </div>
        </Card>
        <Card title={t.makeReport.samples}>
          <SamplesField draft={draft} definitions={definitions} faults={tried ? faults : undefined} onChange={put} />
        </Card>
        <Card title={t.makeReport.format}>
          <FormatField draft={draft} onChange={put} />
        </Card>
        <ProblemNotice error={action.error} />
        <div class="actions">
          <Button kind="main" type="submit" busy={action.busy}>
            {t.makeReport.submit}
          </Button>
          {action.busy && <Button onClick={() => control.current?.abort()}>{t.makeReport.stop}</Button>}
          <span class="soft">{t.makeReport.needsFactor}</span>
        </div>
        {action.busy && <Waiting />}
        {stopped && <Notice tone="warn">{t.makeReport.stopped}</Notice>}
      </form>
      {done && !action.busy && <Made here={props} key={done.report.sha256} report={done.report} seconds={done.seconds} json={done.draft.format === 'json'} stale={JSON.stringify(orderOf(done.draft)) !== JSON.stringify(orderOf(draft))} />}
    </>
  );
}

/** Says how long it has been going on, where the person sees it. */
function Waiting() {
  const place = useRef<HTMLDivElement>(null);
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'nearest' });
    const began = Date.now();
    const clock = setInterval(() => setSeconds(Math.round((Date.now() - began) / 1000)), 500);
    return () => clearInterval(clock);
  }, []);
  return (
    <div ref={place}>
      <Notice>
        <p class="loading">
          <span class="spinner" aria-hidden="true" />
          {t.makeReport.making}
        </p>
        {/* Not told second by second. */}
        <span aria-hidden="true">{t.makeReport.makingWhat(seconds)}</span>
      </Notice>
    </div>
  );
}
