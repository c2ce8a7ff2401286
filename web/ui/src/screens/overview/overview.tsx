import { findOverview, type OverviewData } from '../../api/overview';
import { useLoad } from '../../load';
import { useRepeat } from '../../poll';
import { go } from '../../route';
import { t } from '../../texts';
import { Button } from '../../ui/controls';
import { Card, DayChart, Loading, Screen } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { numberText, Time } from '../../ui/time';
import { tenantHref, type TenantProps } from '../props';
import { FirstSteps } from './first_steps';
import { Health } from './health';
import { Results } from './results';
import { Sources } from './sources';
import { useWidth } from './width';

const REFRESH_S = 30;
const FIRST_S = 5;

/** How the evidence of a tenant stands, at one look. */
export function Overview(props: TenantProps) {
  const loaded = useLoad('overview', async (signal) => ({ seen: new Date().toISOString(), ...(await findOverview(props.tenant, props.region, signal)) }));
  const { data, error } = loaded;
  useRepeat(loaded.reload, data?.log.size === 0 ? FIRST_S : REFRESH_S);
  return (
    <Screen
      title={t.nav.overview}
      lead={data && t.overview.lead(data.tenant, data.region)}
      actions={
        data && (
          <>
            <span class="as-of">
              {t.overview.asOf} <Time at={data.seen} />
            </span>
            <Button onClick={loaded.reload}>{t.overview.refresh}</Button>
          </>
        )
      }
    >
      <ProblemNotice error={error} retry={loaded.reload} />
      {error !== undefined && data && <p class="hint">{t.overview.stale}</p>}
      {data ? <Content {...props} data={data} /> : error === undefined && <Loading />}
    </Screen>
  );
}

function Content({ data, ...props }: TenantProps & { data: OverviewData }) {
  if (data.log.size === 0 && !props.session.account.period) return <FirstSteps {...props} data={data} />;
  return (
    <>
      <Health {...props} data={data} />
      <Results {...props} data={data} />
      <Days {...props} data={data} />
      <Sources {...props} data={data} />
    </>
  );
}

const DAY_MS = 86_400_000;
const BAR_PX = 25;

function Days({ data, ...props }: TenantProps & { data: OverviewData }) {
  const [frame, width] = useWidth();
  if (data.days.length === 0) return null;
  // As many as can be hit with a finger.
  const days = data.days.slice(-Math.max(7, Math.floor(width / BAR_PX)));
  const total = days.reduce((sum, one) => sum + one.events, 0);
  return (
    <Card title={t.overview.days}>
      <p class="hint">{t.overview.daysWhat}</p>
      <div ref={frame}>
        <DayChart
          caption={t.overview.daysTotal(numberText(total), days.length)}
          days={days}
          dayHead={t.overview.day}
          eventsHead={t.overview.events}
          onDay={(day) => {
            const from = new Date(`${day}T00:00:00Z`);
            const before = new Date(from.getTime() + DAY_MS);
            go(tenantHref(props, ['events'], { from: from.toISOString(), before: before.toISOString() }));
          }}
        />
      </div>
    </Card>
  );
}
