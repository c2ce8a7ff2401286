import type { ComponentChildren } from 'preact';
import { occurredOf, personOf, textMember, type Entry } from '../../api/record';
import type { ValuesAnswer } from '../../api/records';
import { t } from '../../texts';
import { Raw } from '../../ui/raw';
import { Time } from '../../ui/time';
import { factorLabel, purposeLabel, toneOf } from './labels';
import { Personal } from './personal';
import { Late } from './row';

/** A sentence of the catalogue with what stands in its braces. */
function filled(sentence: string, parts: Record<string, ComponentChildren>): ComponentChildren[] {
  return sentence.split(/\{([a-z]+)\}/).map((piece, at) => (at % 2 === 0 ? piece : parts[piece]));
}

const Quoted = ({ text }: { text: string }) => <Raw text={text} most={160} inline />;

/** What happened, in a sentence. */
export function Summary({ entry, values }: { entry: Entry; values: ValuesAnswer | undefined }) {
  const type = textMember(entry, 'type');
  const person = personOf(entry);
  const text = (path: string) => textMember(entry, path);
  const quoted = (path: string) => text(path) && <Quoted text={text(path)} />;
  const parts: Record<string, ComponentChildren> = {
    type: <Quoted text={type} />,
    factor: text('challenge.factor') && factorLabel(text('challenge.factor')),
    provider: quoted('challenge.provider'),
    purpose: text('challenge.purpose') && purposeLabel(text('challenge.purpose')),
    person: person && <Personal token={person.token} kind={person.kind} values={values} brief />,
    action: quoted('action.name'),
    resource: quoted('action.resource'),
    country: quoted('device.country'),
    reason: quoted('outcome.reason'),
    source: <Quoted text={entry.source} />,
  };
  const [what, who] = (Object.hasOwn(t.events.sentences, type) ? t.events.sentences[type] : undefined) ?? t.events.sentenceOther;
  const clauses = t.events.clauses.filter(([, name]) => parts[name]).map(([clause]) => clause);
  const sentence = [what ?? '', ...(person ? [` ${who}`] : []), ...clauses, t.events.said];
  return (
    <section class={`card event-summary ${toneOf(type)}`}>
      <p class="event-sentence">
        {sentence.map((piece) => (
          <span key={piece}>{filled(piece, parts)}</span>
        ))}
      </p>
      <p class="event-time">
        <Time at={occurredOf(entry)} ago />
        <Late entry={entry} />
      </p>
    </section>
  );
}
