import type { RecordAnswer } from './records';

type Members = Record<string, unknown>;

/** A record taken apart. What a source sent is hostile: each member is a text, a number or a boolean, or passed over. */
export interface Entry {
  seq: number;
  received: string;
  log: string;
  prev: string;
  source: string;
  /** How the source proved itself. */
  proof: string;
  redacted: readonly string[];
  event: Members;
}

export type Value = string | number | boolean;

/** Personal members of an event and their kinds, which the ledger fixes (docs: the event). */
export const PERSONAL: Readonly<Record<string, string>> = {
  'actor.id': 'user',
  'actor.email': 'email',
  'actor.phone': 'phone',
  'actor.name': 'name',
  'device.fingerprint': 'fingerprint',
  'device.ip': 'ip',
  'device.user_agent': 'user_agent',
  'session.id': 'session',
  'delivery.raw': 'raw',
};

/** All members of an event but `attributes`, in their order. */
export const MEMBERS: readonly string[] = [
  'id',
  'time',
  'type',
  'tenant',
  'actor.id',
  'actor.email',
  'actor.phone',
  'actor.name',
  'actor.role',
  'challenge.id',
  'challenge.purpose',
  'challenge.factor',
  'challenge.provider',
  'challenge.provider_id',
  'challenge.attempt',
  'challenge.expires_at',
  'challenge.fallback_from',
  'action.name',
  'action.resource',
  'action.context',
  'device.fingerprint',
  'device.ip',
  'device.user_agent',
  'device.country',
  'device.asn',
  'device.new',
  'session.id',
  'outcome.reason',
  'outcome.risk',
  'cost.amount',
  'cost.currency',
  'delivery.sequence',
  'delivery.raw',
];

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);
const isValue = (value: unknown): value is Value => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export function readEntry(answer: Pick<RecordAnswer, 'seq' | 'received' | 'record'>): Entry {
  let read: unknown;
  try {
    read = JSON.parse(answer.record);
  } catch {
    read = {};
  }
  const record = isMembers(read) ? read : {};
  return {
    seq: answer.seq,
    received: answer.received,
    log: textOf(record['log']),
    prev: textOf(record['prev']),
    source: textOf(record['source']),
    proof: textOf(record['proof']),
    redacted: Array.isArray(record['redacted']) ? record['redacted'].filter((one) => typeof one === 'string') : [],
    event: isMembers(record['event']) ? record['event'] : {},
  };
}

/** A member of the event by its path; undefined where it is not there. */
export function memberOf(entry: Entry, path: string): Value | undefined {
  const dot = path.indexOf('.');
  const object = dot < 0 ? entry.event : entry.event[path.slice(0, dot)];
  if (!isMembers(object)) return undefined;
  const name = path.slice(dot + 1);
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  return isValue(value) ? value : undefined;
}

export function textMember(entry: Entry, path: string): string {
  const value = memberOf(entry, path);
  return value === undefined ? '' : String(value);
}

export interface Attribute {
  path: string;
  value: Value | null;
}

const ATTRIBUTES_MOST = 512;

/** What stands under `attributes`, leaf by leaf. */
export function attributesOf(entry: Entry): Attribute[] {
  const out: Attribute[] = [];
  const walk = (value: unknown, path: string) => {
    if (out.length >= ATTRIBUTES_MOST) return;
    if (Array.isArray(value)) value.forEach((one, at) => walk(one, `${path}[${at}]`));
    else if (isMembers(value)) for (const [name, one] of Object.entries(value)) walk(one, path ? `${path}.${name}` : name);
    else out.push({ path, value: isValue(value) ? value : null });
  };
  if (isMembers(entry.event['attributes'])) walk(entry.event['attributes'], '');
  return out;
}

/** The token under which the person of an event is best known, with its kind. */
export function personOf(entry: Entry): { token: string; kind: string; path: string } | undefined {
  for (const path of ['actor.id', 'actor.email', 'actor.phone', 'actor.name']) {
    const token = textMember(entry, path);
    if (token) return { token, kind: PERSONAL[path] ?? '', path };
  }
  return undefined;
}

export function occurredOf(entry: Entry): string {
  return textMember(entry, 'time') || entry.received;
}
