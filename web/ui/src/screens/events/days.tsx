import type { Facets } from '../../api/records';
import { t } from '../../texts';
import { DayChart, type Day } from '../../ui/parts';
import type { ListState } from './state';

const DAY_MS = 86_400_000;
const BARS_MOST = 92;
/** More days than this are drawn from the days that have events alone. */
const DAYS_MOST = 40_000;

const timeOf = (day: string) => new Date(`${day}T00:00:00Z`).getTime();
const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);

/** All days from the first to the last, those without events too, put together so that the bars can be told apart. */
export function barsOf(days: readonly Day[]): { bars: Day[]; each: number } {
  const first = days[0];
  const last = days[days.length - 1];
  if (!first || !last) return { bars: [], each: 1 };
  const span = Math.round((timeOf(last.day) - timeOf(first.day)) / DAY_MS) + 1;
  if (!(span > 0) || span > DAYS_MOST) return { bars: [...days], each: 1 };
  const each = span <= BARS_MOST ? 1 : Math.ceil(span / BARS_MOST / 7) * 7;
  const bars: Day[] = [];
  for (let at = 0; at < span; at += each) bars.push({ day: dayOf(timeOf(first.day) + at * DAY_MS), events: 0 });
  for (const one of days) {
    const bar = bars[Math.floor((timeOf(one.day) - timeOf(first.day)) / DAY_MS / each)];
    if (bar) bar.events += one.events;
  }
  return { bars, each };
}

/** Events by day; a click narrows the search to the day. */
export function DaysOfRecords({ facets, state, onChange }: { facets: Facets | undefined; state: ListState; onChange: (next: Partial<ListState>) => void }) {
  const { bars, each } = barsOf(facets?.days ?? []);
  if (bars.length < 2) return null;
  const caption = each === 1 ? t.events.chart : t.events.chartWeeks(each);
  return (
    <div class="events-days" key={state.query}>
      <DayChart
        caption={facets?.exact ? caption : `${caption}, ${t.events.chartPart}`}
        days={bars}
        dayHead={t.events.day}
        eventsHead={t.events.count}
        onDay={(day) => onChange({ range: 'all', from: `${day}T00:00:00.000Z`, before: new Date(timeOf(day) + each * DAY_MS).toISOString() })}
      />
    </div>
  );
}

