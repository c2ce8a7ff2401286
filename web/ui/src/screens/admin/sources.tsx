import { readSourceKinds, readSources, type Source, type SourceKinds } from '../../api/admin';
import { useLoad } from '../../load';
import { useRepeat } from '../../poll';
import { go, hrefOf } from '../../route';
import { t } from '../../texts';
import { CardTable } from '../../ui/card_table';
import { Button, ButtonLink, Checkbox } from '../../ui/controls';
import { Badge, Empty, type Tone } from '../../ui/parts';
import { numberText, Time } from '../../ui/time';
import type { AdminProps } from '../props';
import { kindText, proofText, stateOf, sumOf, type SourceState } from './kinds';
import { NewSourceForm } from './new_source';
import { TenantsText, Whole } from './parts';
import { SourcePage } from './source';

export function SourcesPart(props: AdminProps) {
  const kinds = useLoad('source-kinds', readSourceKinds);
  if (props.path[0] === 'new') return <Whole loaded={kinds}>{(data) => <NewSourceForm place={props} kinds={data} />}</Whole>;
  return <Sources place={props} kinds={kinds.data} />;
}

const REFRESH_S = 30;
/** At one source somebody waits for the first event. */
const WATCHED_S = 3;

function Sources({ place, kinds }: { place: AdminProps; kinds: SourceKinds | undefined }) {
  const loaded = useLoad('sources', readSources);
  const name = place.path[0];
  useRepeat(loaded.reload, name === undefined ? REFRESH_S : WATCHED_S);
  return (
    <Whole loaded={loaded}>
      {(sources) => (name === undefined ? <SourceList place={place} sources={sources} kinds={kinds} reload={loaded.reload} /> : <SourcePage place={place} name={name} sources={sources} kinds={kinds} reload={loaded.reload} />)}
    </Whole>
  );
}

const TONES: Record<SourceState, Tone> = { revoked: 'plain', silent: 'bad', waits: 'warn', active: 'good' };

export function SourceBadge({ source }: { source: Source }) {
  const state = stateOf(source);
  return <Badge tone={TONES[state]}>{t.admin.sources[state]}</Badge>;
}

const addHref = hrefOf(['admin', 'sources', 'new']);

function SourceList({ place, sources, kinds, reload }: { place: AdminProps; sources: readonly Source[]; kinds: SourceKinds | undefined; reload: () => void }) {
  const all = place.query.get('revoked') === '1';
  const revoked = sources.filter((one) => one.revoked).length;
  const shown = sources.filter((one) => all || !one.revoked);
  const add = (
    <ButtonLink kind="main" href={addHref}>
      {t.admin.sources.add}
    </ButtonLink>
  );
  const toggle = revoked > 0 && <Checkbox label={t.admin.showRevoked} checked={all} onChecked={(on) => go(hrefOf(['admin', 'sources'], { revoked: on ? 1 : undefined }), 'replace')} />;
  if (sources.length === 0)
    return (
      <Empty title={t.admin.sources.none} action={add}>
        {t.admin.sources.noneWhat}
      </Empty>
    );
  return (
    <>
      <p class="lead">{t.admin.sources.lead}</p>
      <div class="actions spread">
        {add}
        <Button kind="quiet" onClick={reload}>
          {t.admin.health.again}
        </Button>
        {toggle}
      </div>
      {shown.length === 0 ? <Empty title={t.admin.sources.noneShown}>{t.admin.sources.noneShownWhat}</Empty> : <SourceTable sources={shown} kinds={kinds} />}
    </>
  );
}

function SourceTable({ sources, kinds }: { sources: readonly Source[]; kinds: SourceKinds | undefined }) {
  return (
    <CardTable
      caption={t.admin.sources.table}
      rows={sources}
      keyOf={(one) => one.source}
      columns={[
        {
          head: t.admin.name,
          names: true,
          cell: (one) => (
            <span class="named">
              <a href={hrefOf(['admin', 'sources', one.source])}>{one.source}</a> <SourceBadge source={one} />
            </span>
          ),
        },
        { head: t.admin.sources.kind, cell: (one) => kindText(one.adapter, kinds) },
        { head: t.admin.sources.proof, cell: (one) => proofText(one, kinds) },
        { head: t.admin.tenants, cell: (one) => <TenantsText tenants={one.tenants} none={t.admin.anyTenant} /> },
        { head: t.admin.sources.heard, cell: (one) => (one.last_heard ? <Time at={one.last_heard} ago /> : t.admin.sources.neverHeard) },
        { head: t.admin.sources.stored, number: true, cell: (one) => <span class="whole">{numberText(one.events['appended'] ?? 0)}</span> },
        { head: t.admin.sources.refused, number: true, cell: (one) => <Refused count={sumOf(one.refused)} /> },
      ]}
    />
  );
}

function Refused({ count }: { count: number }) {
  return count > 0 ? <Badge tone="warn">{numberText(count)}</Badge> : <>{numberText(0)}</>;
}
