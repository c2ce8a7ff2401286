import type { Past } from '../../api/controls';
import { t } from '../../texts';
import { Card, Table } from '../../ui/parts';
import { dayText, numberText, Time, timeText } from '../../ui/time';
import { StateBadge } from './marks';

/** What the tests of before found, as bars and as a table. */
export function History({ history }: { history: readonly Past[] }) {
  if (history.length < 2)
    return (
      <Card title={t.controls.history}>
        <p class="soft">{t.controls.historyNone}</p>
      </Card>
    );
  const heads = t.controls.historyHeads;
  return (
    <Card title={t.controls.history}>
      <Bars history={history} />
      <details class="disclosure">
        <summary>{t.controls.historyTable}</summary>
        <Table
          caption={t.controls.historyCaption}
          columns={[
            { head: heads.time, cell: (one: Past) => <Time at={one.time} /> },
            { head: heads.state, cell: (one) => <StateBadge state={one.state} /> },
            { head: heads.exceptions, number: true, cell: (one) => numberText(one.exceptions) },
            { head: heads.population, number: true, cell: (one) => numberText(one.population) },
          ]}
          rows={[...history].reverse()}
          keyOf={(one) => one.time}
        />
      </details>
    </Card>
  );
}

function Bars({ history }: { history: readonly Past[] }) {
  const most = Math.max(1, ...history.map((one) => one.exceptions));
  const [first, last] = [history[0], history[history.length - 1]];
  const values = history.map((one) => one.exceptions);
  const label = t.controls.trend.label(values.length, numberText(Math.min(...values)), numberText(Math.max(...values)), numberText(last?.exceptions ?? 0));
  return (
    <figure class="chart run-chart">
      <figcaption>
        {t.controls.historyWhat} <span class="soft">{label}.</span>
      </figcaption>
      <div class="run-plot" aria-hidden="true">
        <div class="bars">
          {history.map((one) => (
            <Bar key={one.time} one={one} most={most} />
          ))}
        </div>
        {first && last && (
          <div class="axis">
            <span>{dayText(first.time)}</span>
            <span>{dayText(last.time)}</span>
          </div>
        )}
      </div>
    </figure>
  );
}

function Bar({ one, most }: { one: Past; most: number }) {
  // A test without exceptions is seen as one, too.
  const height = one.exceptions === 0 ? 2 : Math.max(4, Math.round((one.exceptions / most) * 100));
  return (
    <span class={`bar ${one.state}`} title={t.controls.bar(timeText(one.time), numberText(one.exceptions), numberText(one.population))}>
      <svg viewBox="0 0 10 100" preserveAspectRatio="none">
        <rect x="1" width="8" y={100 - height} height={height} />
      </svg>
    </span>
  );
}
