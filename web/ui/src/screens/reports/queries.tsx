import type { ControlRun, Definition, Parameter, Query } from '../../api/controls';
import { t } from '../../texts';
import { CopyButton } from '../../ui/controls';
import { Card, Pairs } from '../../ui/parts';
import type { Here } from './places';
import { parametersText } from './shell';

interface QueriesProps {
  here: Here;
  subject: Definition | ControlRun['control'];
  run: ControlRun | undefined;
}

/** The SQL that makes the figures, and how one runs it without this page. */
export function Queries({ here, subject, run }: QueriesProps) {
  const { exceptions, population } = subject.queries;
  return (
    <Card title={t.controls.queries}>
      <p class="soft">{t.controls.queriesWhat}</p>
      {exceptions && <OneQuery title={t.controls.query.exceptions} query={exceptions} parameters={subject.parameters} />}
      {population && <OneQuery title={t.controls.query.population} query={population} parameters={subject.parameters} />}
      {run && (
        <section class="stack">
          <h3>{t.controls.runIt}</h3>
          <p>{t.controls.runItAppliance}</p>
          <Commands label={t.controls.commandsAppliance} text={onAppliance(here.tenant, run)} />
          <p>{t.controls.runItBundle}</p>
          <Commands label={t.controls.commandsBundle} text={fromBundle(here.tenant, run)} />
        </section>
      )}
    </Card>
  );
}

function OneQuery({ title, query, parameters }: { title: string; query: Query; parameters: readonly Parameter[] }) {
  return (
    <details class="query disclosure">
      <summary>{title}</summary>
      <Pairs
        pairs={[
          [t.controls.queryFile, <code>{query.file}</code>],
          [t.controls.queryHash, <code>{query.sha256}</code>],
        ]}
      />
      <pre tabIndex={0} role="region" aria-label={title}>
        {query.sql}
      </pre>
      <div class="actions">
        <CopyButton text={query.sql} label={t.controls.copySql} />
        {parameters.length > 0 && <CopyButton text={`${parametersText(parameters)}${query.sql};\n`} label={t.controls.copyParameterised} />}
      </div>
    </details>
  );
}

function Commands({ label, text }: { label: string; text: string }) {
  return (
    <div class="commands">
      <pre tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
      <CopyButton text={text} label={t.controls.copyCommands} />
    </div>
  );
}

/** Without a fraction of nought. */
function plain(time: string): string {
  return time.replace(/\.0+Z$/, 'Z');
}

function onAppliance(tenant: string, run: ControlRun): string {
  return [
    `countersign report --tenant ${tenant} --from ${plain(run.period.from)} --to ${plain(run.period.to)} --queries queries -o report.json`,
    `cat queries/workspace.sql queries/${run.control.id}.exceptions.sql | sqlite3 -readonly ${run.region}/index.sqlite`,
  ].join('\n');
}

function fromBundle(tenant: string, run: ControlRun): string {
  const clause = run.control.criteria.soc2?.[0];
  return [
    ...(clause ? [`countersign export ${tenant} --from ${plain(run.period.from)} --to ${plain(run.period.to)} --report ${clause} -o bundle.zip`] : []),
    'countersign verify bundle.zip --recompute',
  ].join('\n');
}
