import type { ControlResult, Outcome, Report, Sample } from '../../api/reports';
import { t } from '../../texts';
import { CardTable, type CardColumn } from '../../ui/card_table';
import { Badge, Card, Notice, Pairs } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { numberText, Time } from '../../ui/time';
import { exceptionColumns, Item } from './exceptions';
import { Period, SeverityMark, stateOf, toneOf } from './marks';
import type { Method } from './order';
import type { Here } from './places';
import { compareClauses, STATES } from './standing';

const SHOWN_MAX = 100;

/** A report on the screen: what is said on its first page, and each control. */
export function Summary({ here, report }: { here: Here; report: Report }) {
  const count = (outcome: Outcome) => numberText(report.controls.filter((one) => one.outcome === outcome).length);
  const { records } = report;
  const controls = [...report.controls].sort((a, b) => STATES.indexOf(stateOf(a.outcome)) - STATES.indexOf(stateOf(b.outcome)) || (a.id < b.id ? -1 : 1));
  const events = numberText(records.events_in_period);
  return (
    <Card title={t.makeReport.shown}>
      <p class="soft">{report.statement}</p>
      <Pairs
        pairs={[
          [t.common.period, <Period from={report.period.from} to={report.period.to} />],
          [t.makeReport.records, records.end_seq > records.first_seq ? t.makeReport.recordsOf(numberText(records.first_seq), numberText(records.end_seq - 1), events) : t.makeReport.noRecords(events)],
          [t.makeReport.asOf, <Time at={report.as_of.time} />],
        ]}
      />
      {report.warnings.length > 0 && (
        <Notice tone="warn">
          <div>
            <strong>{t.makeReport.warnings}</strong>
            <ul class="warnings">
              {report.warnings.map((one) => (
                <li key={one}>
                  <Raw text={one} />
                </li>
              ))}
            </ul>
          </div>
        </Notice>
      )}
      <p class="tally">{t.makeReport.tally(count('exceptions'), count('no_exceptions'), count('nothing_to_test'))}</p>
      <CardTable caption={t.makeReport.table} columns={columnsOf(report)} rows={controls} keyOf={(one) => one.id} />
      {controls.some((one) => one.exceptions.list.length > 0) && (
        <section class="stack">
          <h3>{t.controls.exceptions}</h3>
          {controls.map((one) => one.exceptions.list.length > 0 && <Exceptions key={one.id} here={here} one={one} />)}
        </section>
      )}
      {report.samples.length > 0 && (
        <section class="stack">
          <h3>{t.makeReport.samples}</h3>
          {report.samples.map((one) => (
            <Drawn key={one.id} sample={one} />
          ))}
        </section>
      )}
    </Card>
  );
}

function columnsOf(report: Report): CardColumn<ControlResult>[] {
  const heads = t.makeReport.heads;
  const { framework } = report.scope;
  return [
    {
      head: heads.control,
      names: true,
      cell: (one) => (
        <>
          <strong>{one.title}</strong>
          <div class="control-id">
            <code>{one.id}</code> · {t.controls.kinds[one.kind] ?? one.kind}
          </div>
        </>
      ),
    },
    { head: heads.outcome, cell: (one) => <Badge tone={toneOf(stateOf(one.outcome))}>{t.makeReport.outcomes[one.outcome] ?? one.outcome}</Badge> },
    { head: heads.exceptions, number: true, cell: (one) => numberText(one.exceptions.count) },
    {
      head: heads.population,
      cell: (one) => (
        <>
          <span class="amount">{numberText(one.population.count)}</span> <span class="soft">{one.population.unit}</span>
        </>
      ),
    },
    { head: t.controls.heads.severity, cell: (one) => <SeverityMark severity={one.severity} /> },
    { head: heads.clauses, cell: (one) => [...(one.criteria[framework] ?? [])].sort(compareClauses).join(', ') },
  ];
}

function Exceptions({ here, one }: { here: Here; one: ControlResult }) {
  const shown = one.exceptions.list.slice(0, SHOWN_MAX);
  return (
    <details class="disclosure">
      <summary>
        {one.title} ({numberText(one.exceptions.count)})
      </summary>
      {shown.length < one.exceptions.count && <p class="soft">{t.makeReport.exceptionsTold(numberText(shown.length), numberText(one.exceptions.count))}</p>}
      <CardTable caption={t.makeReport.exceptionsOf(one.id)} columns={exceptionColumns(here)} rows={shown} keyOf={(each) => each.finding} />
    </details>
  );
}

function Drawn({ sample }: { sample: Sample }) {
  const method = t.makeReport.sampleMethods[sample.method as Method] ?? sample.method;
  return (
    <details class="disclosure">
      <summary>{t.makeReport.drawn(sample.control, numberText(sample.picks.length), numberText(sample.population), method)}</summary>
      <ul class="plain-list sample-items">
        {sample.picks.map(({ item }) => (
          <li key={item}>
            <Item item={item} />
          </li>
        ))}
      </ul>
    </details>
  );
}
