// The figures of evidence.json: whoever has the records can count them again.
import type { EventView } from './event.js';
import { objectOf, type JsonObject } from './json.js';
import type { RecordView } from './record.js';
import { FIELD } from './schema.js';
import { isBefore, parseTime, type Time } from './time.js';

/** By the time at which the appliance received an event: from `from` (included) to `to` (excluded), in the appliance's own form. */
export interface Period {
  from: string;
  to: string;
}

export const periodHolds = (period: Period, received: string) => period.from <= received && received < period.to;

const LATE_AFTER_SECONDS = 300;

/** Whether an event was received more than five minutes after it occurred. */
export function isLate(occurred: Time, received: Time): boolean {
  const micros = (received.seconds - occurred.seconds) * 1_000_000 + (received.micros - occurred.micros);
  return micros > LATE_AFTER_SECONDS * 1_000_000;
}

class Tally {
  private readonly counts = new Map<string, number>();

  add(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
  toJson(): JsonObject {
    return new Map([...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

export class Totals {
  shown = 0;
  withheld = 0;
  retired = 0;
  disclosures = 0;
  masks = 0;
  private recordBytes = 0;
  private late = 0;
  private before = 0;
  private after = 0;
  private first: number | undefined;
  private last = 0;
  private readonly byType = new Tally();
  private readonly bySource = new Tally();
  private readonly from: Time;
  private readonly to: Time;

  constructor(period: Period) {
    this.from = parseTime(period.from)!;
    this.to = parseTime(period.to)!;
  }

  get records(): number {
    return this.shown + this.withheld + this.retired;
  }

  addShown(record: RecordView, event: EventView, bytes: number, occurred: Time, late: boolean): void {
    this.note(record.seq);
    ++this.shown;
    this.recordBytes += bytes;
    this.byType.add(event.plain(FIELD.type));
    this.bySource.add(record.source);
    if (late) ++this.late;
    if (isBefore(occurred, this.from)) ++this.before;
    if (!isBefore(occurred, this.to)) ++this.after;
  }
  addWithheld(seq: number): void {
    this.note(seq);
    ++this.withheld;
  }
  addRetired(seq: number): void {
    this.note(seq);
    ++this.retired;
  }

  counts(): JsonObject {
    const out = objectOf({ records: this.records, shown: this.shown, withheld: this.withheld, disclosures: this.disclosures });
    // Bundles made before there were masks have no such member.
    if (this.masks > 0) out.set('masks', this.masks);
    if (this.retired > 0) out.set('retired', this.retired);
    return out;
  }
  totals(): JsonObject {
    return objectOf({ by_type: this.byType.toJson(), by_source: this.bySource.toJson(), record_bytes: this.recordBytes });
  }
  gaps(): JsonObject {
    if (this.first === undefined) return objectOf({ first_seq: null, last_seq: null, missing: 0 });
    return objectOf({ first_seq: this.first, last_seq: this.last, missing: this.last - this.first + 1 - this.records });
  }
  lateArrivals(): JsonObject {
    return objectOf({
      late_after_seconds: LATE_AFTER_SECONDS,
      late: this.late,
      occurred_before_period: this.before,
      occurred_after_period: this.after,
    });
  }

  private note(seq: number): void {
    this.first ??= seq;
    this.last = seq;
  }
}
