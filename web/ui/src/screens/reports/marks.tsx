import type { Framework, Past, Severity, State } from '../../api/controls';
import type { Outcome } from '../../api/reports';
import { t } from '../../texts';
import { Badge, Trend, type Tone } from '../../ui/parts';
import { numberText, Time } from '../../ui/time';

const TONES: Record<State, Tone> = { failing: 'bad', passing: 'good', nothing_to_test: 'plain' };
const STATE_OF: Record<Outcome, State> = { exceptions: 'failing', no_exceptions: 'passing', nothing_to_test: 'nothing_to_test' };

export function toneOf(state: State): Tone {
  return TONES[state];
}

export function stateOf(outcome: Outcome): State {
  return STATE_OF[outcome];
}

export function StateBadge({ state }: { state: State }) {
  return <Badge tone={TONES[state] ?? 'plain'}>{t.controls.states[state] ?? state}</Badge>;
}

export function SeverityMark({ severity }: { severity: Severity }) {
  const level = { high: 3, medium: 2, low: 1 }[severity] ?? 0;
  return (
    <span class="severity">
      <span class="severity-bars" aria-hidden="true">
        {[1, 2, 3].map((one) => (
          <span key={one} class={one <= level ? 'on' : undefined} />
        ))}
      </span>
      {t.controls.severities[severity] ?? severity}
    </span>
  );
}

export function clauseTitle(framework: Framework, clause: string): string | undefined {
  return t.controls.clauses[framework]?.[clause];
}

/** `CC6.1 Who has access …`, or the clause alone where the catalogue has no title of it. */
export function clauseText(framework: Framework, clause: string): string {
  const title = clauseTitle(framework, clause);
  return title ? `${clause} – ${title}` : clause;
}

/** How the number of exceptions changed, as a line and in words. */
export function ResultTrend({ history }: { history: readonly Past[] }) {
  const values = history.map((one) => one.exceptions);
  const now = values[values.length - 1];
  const before = values[values.length - 2];
  if (now === undefined || before === undefined) return <span class="soft">{t.controls.trend.first}</span>;
  const label = t.controls.trend.label(values.length, numberText(Math.min(...values)), numberText(Math.max(...values)), numberText(now));
  const change = now - before;
  const words = change === 0 ? t.controls.trend.same : change > 0 ? t.controls.trend.more(numberText(change)) : t.controls.trend.fewer(numberText(-change));
  return (
    <span class="result-trend">
      <Trend values={values} label={label} />
      <span class="soft">{words}</span>
    </span>
  );
}

/** A period that records were chosen by, in the reader's zone and in UTC. */
export function Period({ from, to }: { from: string; to: string }) {
  return (
    <span class="span-times">
      <span>
        <Time at={from} /> {t.controls.periodTo}
      </span>
      <Time at={to} />
    </span>
  );
}
