import { memberOf, occurredOf, personOf, textMember, type Entry } from '../../api/record';
import { language, t } from '../../texts';
import type { Tone } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { utcText } from '../../ui/time';
import { Token } from '../../ui/token';
import { durationText, factorLabel, purposeLabel, safeText, toneOf, typeLabel } from './labels';
import type { Row } from './record_list';

/** Without the year, which stands in the line of UTC. */
const short = new Intl.DateTimeFormat(language, { month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Seconds between what happened and its receipt that are worth telling. */
const LATE_S = 60;

export function isTime(text: string): boolean {
  return !Number.isNaN(new Date(text).getTime());
}

/** How long after it happened an event was received, in seconds. */
export function delayOf(entry: Entry): number {
  const delay = (new Date(entry.received).getTime() - new Date(occurredOf(entry)).getTime()) / 1000;
  return Number.isNaN(delay) ? 0 : delay;
}

export function Late({ entry }: { entry: Entry }) {
  const delay = delayOf(entry);
  if (Math.abs(delay) < LATE_S) return null;
  const text = durationText(Math.abs(delay));
  const sentence = delay > 0 ? t.events.late(text) : t.events.early(text);
  return (
    <span class="events-late" title={sentence}>
      <span aria-hidden="true">
        {delay > 0 ? '+' : '−'}
        {text}
      </span>
      <span class="unseen">{sentence}</span>
    </span>
  );
}

export function TypeMark({ type }: { type: string }) {
  const tone: Tone = toneOf(type);
  return (
    <span class={`event-type ${tone}`}>
      <span class="event-dot" aria-hidden="true" />
      <span class="event-type-name" title={safeText(type)}>
        {typeLabel(type)}
      </span>
    </span>
  );
}

const Short = ({ text }: { text: string }) => (text ? <Raw text={text} most={80} inline /> : null);

function When({ entry }: { entry: Entry }) {
  const at = occurredOf(entry);
  if (!isTime(at)) return <Short text={at} />;
  return (
    <time dateTime={at}>
      <span class="line">{short.format(new Date(at))}</span>
      <span class="line faint">{t.common.utc(utcText(at))}</span>
    </time>
  );
}

function Challenge({ entry }: { entry: Entry }) {
  const factor = textMember(entry, 'challenge.factor');
  const purpose = textMember(entry, 'challenge.purpose');
  return (
    <>
      <span class="line">{[factor && factorLabel(factor), purpose && purposeLabel(purpose)].filter(Boolean).join(' · ')}</span>
      <span class="line faint">
        <Short text={textMember(entry, 'challenge.provider')} />
      </span>
    </>
  );
}

function Outcome({ entry }: { entry: Entry }) {
  const risk = memberOf(entry, 'outcome.risk');
  return (
    <>
      <span class="line">
        <Short text={textMember(entry, 'outcome.reason')} />
      </span>
      {risk !== undefined && <span class="line faint">{t.events.risk(String(risk))}</span>}
    </>
  );
}

function Absent({ row }: { row: 'loading' | 'gone' }) {
  return (
    <div role="gridcell" class="cell whole-cell">
      {row === 'gone' ? t.events.gone : <span class="ghost">{t.common.loading}</span>}
    </div>
  );
}

interface RowProps {
  row: Row;
  href: string | undefined;
}

/** One record as cells of a wide table. */
export function RowCells({ row, href }: RowProps) {
  if (typeof row === 'string') return <Absent row={row} />;
  const person = personOf(row);
  const device = textMember(row, 'device.fingerprint');
  return (
    <>
      <div role="gridcell" class="cell">
        <a class="whole-row" href={href} tabIndex={-1}>
          <When entry={row} />
        </a>
      </div>
      <div role="gridcell" class="cell">
        <span class="line">
          <TypeMark type={textMember(row, 'type')} />
        </span>
        <span class="line faint">
          <Short text={row.source} /> <Late entry={row} />
        </span>
      </div>
      <div role="gridcell" class="cell">
        {person && (
          <>
            <span class="line">
              <Token token={person.token} />
            </span>
            <span class="line faint">
              {person.kind !== 'user' && t.token.kinds[person.kind]} <Short text={textMember(row, 'actor.role')} />
            </span>
          </>
        )}
      </div>
      <div role="gridcell" class="cell">
        <Challenge entry={row} />
      </div>
      <div role="gridcell" class="cell">
        <span class="line">
          <Short text={textMember(row, 'action.name')} />
        </span>
        <span class="line faint">
          <Short text={textMember(row, 'action.resource')} />
        </span>
      </div>
      <div role="gridcell" class="cell">
        <span class="line">{device && <Token token={device} />}</span>
        <span class="line faint">
          <Short text={textMember(row, 'device.country')} />
          {memberOf(row, 'device.new') === true && <span class="events-late">{t.events.newDevice}</span>}
        </span>
      </div>
      <div role="gridcell" class="cell">
        <Outcome entry={row} />
      </div>
    </>
  );
}

/** One record as a card of two lines and its time. */
export function RowCard({ row, href }: RowProps) {
  if (typeof row === 'string') return <Absent row={row} />;
  const person = personOf(row);
  const at = occurredOf(row);
  const facts = [textMember(row, 'challenge.factor') && factorLabel(textMember(row, 'challenge.factor')), textMember(row, 'action.name'), textMember(row, 'outcome.reason')].filter(Boolean);
  return (
    <div role="gridcell" class="cell whole-cell">
      <a class="whole-row" href={href} tabIndex={-1}>
        <span class="line split">
          <TypeMark type={textMember(row, 'type')} />
          {person && <Token token={person.token} />}
        </span>
      </a>
      <span class="line">
        {facts.map((fact, at) => (
          <span key={at}>
            {at > 0 && ' · '}
            <Short text={fact} />
          </span>
        ))}
        {facts.length === 0 && <Short text={row.source} />} <Late entry={row} />
      </span>
      <span class="line faint">{isTime(at) ? `${short.format(new Date(at))} · ${t.common.utc(utcText(at))}` : <Short text={at} />}</span>
    </div>
  );
}
