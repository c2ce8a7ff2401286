import type { ComponentChildren } from 'preact';
import { occurredOf, personOf, textMember, type Entry } from '../../api/record';
import type { ValuesAnswer } from '../../api/records';
import { t } from '../../texts';
import { Badge, Card } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { Time } from '../../ui/time';
import { purposeLabel } from './labels';
import { Personal } from './personal';

/** Events that the control EVIDENCE-COMPLETE asks for all four. */
const ASKED: readonly string[] = ['challenge.sent', 'challenge.verified', 'challenge.failed', 'challenge.expired', 'challenge.cancelled', 'login.succeeded', 'login.failed', 'action.performed', 'action.blocked'];

type Thing = keyof typeof t.events.fourNames;

function thingsOf(entry: Entry, values: ValuesAnswer | undefined): readonly (readonly [Thing, ComponentChildren])[] {
  const type = textMember(entry, 'type');
  const person = personOf(entry);
  const name = textMember(entry, 'action.name') || textMember(entry, 'action.context');
  const purpose = textMember(entry, 'challenge.purpose') || (type.startsWith('login.') ? 'login' : '');
  const resource = textMember(entry, 'action.resource');
  const device = textMember(entry, 'device.fingerprint');
  const aim = (name || purpose) && (
    <>
      {name ? <Raw text={name} most={160} /> : purposeLabel(purpose)}
      {resource && (
        <span class="hint">
          {' '}
          <Raw text={resource} most={160} />
        </span>
      )}
    </>
  );
  return [
    ['time', textMember(entry, 'time') && <Time at={occurredOf(entry)} />],
    ['person', person && <Personal token={person.token} kind={person.kind} values={values} />],
    ['action', aim],
    ['device', device && <Personal token={device} kind="fingerprint" values={values} />],
  ];
}

/** The four things that evidence must carry, and which of them this record lacks. */
export function FourThings({ entry, values }: { entry: Entry; values: ValuesAnswer | undefined }) {
  const asked = ASKED.includes(textMember(entry, 'type'));
  const things = thingsOf(entry, values);
  const lacking = things.filter(([, found]) => !found).length;
  const missing = !asked ? t.events.fourNotAsked : textMember(entry, 'challenge.id') ? t.events.fourMissingLife : t.events.fourMissing;
  const badge = lacking === 0 ? <Badge tone="good">{t.events.fourAll}</Badge> : asked && <Badge tone="warn">{t.events.fourLacks(lacking)}</Badge>;
  return (
    <Card title={t.events.four} actions={badge}>
      <p class="hint">{t.events.fourWhat}</p>
      <ul class="event-four">
        {things.map(([name, found]) => (
          <li key={name} class={found ? 'here' : asked ? 'lacking' : 'plain'}>
            <span class="four-mark" aria-hidden="true">
              {found ? '✓' : asked ? '!' : '–'}
            </span>
            <div>
              <div class="four-name">{t.events.fourNames[name]}</div>
              <div>{found || missing}</div>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
