import type { Definition, Framework, Standing } from '../../api/controls';
import { t } from '../../texts';
import { CardTable, type CardColumn } from '../../ui/card_table';
import { numberText } from '../../ui/time';
import { clauseTitle, ResultTrend, SeverityMark, StateBadge } from './marks';
import { controlHref, listHref, type Here } from './places';
import { clausesOf, compareClauses, tally, type Choice } from './standing';

function ControlName({ here, one }: { here: Here; one: Pick<Standing, 'id' | 'title' | 'kind'> }) {
  return (
    <>
      <a class="control-name" href={controlHref(here, one.id)}>
        {one.title}
      </a>
      <div class="control-id">
        <code>{one.id}</code> · {t.controls.kinds[one.kind] ?? one.kind}
      </div>
    </>
  );
}

function Clauses({ here, criteria, framework }: { here: Here; criteria: Standing['criteria']; framework: Framework }) {
  const clauses = [...(criteria[framework] ?? [])].sort(compareClauses);
  if (clauses.length === 0) return <span class="soft">{t.common.none}</span>;
  return (
    <span class="clause-links">
      {clauses.map((clause) => (
        <a key={clause} title={clauseTitle(framework, clause)} href={listHref(here, { framework: framework === 'soc2' ? '' : framework, clause })}>
          {clause}
        </a>
      ))}
    </span>
  );
}

interface StandingTableProps {
  here: Here;
  caption: string;
  rows: readonly Standing[];
  framework: Framework;
}

export function StandingTable({ here, caption, rows, framework }: StandingTableProps) {
  const heads = t.controls.heads;
  const columns: CardColumn<Standing>[] = [
    { head: heads.control, names: true, cell: (one) => <ControlName here={here} one={one} /> },
    { head: heads.state, cell: (one) => <StateBadge state={one.state} /> },
    { head: heads.exceptions, cell: (one) => <Exceptions one={one} /> },
    { head: heads.trend, cell: (one) => <ResultTrend history={one.history} /> },
    { head: heads.severity, cell: (one) => <SeverityMark severity={one.severity} /> },
    { head: `${heads.clauses}, ${t.controls.frameworks[framework]}`, cell: (one) => <Clauses here={here} criteria={one.criteria} framework={framework} /> },
  ];
  return (
    <div class="control-table">
      <CardTable caption={caption} columns={columns} rows={rows} keyOf={(one) => one.id} />
    </div>
  );
}

function Exceptions({ one }: { one: Standing }) {
  if (one.population === 0) return <span class="soft">{t.controls.noneOf(one.unit)}</span>;
  return (
    <>
      <span class="amount">{t.controls.exceptionsOf(numberText(one.exceptions), numberText(one.population))}</span> <span class="soft">{one.unit}</span>
    </>
  );
}

/** A table for each clause; a control stands at every clause that it supports. */
export function ByClause({ here, rows, choice }: { here: Here; rows: readonly Standing[]; choice: Choice }) {
  const { framework } = choice;
  const clauses = choice.clause ? [choice.clause] : clausesOf(rows, framework);
  const others = rows.filter((one) => !one.criteria[framework]?.length);
  const group = (number: number, title: string, sub: string | undefined, members: readonly Standing[]) => {
    const counts = tally(members);
    return (
      <section key={title} class="stack" aria-labelledby={`clause-${number}`}>
        <div>
          <h2 id={`clause-${number}`}>
            {title}
            {sub && <span class="clause-title"> {sub}</span>}
          </h2>
          <p class="soft">{t.controls.clauseTally(numberText(counts.failing), numberText(counts.passing), numberText(counts.nothing_to_test))}</p>
        </div>
        <StandingTable here={here} caption={title} rows={members} framework={framework} />
      </section>
    );
  };
  return (
    <>
      {clauses.map((clause, at) => group(at, clause, clauseTitle(framework, clause), rows.filter((one) => one.criteria[framework]?.includes(clause))))}
      {others.length > 0 && group(clauses.length, t.controls.otherClauses, undefined, others)}
    </>
  );
}

/** What is tested, where there is no result that one may see. */
export function DefinitionTable({ here, definitions, framework }: { here: Here; definitions: readonly Definition[]; framework: Framework }) {
  const heads = t.controls.heads;
  const columns: CardColumn<Definition>[] = [
    { head: heads.control, names: true, cell: (one) => <ControlName here={here} one={one} /> },
    { head: heads.objective, cell: (one) => one.objective },
    { head: heads.severity, cell: (one) => one.severity && <SeverityMark severity={one.severity} /> },
    { head: `${heads.clauses}, ${t.controls.frameworks[framework]}`, cell: (one) => <Clauses here={here} criteria={one.criteria} framework={framework} /> },
  ];
  return <CardTable caption={t.controls.whatIsTested} columns={columns} rows={definitions} keyOf={(one) => one.id} />;
}
