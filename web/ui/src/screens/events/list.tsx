import { useEffect, useRef, useState } from 'preact/hooks';
import { Problem } from '../../api/problem';
import { go } from '../../route';
import { SYSTEM } from '../../shell';
import { t } from '../../texts';
import { Button, CopyButton } from '../../ui/controls';
import { Dialog, Empty, Loading, Notice, Screen } from '../../ui/parts';
import { ProblemNotice, sentenceOf } from '../../ui/problem';
import { numberText } from '../../ui/time';
import { tenantHref, type TenantProps } from '../props';
import { DaysOfRecords } from './days';
import { FacetPanel } from './facets';
import { FindPerson } from './find_person';
import { RecordGrid } from './grid';
import { useLive } from './live';
import { PeriodChoice } from './period';
import { withMember, withoutTerm, withoutValue } from './query';
import { SearchBox } from './search_box';
import { addressOf, keepTerms, keptTermsOf, partQuery, stateOf, type ListState } from './state';
import { StatusLine } from './status_line';
import { Chips } from './chips';
import { useRecords } from './use_records';

/** The search over all records of a log. The address says all of it but personal values. */
export function EventList(props: TenantProps) {
  const { tenant, region, query } = props;
  const placeKey = `${tenant}/${region ?? ''}`;
  const state = stateOf(query);
  const [, redraw] = useState(0);
  const [finding, setFinding] = useState(false);
  const [sheet, setSheet] = useState(false);
  const atTop = useRef(true);
  const kept = keptTermsOf(placeKey);
  const records = useRecords({ tenant, region }, placeKey, state, kept);
  const { list, facets } = records;
  const endless = state.before === '';
  const live = useLive(list, state.live && endless);

  const show = (next: Partial<ListState>, how: 'push' | 'replace' = 'push') => go(tenantHref(props, ['events'], addressOf({ ...state, ...next })), how);
  const search = (text: string) => {
    const { open, personal } = partQuery(text);
    if (personal.length > 0) keepTerms(placeKey, [...kept.filter((one) => !personal.includes(one)), ...personal]);
    redraw((count) => count + 1);
    if (open === state.query && personal.length === 0) records.restart();
    else show({ query: open });
  };
  const keep = (terms: readonly string[]) => {
    keepTerms(placeKey, terms);
    redraw((count) => count + 1);
  };
  const letIn = () => {
    list.active = -1;
    if (!list.letIn()) records.restart();
  };
  useEffect(() => {
    if (list.fresh.length > 0 && atTop.current) letIn();
  }, [records.version]);

  const refused = list.error instanceof Problem && list.error.status === 422 && list.length === 0 ? sentenceOf(list.error) : undefined;
  const empty = list.complete && list.length === 0 && list.started;
  const narrowed = state.query !== '' || kept.length > 0 || state.range !== 'all' || state.from !== '' || state.before !== '';
  const panel = (
    <FacetPanel
      facets={facets}
      query={state.query}
      waits={records.facetsWait}
      onCount={records.countFacets}
      onAdd={(name, value) => show({ query: withMember(state.query, name, value) })}
      onExclude={(name, value) => show({ query: withoutValue(state.query, name, value) })}
      onDrop={(at) => show({ query: withoutTerm(state.query, at) })}
    />
  );
  return (
    <Screen
      title={t.events.title}
      lead={tenant === SYSTEM ? t.events.leadSystem : t.events.lead(tenant)}
      actions={
        <>
          <LiveSwitch on={state.live && endless} possible={endless} onSwitch={() => show({ live: !state.live }, 'replace')} />
          <Button onClick={() => setFinding(true)}>{t.events.find}</Button>
          <CopyButton text={location.href} label={t.events.copyLink} />
        </>
      }
    >
      <SearchBox query={state.query} error={refused} facets={facets.data} onSearch={search} onPerson={(name, value) => keep([...kept, `${name}:${value}`])} />
      <PeriodChoice state={state} onChange={show} />
      <Chips
        query={state.query}
        from={state.from}
        before={state.before}
        kept={kept}
        onRemove={(at) => show({ query: withoutTerm(state.query, at) })}
        onRemoveKept={(term) => keep(kept.filter((one) => one !== term))}
        onRemovePeriod={() => show({ range: 'all', from: '', before: '' })}
        onClear={() => {
          keep([]);
          show({ query: '', from: '', before: '' });
        }}
      />
      {live.resting && <Notice tone="warn">{t.events.liveRests}</Notice>}
      {live.error !== undefined && (
        <Notice tone="warn">
          <span>
            {t.events.liveStopped} {sentenceOf(live.error)}
          </span>
          <Button onClick={live.again}>{t.common.retry}</Button>
        </Notice>
      )}
      {!refused && <ProblemNotice error={list.error} retry={() => list.goOn()} />}
      {!refused && <DaysOfRecords facets={facets.data} state={state} onChange={show} />}
      {refused && <p class="hint">{t.events.refused}</p>}
      <div class="events-found" hidden={refused !== undefined}>
        <aside class="facets-side" aria-label={t.events.facets}>
          {panel}
        </aside>
        <div class="events-found-list">
          <div class="facets-open">
            <Button onClick={() => setSheet(true)}>{t.events.facetsOpen}</Button>
          </div>
          {list.fresh.length > 0 && (
            <div class="events-fresh" role="status">
              <Button
                kind="main"
                onClick={() => {
                  list.toTop = true;
                  letIn();
                }}
              >
                {t.events.fresh(numberText(list.fresh.length) + (list.freshMany ? '+' : ''))}
              </Button>
            </div>
          )}
          {empty ? (
            <NothingFound narrowed={narrowed} anyTime={state.range === 'all' && !state.from && !state.before} onAnyTime={() => show({ range: 'all', from: '', before: '' })} onLive={endless && !state.live ? () => show({ live: true }, 'replace') : undefined} />
          ) : list.length === 0 && !list.error && !list.isStopped && list.searchedTo === null ? (
            <Loading />
          ) : (
            !refused && <RecordGrid list={list} version={records.version} hrefOf={(seq) => tenantHref(props, ['events', seq], addressOf(state))} onAtTop={(is) => (atTop.current = is)} />
          )}
          {!empty && !refused && <StatusLine list={list} facets={facets.data} />}
        </div>
      </div>
      {finding && (
        <FindPerson
          onClose={() => setFinding(false)}
          onFind={(term) => {
            setFinding(false);
            keep([...kept.filter((one) => one !== term), term]);
          }}
        />
      )}
      {sheet && (
        <Dialog title={t.events.facets} onClose={() => setSheet(false)}>
          {panel}
          <div class="actions sheet-foot">
            <Button kind="main" onClick={() => setSheet(false)}>
              {t.events.facetsDone}
            </Button>
          </div>
        </Dialog>
      )}
    </Screen>
  );
}

function LiveSwitch({ on, possible, onSwitch }: { on: boolean; possible: boolean; onSwitch: () => void }) {
  return (
    <button type="button" role="switch" aria-checked={on} class="button live" disabled={!possible} title={possible ? (on ? t.events.liveOn : t.events.liveOff) : t.events.liveNot} onClick={onSwitch}>
      <span class="live-dot" aria-hidden="true" />
      {t.events.live}
    </button>
  );
}

interface NothingProps {
  narrowed: boolean;
  anyTime: boolean;
  onAnyTime: () => void;
  onLive: (() => void) | undefined;
}

function NothingFound({ narrowed, anyTime, onAnyTime, onLive }: NothingProps) {
  const live = onLive && <Button onClick={onLive}>{t.events.noneLive}</Button>;
  if (!narrowed)
    return (
      <Empty title={t.events.noneYet} action={live}>
        {t.events.noneYetWhat}
      </Empty>
    );
  return (
    <Empty
      title={t.events.none}
      action={
        <>
          {!anyTime && <Button onClick={onAnyTime}>{t.events.wholeTime}</Button>}
          {live}
        </>
      }
    >
      {t.events.noneSearch}
    </Empty>
  );
}

