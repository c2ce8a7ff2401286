import type { Question, Value } from '../../api/questionnaires';
import { t } from '../../texts';
import { Badge, type Tone } from '../../ui/parts';
import { Raw } from '../../ui/raw';

export const STATES = ['open', 'proposed', 'approved', 'stale'] as const;
export type QuestionState = (typeof STATES)[number];

/** How a question stands: what nobody has approved is proposed where the evidence shows an answer, else open. */
export function stateOf(question: Question): QuestionState {
  if (question.approved) return question.approved.state === 'stale' ? 'stale' : 'approved';
  return question.proposal?.holds ? 'proposed' : 'open';
}

const TONES: Record<QuestionState, Tone> = { open: 'plain', proposed: 'info', approved: 'good', stale: 'warn' };

export function StateMark({ state }: { state: QuestionState }) {
  return <Badge tone={TONES[state]}>{t.procurement.states[state]}</Badge>;
}

export function ValueMark({ value }: { value: Value | undefined }) {
  return value === undefined ? null : <strong class="answer-value">{t.procurement.values[value]}</strong>;
}

/** What an answer cites, or why it is stale: a line each. */
export function Lines({ lines, mono = false }: { lines: readonly string[]; mono?: boolean }) {
  return (
    <ul class="plain-list answer-lines">
      {lines.map((one, at) => (
        <li key={at}>
          {mono ? (
            <code>
              <Raw text={one} />
            </code>
          ) : (
            <Raw text={one} />
          )}
        </li>
      ))}
    </ul>
  );
}
