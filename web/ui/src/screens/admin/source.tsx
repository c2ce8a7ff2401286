import { useState } from 'preact/hooks';
import { revokeSource, type Source, type SourceKinds } from '../../api/admin';
import { hrefOf } from '../../route';
import { useStore } from '../../store';
import { tenants } from '../../tenants';
import { t } from '../../texts';
import { CardTable } from '../../ui/card_table';
import { ConfirmButton } from '../../ui/confirm';
import { Button, ButtonLink } from '../../ui/controls';
import { Card, Empty, Notice, Pairs } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { numberText, Time } from '../../ui/time';
import type { AdminProps } from '../props';
import { secondsText } from '../policy/words';
import { exampleOf } from './commands';
import { Copied } from './keep_it';
import { kindText, proofText, stateOf } from './kinds';
import { AuthorText, TenantsText } from './parts';
import { SourceBadge } from './sources';
import { TestEvent } from './test_event';

interface SourcePageProps {
  place: AdminProps;
  name: string;
  sources: readonly Source[];
  kinds: SourceKinds | undefined;
  reload: () => void;
}

export function SourcePage({ place, name, sources, kinds, reload }: SourcePageProps) {
  const source = sources.find((one) => one.source === name);
  const back = <ButtonLink href={hrefOf(['admin', 'sources'])}>{t.admin.sources.back}</ButtonLink>;
  if (!source)
    return (
      <Empty
        title={t.admin.sources.missing}
        action={
          <>
            {back}
            <Button onClick={reload}>{t.admin.health.again}</Button>
          </>
        }
      >
        {t.admin.sources.missingWhat}
      </Empty>
    );
  return (
    <>
      <div class="actions spread">
        {back}
        {!source.revoked && (
          <ConfirmButton
            kind="danger"
            title={t.admin.source.revokeTitle(source.source)}
            what={t.admin.source.revokeWhat(source.source)}
            yes={t.admin.source.revokeYes(source.source)}
            run={async () => {
              await revokeSource(source.source);
              reload();
            }}
          >
            {t.admin.source.revoke}
          </ConfirmButton>
        )}
      </div>
      <h2 class="page-name">
        {source.source} <SourceBadge source={source} />
      </h2>
      {stateOf(source) === 'silent' && <Notice tone="bad">{t.admin.sources.silentWhat}</Notice>}
      <div class="columns">
        <Facts place={place} source={source} kinds={kinds} />
        <Traffic source={source} />
      </div>
      {!source.revoked && <Sending source={source} />}
      {!source.revoked && <TestEvent source={source} reload={reload} />}
    </>
  );
}

function Facts({ place, source, kinds }: { place: AdminProps; source: Source; kinds: SourceKinds | undefined }) {
  const settings = Object.entries(source.pull?.settings ?? {});
  return (
    <Card title={t.admin.source.facts}>
      <Copied label={source.pull ? t.admin.source.pullAddress : t.admin.source.address} text={source.address} />
      <Pairs
        pairs={[
          [t.admin.sources.kind, kindText(source.adapter, kinds)],
          [t.admin.sources.proof, proofText(source, kinds)],
          [t.admin.tenants, <TenantsText tenants={source.tenants} none={t.admin.anyTenant} />],
          [t.admin.source.silentAfter, source.silent_after_s > 0 ? secondsText(source.silent_after_s) : t.admin.source.silentNever],
          [t.admin.source.keepRaw, source.keep_raw ? t.admin.source.keepRawYes : t.admin.source.keepRawNo],
          ...(source.certificates.length > 0 ? [[t.admin.source.certificates, <Lines lines={source.certificates} />] as const] : []),
          ...(settings.length > 0 ? [[t.admin.source.settings, <Lines lines={settings.map(([setting, value]) => `${setting} = ${value}`)} />] as const] : []),
          [t.admin.created, <Time at={source.created} />],
          ...(source.added_by ? [[t.admin.addedBy, <AuthorText author={source.added_by} session={place.session} />] as const] : []),
          ...(source.revoked ? [[t.admin.revokedOn, <Time at={source.revoked} />] as const] : []),
          ...(source.revoked_by ? [[t.admin.revokedBy, <AuthorText author={source.revoked_by} session={place.session} />] as const] : []),
        ]}
      />
    </Card>
  );
}

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <ul class="plain-list mono">
      {lines.map((one) => (
        <li key={one}>
          <Raw text={one} />
        </li>
      ))}
    </ul>
  );
}

function Traffic({ source }: { source: Source }) {
  const refused = Object.entries(source.refused);
  const types = Object.entries(source.types);
  const events = Object.entries(source.events);
  return (
    <Card title={t.admin.source.traffic}>
      <p class="hint">{t.admin.source.trafficWhat}</p>
      <Pairs
        pairs={[
          [t.admin.sources.heard, source.last_heard ? <Time at={source.last_heard} ago /> : t.admin.sources.neverHeard],
          ...events.map(([status, count]) => [t.admin.source.statuses[status] ?? status, numberText(count)] as const),
        ]}
      />
      {events.length === 0 && <p>{t.admin.source.nothing}</p>}
      <h3>{t.admin.source.refusals}</h3>
      {refused.length === 0 ? (
        <p>{t.admin.source.refusalsNone}</p>
      ) : (
        <CardTable
          caption={t.admin.source.refusals}
          rows={refused}
          keyOf={([reason]) => reason}
          columns={[
            { head: t.admin.source.refusal, names: true, cell: ([reason]) => t.admin.source.reasons[reason] ?? reason },
            { head: t.admin.source.count, number: true, cell: ([, count]) => numberText(count) },
          ]}
        />
      )}
      {types.length > 0 && (
        <>
          <h3>{t.admin.source.unmapped}</h3>
          <CardTable
            caption={t.admin.source.unmapped}
            rows={types}
            keyOf={([type]) => type}
            columns={[
              { head: t.admin.source.type, names: true, cell: ([type]) => <Raw text={type} inline most={80} /> },
              { head: t.admin.source.why, cell: ([, one]) => <Raw text={one.reason || t.admin.source.typeUnknown} /> },
              { head: t.admin.source.count, number: true, cell: ([, one]) => numberText(one.count) },
              { head: t.admin.source.lastSeen, cell: ([, one]) => <Time at={one.last} ago /> },
            ]}
          />
        </>
      )}
    </Card>
  );
}

/** How to see from the sender's side that the way is open. */
function Sending({ source }: { source: Source }) {
  const known = useStore(tenants)?.tenants[0]?.tenant;
  // The command stays as it is while somebody copies it.
  const [now] = useState(() => new Date());
  const example = exampleOf(source, source.tenants[0] ?? known ?? 'TENANT', now);
  return (
    <Card title={t.admin.source.send}>
      <p>{example ? (example.stores ? t.admin.source.sendWhat : t.admin.source.sendCheck) : source.pull ? t.admin.source.sendPolled : t.admin.source.sendSigned}</p>
      {example && <Copied label={t.admin.command} text={example.command} />}
    </Card>
  );
}
