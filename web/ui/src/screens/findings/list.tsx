import { useEffect, useRef } from 'preact/hooks';
import { findDefinitions, type Definition } from '../../api/controls';
import { FINDING_STATES, findFindings, type Finding, type FindingState, type Said } from '../../api/findings';
import { call, tenantPath } from '../../api/client';
import { useLoad } from '../../load';
import { go, type Query } from '../../route';
import { t } from '../../texts';
import { CardTable, type CardColumn } from '../../ui/card_table';
import { ButtonLink, SelectField } from '../../ui/controls';
import { Empty, Loading, Screen } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { numberText, Time } from '../../ui/time';
import { tenantHref, type TenantProps } from '../props';
import { FindingBadge } from './marks';

type Counts = Record<FindingState, number>;

/** What was found, the newest first, a page at a time. */
export function FindingList(props: TenantProps) {
  const { tenant, region, query } = props;
  const [state, control, cursor] = ['state', 'control', 'cursor'].map((name) => query.get(name));
  const loaded = useLoad([tenant, region, state, control, cursor].join('/'), (signal) => findFindings(tenant, region, { state: state ?? null, control: control ?? null, cursor: cursor ?? null }, signal));
  const href = (members: Query) => tenantHref(props, ['findings'], { state, control, ...members });
  const definitions = useLoad('definitions', findDefinitions).data ?? [];
  const page = loaded.data;
  const count = useRef<HTMLParagraphElement>(null);
  const shown = useRef(cursor);
  useEffect(() => {
    // The link that led to another page is gone.
    if (!page || shown.current === cursor) return;
    shown.current = cursor;
    count.current?.focus();
  }, [page, cursor]);
  return (
    <Screen title={t.findings.title} lead={t.findings.lead}>
      <Tally {...props} />
      <div class="filters">
        <SelectField
          label={t.findings.state}
          value={state ?? ''}
          options={[{ value: '', text: t.findings.allStates }, ...FINDING_STATES.map((value) => ({ value, text: t.findings.states[value] }))]}
          onValue={(value) => go(href({ state: value }))}
        />
        <ControlChoice definitions={definitions} value={control ?? ''} onValue={(value) => go(href({ control: value }))} />
      </div>
      <ProblemNotice error={loaded.error} retry={loaded.reload} />
      {!page && loaded.error === undefined && <Loading />}
      {page && page.findings.length === 0 && <Nothing {...props} filtered={Boolean(state || control || cursor)} />}
      {page && page.findings.length > 0 && (
        <>
          <p class="soft" role="status" tabIndex={-1} ref={count}>
            {t.findings.shown(page.findings.length, numberText(page.findings.length))}
          </p>
          <CardTable caption={t.findings.list} columns={columnsOf(props, definitions)} rows={page.findings} keyOf={(one) => one.finding} />
          {(cursor || page.next) && (
            <nav class="actions" aria-label={t.findings.pages}>
              {cursor && <ButtonLink href={href({})}>{t.findings.newest}</ButtonLink>}
              {page.next && <ButtonLink href={href({ cursor: page.next })}>{t.findings.older}</ButtonLink>}
            </nav>
          )}
        </>
      )}
    </Screen>
  );
}

function columnsOf(props: TenantProps, definitions: readonly Definition[]): CardColumn<Finding>[] {
  const titles = new Map(definitions.map((one) => [one.id, one.title]));
  const heads = t.findings.heads;
  const time = (said: Said | undefined) => (said ? <Time at={said.at} /> : <span class="soft">–</span>);
  return [
    {
      head: heads.finding,
      names: true,
      cell: (one) => (
        <>
          <a class="control-name" href={tenantHref(props, ['findings', one.finding])}>
            <Name finding={one} />
          </a>
          <div class="control-id">
            {one.control ? <Control id={one.control} /> : t.findings.unnamed}
            {titles.has(one.control ?? '') && ` · ${titles.get(one.control ?? '')}`}
          </div>
        </>
      ),
    },
    { head: heads.state, cell: (one) => <FindingBadge state={one.state} /> },
    { head: heads.opened, cell: (one) => (one.opened || !one.answers[0] ? time(one.opened) : <><Time at={one.answers[0].at} /> <span class="soft">{t.findings.byAnswer}</span></>) },
    { head: heads.acknowledged, cell: (one) => time(one.acknowledged) },
    { head: heads.resolved, cell: (one) => time(one.resolved) },
    { head: heads.records, number: true, cell: (one) => (one.records.length > 0 ? numberText(one.records.length) : <span class="soft">–</span>) },
  ];
}

function Name({ finding }: { finding: Finding }) {
  if (finding.observed) return <Raw text={finding.observed} most={160} inline />;
  if (finding.item) return <>{t.findings.exception} <Raw text={finding.item} most={64} inline /></>;
  return <>{t.findings.one} {finding.finding}</>;
}

/** Ids of controls keep their words; what is none may be anything. */
function Control({ id }: { id: string }) {
  return <code>{/^[A-Z0-9-]{1,64}$/.test(id) ? id : <Raw text={id} most={64} inline />}</code>;
}

/** How many there are in each state; where that is not told, nothing. */
function Tally({ tenant, region }: TenantProps) {
  const loaded = useLoad(`${tenant}/${region ?? ''}`, (signal) => call<{ findings?: Counts }>('GET', tenantPath(tenant, 'overview', region), { signal, stepUp: false }));
  const counts = loaded.data?.findings;
  if (!counts) return null;
  return <p class="tally">{t.findings.tally(numberText(counts.opened), numberText(counts.acknowledged), numberText(counts.resolved))}</p>;
}

function ControlChoice({ definitions, value, onValue }: { definitions: readonly Definition[]; value: string; onValue: (value: string) => void }) {
  const options = [{ value: '', text: t.findings.allControls }];
  for (const one of definitions) {
    if (one.kind !== 'listing') options.push({ value: one.id, text: `${one.id} – ${one.title}` });
  }
  if (!options.some((one) => one.value === value)) options.push({ value, text: value });
  return <SelectField label={t.findings.control} value={value} options={options} onValue={onValue} />;
}

function Nothing(props: TenantProps & { filtered: boolean }) {
  if (props.filtered)
    return (
      <Empty title={t.findings.noneFiltered} action={<ButtonLink href={tenantHref(props, ['findings'])}>{t.findings.showAll}</ButtonLink>}>
        {t.findings.noneFilteredWhat}
      </Empty>
    );
  return (
    <Empty title={t.findings.none} action={<ButtonLink href={tenantHref(props, ['reports'])}>{t.findings.toControls}</ButtonLink>}>
      {t.findings.noneWhat}
    </Empty>
  );
}
