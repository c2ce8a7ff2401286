import type { ComponentChildren } from 'preact';
import { attributesOf, memberOf, MEMBERS, PERSONAL, type Entry, type Value } from '../../api/record';
import type { ValuesAnswer } from '../../api/records';
import { t } from '../../texts';
import { Card } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { numberText, Time } from '../../ui/time';
import { isToken } from '../../ui/token';
import { factorLabel, memberLabel, proofLabel, purposeLabel, typeLabel } from './labels';
import { Personal } from './personal';
import { memberTerm } from './query';

interface Line {
  path: string;
  name: string;
  value: ComponentChildren;
  /** A query that finds others with the same. */
  query?: string | undefined;
}

/** Members of which others with the same value are worth finding. */
const ALIKE: readonly string[] = ['type', 'actor.id', 'actor.email', 'actor.phone', 'challenge.id', 'challenge.provider', 'challenge.factor', 'challenge.purpose', 'action.name', 'action.resource', 'device.fingerprint', 'device.ip', 'session.id', 'outcome.reason'];
const TIMES: readonly string[] = ['time', 'challenge.expires_at'];
const LABELS: Record<string, (value: string) => string> = { type: typeLabel, 'challenge.purpose': purposeLabel, 'challenge.factor': factorLabel, 'challenge.fallback_from': factorLabel };

function shown(path: string, value: Value, values: ValuesAnswer | undefined): ComponentChildren {
  const text = typeof value === 'boolean' ? (value ? t.common.yes : t.common.no) : String(value);
  if (path in PERSONAL || (path === '' && isToken(value))) return <Personal token={text} values={values} copy />;
  if (TIMES.includes(path)) return <Time at={text} />;
  const label = LABELS[path]?.(text);
  return (
    <>
      {label && label !== text && <>{label} </>}
      <span class={label && label !== text ? 'hint mono' : undefined}>
        <Raw text={text} />
      </span>
    </>
  );
}

function groupsOf(entry: Entry, values: ValuesAnswer | undefined): Map<string, Line[]> {
  const groups = new Map<string, Line[]>();
  const put = (group: string, line: Line) => groups.set(group, [...(groups.get(group) ?? []), line]);
  for (const path of MEMBERS) {
    const value = memberOf(entry, path);
    if (value === undefined) continue;
    const dot = path.indexOf('.');
    const query = ALIKE.includes(path) ? memberTerm(path, String(value)) : undefined;
    put(dot < 0 ? 'event' : path.slice(0, dot), { path, name: memberLabel(path), value: shown(path, value, values), query });
  }
  for (const { path, value } of attributesOf(entry)) put('attributes', { path: `attributes.${path}`, name: '', value: value === null ? '' : shown('', value, values) });
  return groups;
}

function ledgerLines(entry: Entry, hash: string): Line[] {
  return [
    { path: 'seq', name: memberLabel('seq'), value: numberText(entry.seq) },
    { path: 'log', name: memberLabel('log'), value: <Raw text={entry.log} /> },
    { path: 'received', name: memberLabel('received'), value: <Time at={entry.received} /> },
    { path: 'source', name: memberLabel('source'), value: <Raw text={entry.source} />, query: memberTerm('source', entry.source) },
    { path: 'proof', name: t.events.grade, value: <Grade proof={entry.proof} /> },
    ...(entry.redacted.length > 0 ? [{ path: 'redacted', name: t.events.redacted, value: <Raw text={entry.redacted.join(', ')} /> }] : []),
    { path: 'prev', name: memberLabel('prev'), value: <code>{entry.prev}</code> },
    { path: 'hash', name: memberLabel('hash'), value: <code>{hash}</code> },
  ];
}

function Grade({ proof }: { proof: string }) {
  return (
    <>
      <strong>{proofLabel(proof)}</strong> <span class="hint mono">{Object.hasOwn(t.events.grades, proof) ? proof : ''}</span>
      {Object.hasOwn(t.events.grades, proof) && <div class="hint">{t.events.grades[proof]}</div>}
    </>
  );
}

interface FieldsProps {
  entry: Entry;
  hash: string;
  values: ValuesAnswer | undefined;
  /** Leads to the list with a query. */
  searchHref: (query: string) => string;
  bar: ComponentChildren;
}

/** All members of a record with names that people read, group by group. */
export function EventFields({ entry, hash, values, searchHref, bar }: FieldsProps) {
  const groups = groupsOf(entry, values);
  groups.set('ledger', ledgerLines(entry, hash));
  return (
    <Card title={t.events.record}>
      <p class="hint">{t.events.recordWhat}</p>
      {bar}
      <div class="event-groups">
        {[...groups].map(([group, lines]) => (
          <section key={group} class={group === 'ledger' ? 'event-group wide' : 'event-group'}>
            <h3>{t.events.groups[group]}</h3>
            <dl>
              {lines.map((line) => (
                <div key={line.path}>
                  <dt>
                    {line.name || <Raw text={line.path.replace(/^attributes\./, '')} most={160} />}
                    {line.name && <span class="event-member">{line.path}</span>}
                  </dt>
                  <dd>
                    <div>{line.value}</div>
                    {line.query && (
                      <a class="event-same" href={searchHref(line.query)} aria-label={t.events.sameWhat(line.name)}>
                        {t.events.same}
                      </a>
                    )}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Card>
  );
}
