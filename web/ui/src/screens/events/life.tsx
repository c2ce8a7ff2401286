import { Problem } from '../../api/problem';
import { readLife, type Life, type LifeEvent, type Place } from '../../api/records';
import { useLoad } from '../../load';
import { t } from '../../texts';
import { Badge, Card, Loading, type Tone } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { numberText, Time } from '../../ui/time';
import { durationText, proofLabel, safeText } from './labels';
import { TypeMark } from './row';

interface LifeProps {
  place: Place;
  seq: number;
  hrefOf: (seq: number) => string;
}

const TONES: Record<string, Tone> = { verified: 'good', delivered: 'info', sent: 'info', failed: 'bad', undelivered: 'bad', expired: 'warn', cancelled: 'warn' };

/** What every source told of the challenge, by time. */
export function ChallengeLife({ place, seq, hrefOf }: LifeProps) {
  const loaded = useLoad(`${place.tenant}/${place.region ?? ''}/${seq}`, (signal) => readLife(place, seq, signal));
  const life = loaded.data;
  const none = loaded.error instanceof Problem && loaded.error.status === 404;
  const state = life?.state;
  return (
    <Card title={t.events.life} actions={state && <Badge tone={TONES[state] ?? 'plain'}>{t.events.states[state] ?? safeText(state)}</Badge>}>
      {none && <p>{t.events.lifeNone}</p>}
      {!none && <ProblemNotice error={loaded.error} retry={loaded.reload} />}
      {loaded.loading && !life && <Loading />}
      {life && <Timeline life={life} seq={seq} hrefOf={hrefOf} />}
    </Card>
  );
}

function Timeline({ life, seq, hrefOf }: { life: Life; seq: number; hrefOf: (seq: number) => string }) {
  const total = life.events_total ?? life.events.length;
  return (
    <>
      <p class="hint">{t.events.lifeWhat(life.more ? t.events.lifeMore(numberText(total)) : t.common.events(total, numberText(total)), life.sources)}</p>
      <dl class="life-counts">
        {(['sent', 'delivered', 'failed', 'verified'] as const).map((name) => (
          <div key={name}>
            <dt>{t.events.lifeCounts[name]}</dt>
            <dd>{numberText(life[name])}</dd>
          </div>
        ))}
      </dl>
      <ol class="timeline">
        {life.events.map((one, at) => (
          <Moment key={one.seq} one={one} before={life.events[at - 1]} here={one.seq === seq} href={hrefOf(one.seq)} />
        ))}
      </ol>
      {life.more && <p class="hint">{t.events.lifeNotAll(numberText(life.events.length))}</p>}
      {!life.more && total > life.events.length && <p class="hint">{t.events.lifePart(numberText(life.events.length), numberText(total))}</p>}
    </>
  );
}

function Moment({ one, before, here, href }: { one: LifeEvent; before: LifeEvent | undefined; here: boolean; href: string }) {
  const since = before ? (new Date(one.occurred).getTime() - new Date(before.occurred).getTime()) / 1000 : 0;
  return (
    <li class={here ? 'moment here' : 'moment'} aria-current={here ? 'true' : undefined}>
      <div class="moment-head">
        <TypeMark type={one.type} />
        {before && since >= 0 && <span class="hint">{t.events.lifeAfter(durationText(since))}</span>}
      </div>
      <Time at={one.occurred} />
      <div class="hint">
        <Raw text={one.source} most={64} inline /> · {proofLabel(one.proof)}
        {one.reason && (
          <>
            {' · '}
            <Raw text={one.reason} most={160} inline />
          </>
        )}
      </div>
      {here ? <Badge tone="info">{t.events.lifeHere}</Badge> : <a href={href}>{t.events.lifeOpen(numberText(one.seq))}</a>}
    </li>
  );
}
