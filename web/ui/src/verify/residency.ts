// The statement of residency: where a tenant's records and personal values were kept over the period, as the region's system log tells.
import { fail } from './fault.js';
import { readEvent, type EventView } from './event.js';
import { readRecord } from './record.js';
import { FIELD } from './schema.js';
import { parseTime } from './time.js';
import { periodHolds, type Period } from './totals.js';
import type { Digest } from './tree.js';

const DESTINATION = '; destination=';

export const isRegion = (text: string) => /^[a-z0-9][a-z0-9-]{0,62}$/.test(text);

/** A record of the system log that speaks of the tenant. Times are in the appliance's own form. */
export interface SystemRecord {
  seq: number;
  received: string;
  what: 'added' | 'moved' | 'exported' | 'retired';
  /** Moved. */
  from: string;
  to: string;
  reason: string;
  /** Exported; undefined where the record does not say. */
  destination: string | undefined;
  /** Retired. */
  id: string;
  context: string;
  /** The event's time as sent. */
  time: string;
}

/** The state of the system log that the records were proven against. */
export interface SystemLogHead {
  log: string;
  size: number;
  root: Digest;
  /** POSIX seconds, signed. */
  time: number;
}

/** What the statement is about, and what it takes from outside of the system log. */
export interface ResidencyFacts {
  tenant: string;
  region: string;
  log: string;
  period: Period;
  records: number;
  disclosed: number;
  runAt: string;
  destination: string;
  /** Id under which this export is recorded; empty: it is not. */
  event: string;
  systemLog: SystemLogHead | undefined;
}

/** A time in which the tenant was pinned to a region; an end that is undefined is open, or not known here. */
export interface Pin {
  region: string;
  from: string | undefined;
  until: string | undefined;
}

export interface Residency {
  facts: ResidencyFacts;
  pins: Pin[];
  moves: SystemRecord[];
  /** Exports of the period to elsewhere. */
  crossed: SystemRecord[];
  exports: number;
  withoutDestination: number;
  /** Places where a move does not begin where the one before ended. */
  gaps: number;
}

/** The word behind `name` in `from=eu-1 to=us-1 address=…`. */
function wordBehind(text: string, name: string): string {
  const at = text.indexOf(name);
  if (at < 0 || (at > 0 && text[at - 1] !== ' ')) return '';
  return text.slice(at + name.length).split(' ')[0] ?? '';
}

function destinationIn(context: string): string | undefined {
  const at = context.lastIndexOf(DESTINATION);
  const name = at < 0 ? '' : (context.slice(at + DESTINATION.length).split(';')[0] ?? '');
  return isRegion(name) ? name : undefined;
}

function moveOf(event: EventView): { from: string; to: string; reason: string } {
  const context = event.text(FIELD.actionContext);
  const from = wordBehind(context, 'from=');
  const to = wordBehind(context, 'to=');
  if (!isRegion(from) || !isRegion(to) || from === to) fail('a move in the system log does not say from where to where');
  return { from, to, reason: event.text(FIELD.outcomeReason) };
}

const KINDS = { 'tenant.added': 'added', 'tenant.moved': 'moved', 'export.performed': 'exported', 'records.retired': 'retired' } as const;

/** Reads a record of the system log; undefined where it is none that speaks of this tenant's residency. */
export function readSystemRecord(line: string, systemLog: string, tenant: string): SystemRecord | undefined {
  const record = readRecord(line);
  if (record.log !== systemLog) fail('it is of another log');
  const event = readEvent(record.event);
  const type = event.plain(FIELD.type);
  const what = Object.hasOwn(KINDS, type) ? KINDS[type as keyof typeof KINDS] : undefined;
  if (!what || event.text(FIELD.actionResource) !== tenant) return undefined;
  const context = event.text(FIELD.actionContext);
  const time = event.plain(FIELD.time);
  if (what === 'retired' && !parseTime(time)) fail('its time is none');
  return {
    seq: record.seq,
    received: record.received,
    what,
    ...(what === 'moved' ? moveOf(event) : { from: '', to: '', reason: '' }),
    destination: what === 'exported' ? destinationIn(context) : undefined,
    id: what === 'retired' ? event.text(FIELD.id) : '',
    context: what === 'retired' ? context : '',
    time,
  };
}

/** Whether a record belongs into the bundle: pins and retirements of all times, exports of the period. */
export function belongsTo(record: SystemRecord, period: Period): boolean {
  return record.what !== 'exported' || periodHolds(period, record.received);
}

/** The pins that follow from the records of moves, in their order. */
class PinBook {
  readonly pins: Pin[] = [];
  gaps = 0;

  constructor(private readonly here: string) {}

  add(record: SystemRecord): void {
    if (record.what === 'added') {
      if (this.pins.length > 0) ++this.gaps;
      this.pins.push({ region: this.here, from: record.received, until: undefined });
    } else if (record.what === 'moved') {
      if (record.from === this.here) this.leave(record);
      else this.come(record);
      this.pins.push({ region: record.to, from: record.received, until: undefined });
    }
  }

  private pinnedTo(region: string): Pin | undefined {
    const last = this.pins.at(-1);
    return last?.region === region ? last : undefined;
  }

  private leave(record: SystemRecord): void {
    const last = this.pinnedTo(this.here);
    if (last) {
      last.until = record.received;
      return;
    }
    ++this.gaps;
    this.pins.push({ region: this.here, from: undefined, until: record.received });
  }

  private come(record: SystemRecord): void {
    if (record.to !== this.here || this.pinnedTo(this.here)) ++this.gaps;
    const last = this.pinnedTo(record.from);
    // Moves between other regions are not recorded here.
    if (last) last.until = record.received;
    else this.pins.push({ region: record.from, from: undefined, until: record.received });
  }
}

/** Computes the statement from all records of the tenant in the system log, in their order. */
export function residencyOf(facts: ResidencyFacts, records: readonly SystemRecord[]): Residency {
  const { period, region } = facts;
  const book = new PinBook(region);
  records.forEach((record) => book.add(record));
  const within = records.filter((record) => periodHolds(period, record.received));
  const exported = within.filter((record) => record.what === 'exported');
  const touches = (pin: Pin) => (pin.from === undefined || pin.from < period.to) && (pin.until === undefined || period.from < pin.until);
  return {
    facts,
    pins: book.pins.filter(touches),
    moves: within.filter((record) => record.what === 'moved'),
    crossed: exported.filter((record) => record.destination !== undefined && record.destination !== region),
    exports: exported.length,
    withoutDestination: exported.filter((record) => record.destination === undefined).length,
    gaps: book.gaps,
  };
}
