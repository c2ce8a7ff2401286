import type { OverviewData, SourceState } from '../../api/overview';
import { hrefOf } from '../../route';
import { language, t } from '../../texts';
import { ButtonLink } from '../../ui/controls';
import { CardTable, type CardColumn } from '../../ui/card_table';
import { Badge, Card, type Tone } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { numberText, Time } from '../../ui/time';
import { tenantHref, type TenantProps } from '../props';

type Props = TenantProps & { data: OverviewData };

const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });

export function Sources({ data, ...props }: Props) {
  const admin = props.session.account.role === 'admin';
  const columns: CardColumn<SourceState>[] = [
    { head: t.overview.source, cell: (one) => <Name {...props} one={one} />, names: true },
    { head: t.overview.state, cell: (one) => <State one={one} /> },
    { head: t.overview.lastHeard, cell: (one) => (one.last_heard ? <Time at={one.last_heard} ago /> : t.common.never) },
    { head: t.overview.events7, cell: (one) => numberText(one.events), number: true },
    { head: t.overview.coverage, cell: (one) => <Coverage one={one} /> },
  ];
  if (data.sources.some((one) => one.gaps !== null)) columns.push({ head: t.overview.gaps, cell: (one) => (one.gaps === null ? '–' : `${numberText(one.gaps)}${one.gaps_more ? '+' : ''}`), number: true });
  return (
    <Card title={t.overview.sources} actions={admin && <ButtonLink href={hrefOf(['admin', 'sources'])}>{t.nav.admin}</ButtonLink>}>
      <p class="hint">{t.overview.sourcesWhat}</p>
      {data.sources.length === 0 ? <p>{t.overview.sourcesNone}</p> : <CardTable caption={t.overview.sourcesTable} columns={columns} rows={data.sources} keyOf={(one) => one.source} />}
      {data.sources.length > 0 && <p class="hint">{t.overview.coverageNote}</p>}
    </Card>
  );
}

function Name({ one, ...props }: TenantProps & { one: SourceState }) {
  return (
    <>
      <a href={tenantHref(props, ['events'], { q: `source:${one.source}` })}>
        <Raw text={one.source} inline />
      </a>
      {one.adapter && one.proof && <div class="hint source-kind">{t.overview.sends(one.adapter, Object.hasOwn(t.overview.proofs, one.proof) ? (t.overview.proofs[one.proof] ?? '') : one.proof)}</div>}
    </>
  );
}

function stateOf(one: SourceState): [keyof typeof t.overview.states, Tone] {
  if (one.revoked) return ['revoked', 'plain'];
  if (one.adapter === null) return ['gone', 'plain'];
  if (one.silent) return ['silent', 'bad'];
  return one.last_heard ? ['heard', 'good'] : ['waiting', 'warn'];
}

function State({ one }: { one: SourceState }) {
  const [state, tone] = stateOf(one);
  return (
    <>
      <Badge tone={tone}>{t.overview.states[state]}</Badge>
      {one.silent_after_s > 0 && <div class="hint">{t.overview.silentAfter(t.overview.seconds(one.silent_after_s))}</div>}
    </>
  );
}

function Coverage({ one }: { one: SourceState }) {
  const { minutes, covered } = one.coverage;
  if (one.silent_after_s === 0) return <span class="hint">{t.overview.coverageUnset}</span>;
  if (minutes === 0) return <>–</>;
  const part = covered / minutes;
  return (
    <span class="coverage" title={t.overview.coverageWhat(share.format(part), numberText(covered), numberText(minutes))}>
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="of" width="100" height="8" />
        <rect class="part" width={part * 100} height="8" />
      </svg>
      {share.format(part)}
    </span>
  );
}
