import type { OverviewData } from '../../api/overview';
import { t } from '../../texts';
import { Figure } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { agoText, numberText, Time } from '../../ui/time';
import { tenantHref, type TenantProps } from '../props';

type Props = TenantProps & { data: OverviewData };

/** Checkpoints follow within a second or two: what waits longer than this is worth a look. */
const BEHIND_MS = 5 * 60_000;

export function Health(props: Props) {
  return (
    <section class="overview-part" aria-labelledby="health">
      <div>
        <h2 id="health">{t.overview.health}</h2>
        <p class="hint">{t.overview.healthWhat}</p>
      </div>
      <div class="figures">
        <Records {...props} />
        <Checkpoint {...props} />
        <Verification {...props} />
        <Outside {...props} />
      </div>
    </section>
  );
}

function Records({ data, ...props }: Props) {
  const { size, last_received: last } = data.log;
  return (
    <Figure label={t.overview.records} value={numberText(size)} href={tenantHref(props, ['events'])}>
      {last ? (
        <p>
          {t.overview.lastReceived} <Time at={last} ago />
        </p>
      ) : (
        <p>{t.overview.recordsNone}</p>
      )}
      <p>{props.session.account.period ? t.overview.recordsWhatPeriod : t.overview.recordsWhat}</p>
      <p class="mono">
        <Raw text={data.log.name} inline />
      </p>
    </Figure>
  );
}

function Checkpoint({ data }: Props) {
  const { checkpoint, log } = data;
  if (!checkpoint)
    return (
      <Figure label={t.overview.checkpoint} value={t.overview.checkpointNone} tone={log.size > 0 ? 'warn' : 'plain'}>
        <p>{t.overview.checkpointWhat}</p>
      </Figure>
    );
  const behind = Math.max(0, log.size - checkpoint.size);
  const late = behind > 0 && Date.now() - new Date(checkpoint.time).getTime() > BEHIND_MS;
  return (
    <Figure label={t.overview.checkpoint} value={agoText(checkpoint.time)} tone={late ? 'warn' : 'good'}>
      <p>
        <Time at={checkpoint.time} />
      </p>
      <p>{behind === 0 ? t.overview.checkpointAll(numberText(log.size)) : t.overview.checkpointPart(numberText(checkpoint.size), numberText(behind))}</p>
      <p>{t.overview.checkpointWhat}</p>
    </Figure>
  );
}

function Verification({ data, ...props }: Props) {
  const { verification } = data;
  if (!verification)
    return (
      <Figure label={t.overview.verification} value={t.overview.verificationNone}>
        <p>{t.overview.verificationWhat}</p>
      </Figure>
    );
  const good = verification.result === 'intact';
  const all = props.session.account.all_tenants;
  const href = all ? { href: tenantHref({ tenant: '_system', region: data.region }, ['events'], { q: 'type:ledger.verified' }) } : {};
  return (
    <Figure label={t.overview.verification} value={good ? t.overview.verificationGood : t.overview.verificationBad} tone={good ? 'good' : 'bad'} {...href}>
      <p>
        <Time at={verification.time} ago />
      </p>
      {!good && (
        <p>
          {t.overview.verificationFault('')} <Raw text={verification.result} />
        </p>
      )}
      <p>{t.overview.verificationWhat}</p>
    </Figure>
  );
}

/** What others outside confirm. */
function Outside({ data, ...props }: Props) {
  const { timestamping } = data;
  const { role, all_tenants: all } = props.session.account;
  return (
    <div class="figure-stack">
      <Figure label={t.overview.timestamps} value={timestamping ? t.overview.timestampsOn : t.overview.timestampsOff} tone={timestamping ? 'good' : 'plain'}>
        <p>{t.overview.timestampsWhat}</p>
        {!timestamping && role === 'admin' && all && <p>{t.overview.timestampsHow}</p>}
      </Figure>
      <Witnesses data={data} />
    </div>
  );
}

function Witnesses({ data }: { data: OverviewData }) {
  const { alarms, log, witnesses } = data;
  const late = witnesses.some((one) => one.cosigned && one.cosigned.size < log.size && Date.now() - new Date(one.cosigned.time).getTime() > BEHIND_MS);
  const tone = alarms.length > 0 ? 'bad' : witnesses.length === 0 ? 'plain' : late ? 'warn' : 'good';
  const value = alarms.length > 0 ? t.overview.alarm : witnesses.length > 0 ? numberText(witnesses.length) : t.overview.witnessesNone;
  return (
    <Figure label={t.overview.witnesses} value={value} tone={tone}>
      {alarms.map((one) => (
        <div key={one.id}>
          <p>
            {t.overview.alarms[one.kind]} {t.overview.alarmFrom} <Raw text={one.from} inline />
          </p>
          <p>
            <Time at={one.time} ago />
          </p>
          <p>
            <code>{`countersign alarm show ${one.id}`}</code>
          </p>
        </div>
      ))}
      {witnesses.map((one) => (
        <p key={one.name}>
          <Raw text={one.name} inline />:{' '}
          {one.cosigned ? (
            <>
              {t.overview.cosigned(numberText(one.cosigned.size), numberText(Math.max(0, log.size - one.cosigned.size)))} <Time at={one.cosigned.time} ago />
            </>
          ) : (
            t.overview.cosignedNothing
          )}
        </p>
      ))}
      <p>{t.overview.witnessesWhat}</p>
    </Figure>
  );
}
