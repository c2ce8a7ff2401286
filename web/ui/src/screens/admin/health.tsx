import { readHealth, type Health } from '../../api/admin';
import { useLoad } from '../../load';
import { t } from '../../texts';
import { CardTable } from '../../ui/card_table';
import { Button } from '../../ui/controls';
import { Card, Figure, Notice, Pairs, type Tone } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { agoText, bytesText, numberText, Time } from '../../ui/time';
import type { AdminProps } from '../props';
import { Whole } from './parts';
import { secondsText } from '../policy/words';

/** The state of the appliance, with how far its clock was from this computer's when it answered. */
async function look(signal: AbortSignal): Promise<{ health: Health; ahead: number }> {
  const begun = Date.now();
  const health = await readHealth(signal);
  return { health, ahead: (new Date(health.time).getTime() - (begun + Date.now()) / 2) / 1000 };
}

export function HealthPart(_: AdminProps) {
  const loaded = useLoad('health', look);
  return (
    <>
      <div class="actions spread">
        <p class="lead">{t.admin.health.lead}</p>
        <Button busy={loaded.loading} onClick={loaded.reload}>
          {t.admin.health.again}
        </Button>
      </div>
      <Whole loaded={loaded}>
        {({ health, ahead }) => (
          <>
            {health.alarms.map((one) => (
              <Notice key={one.id} tone="bad">
                {t.admin.health.alarm} <Raw text={one.what} inline /> ({t.admin.health.alarmFrom} <Raw text={one.from} inline />, <Time at={one.time} />){' '}
                <code>{`countersign alarm show ${one.id}`}</code>
              </Notice>
            ))}
            {health.alarms_unreadable > 0 && <Notice tone="bad">{t.admin.health.alarmsUnreadable}</Notice>}
            <Figures health={health} ahead={ahead} />
            <Certificate health={health} />
            <div class="columns">
              <Versions health={health} />
              <Listeners health={health} />
            </div>
          </>
        )}
      </Whole>
    </>
  );
}

const CLOCK_SLACK_S = 5;
const LITTLE_DISK = 0.1;
const LONG_QUEUE = 10_000;

function Figures({ health, ahead }: { health: Health; ahead: number }) {
  const off = Math.abs(ahead) > CLOCK_SLACK_S;
  const { registry } = health;
  return (
    <div class="figures">
      <Figure label={t.admin.health.clock} value={off ? secondsText(Math.round(Math.abs(ahead))) : t.admin.health.ready} tone={off ? 'warn' : 'good'}>
        {off ? t.admin.health.clockOff(ahead > 0 ? t.admin.health.ahead : t.admin.health.behind) : t.admin.health.clockSame}
      </Figure>
      <Figure label={t.admin.health.registry} value={registry.in_force ? t.admin.health.ready : t.admin.health.attention} tone={registry.in_force ? 'good' : 'bad'}>
        {registry.in_force ? t.admin.health.registryGood : (registry.error ?? t.admin.health.registryBad)}
        <br />
        {t.admin.health.registryCount(numberText(registry.sources), numberText(registry.tenants), numberText(registry.operators))}
      </Figure>
      {health.regions.map((one) => (
        <Figure key={`queue-${one.region}`} label={t.admin.health.queue} value={numberText(one.queue_events)} tone={one.queue_events > LONG_QUEUE ? 'warn' : 'good'}>
          {t.admin.health.queueWhat(one.region)}
        </Figure>
      ))}
      {health.regions.map(
        (one) =>
          one.free_bytes !== undefined &&
          one.total_bytes !== undefined && (
            <Figure key={`disk-${one.region}`} label={t.admin.health.disk} value={bytesText(one.free_bytes)} tone={one.free_bytes < one.total_bytes * LITTLE_DISK ? 'bad' : 'good'}>
              {t.admin.health.diskOf(one.region, bytesText(one.total_bytes))}
            </Figure>
          ),
      )}
    </div>
  );
}

const SOON_DAYS = 30;

function Certificate({ health: { certificate } }: { health: Health }) {
  if (!certificate) return <Notice>{t.admin.health.certificateNone}</Notice>;
  const end = certificate.not_after;
  const days = end ? (new Date(end).getTime() - Date.now()) / 86_400_000 : 0;
  const tone: Tone = certificate.error || days < 0 ? 'bad' : days < SOON_DAYS ? 'warn' : 'good';
  const said = certificate.error ?? (days < 0 ? t.admin.health.certificateOver : days < SOON_DAYS ? t.admin.health.certificateSoon : undefined);
  return (
    <Card title={t.admin.health.certificate}>
      {said && <Notice tone={tone}>{said}</Notice>}
      <Pairs
        pairs={[
          ...(certificate.subject ? [[t.admin.health.subject, <Raw text={certificate.subject} />] as const] : []),
          ...(end ? [[t.admin.health.certificateEnds, <><Time at={end} /> {agoText(end)}</>] as const] : []),
        ]}
      />
    </Card>
  );
}

function Versions({ health }: { health: Health }) {
  return (
    <Card title={t.admin.health.versions}>
      <Pairs
        pairs={[
          [t.admin.health.product, health.version],
          [t.admin.health.sqlite, health.sqlite],
          [t.admin.health.openssl, health.openssl],
          [t.admin.health.origin, <Raw text={health.origin} />],
          [t.admin.health.time, <Time at={health.time} />],
        ]}
      />
    </Card>
  );
}

function Listeners({ health }: { health: Health }) {
  return (
    <Card title={t.admin.health.listeners}>
      <CardTable
        caption={t.admin.health.listeners}
        rows={health.listeners}
        keyOf={(one) => `${one.protocol} ${one.address} ${one.port}`}
        columns={[
          { head: t.admin.health.address, names: true, cell: (one) => <code>{`${one.address}:${one.port}`}</code> },
          { head: t.admin.health.protocol, cell: (one) => one.protocol },
          { head: t.admin.health.certificates, cell: (one) => (one.client_certificates ? t.admin.health.asked : t.admin.health.notAsked) },
          { head: t.admin.health.source, cell: (one) => (one.source ? <Raw text={one.source} inline /> : t.admin.health.anySource) },
        ]}
      />
    </Card>
  );
}
