// data/events.csv: RFC 4180 with CR LF, made of nothing but records, values and commit times, so that it can be made again and compared byte by byte.
import { textOf, toHex } from './bytes.js';
import { TOKEN_LENGTH, visitAttributeTokens, type EventView } from './event.js';
import { fail } from './fault.js';
import { unescape } from './json.js';
import { LAYOUT } from './layout.js';
import type { RecordView } from './record.js';
import { EVENT_FIELDS, FIELD, pathOf } from './schema.js';
import { formatSeconds } from './time.js';
import type { Digest } from './tree.js';
import type { Values } from './values.js';

const COLUMNS = EVENT_FIELDS.map((field, i) => ({ field, i })).filter(({ i }) => i !== FIELD.time);

export const TABLE_HEADER = `seq,occurred,received,committed,late,${COLUMNS.map(({ field }) => pathOf(field)).join(',')},source,proof,redacted,attributes,record_hash\r\n`;

/** A value as a cell: quoted where it must be, and with an apostrophe in front where a spreadsheet would take it for a formula. */
function cell(value: string): string {
  const guarded = /^[=+\-@\t\r'＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(value) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** Writes the rows that records give. */
export class RowWriter {
  private second = -1;
  private secondText = '';

  constructor(private readonly values: Values | undefined) {}

  row(record: RecordView, event: EventView, hash: Digest, committed: number, late: boolean): string {
    if (committed !== this.second) {
      this.second = committed;
      this.secondText = formatSeconds(committed);
    }
    let row = `${record.seq},${event.plain(FIELD.time)},${record.received},${this.secondText},${late ? 'yes' : 'no'}`;
    for (const { field, i } of COLUMNS) {
      const raw = event.raw[i]!;
      row += raw === '' ? ',' : `,${this.member(raw, field.personal)}`;
    }
    const redacted = record.redacted === '' ? '' : cell(record.redacted);
    return `${row},${record.source},${record.proof},${redacted},${this.attributes(event)},${toHex(hash)}\r\n`;
  }

  private member(raw: string, kind: (typeof EVENT_FIELDS)[number]['personal']): string {
    const inside = raw.startsWith('"') ? raw.slice(1, -1) : raw;
    if (kind && inside.length === TOKEN_LENGTH) return cell(this.values?.find(kind, inside) ?? inside);
    return cell(inside.includes('\\') ? unescape(raw) : inside);
  }

  /** The attributes as JSON; a token whose value is shown gives way to the value, which is JSON itself. */
  private attributes(event: EventView): string {
    const { attributes } = event;
    const { values } = this;
    if (attributes === '' || !values) return attributes === '' ? '' : cell(attributes);
    let text = '';
    let at = 0;
    visitAttributeTokens(attributes, (kind, token, place) => {
      const value = values.find(kind, token);
      if (value === undefined) return;
      text += attributes.slice(at, place) + value;
      at = place + TOKEN_LENGTH + 2;
    });
    return cell(text + attributes.slice(at));
  }
}

/** Compares the table that is there with the rows that are expected, as they come. Keeps the first difference and goes on. */
export class TableCompare {
  private text = '';
  private at = 0;
  private ended = false;
  /** That are the same. */
  private same = 0;
  /** The first line that is not, from 1; 0: none yet. */
  private different = 0;

  constructor(
    private readonly stream: AsyncGenerator<Uint8Array>,
    private readonly onBytes: (bytes: number) => Promise<void>,
  ) {}

  async add(rows: string, count: number): Promise<void> {
    if (this.different > 0) return;
    await this.fill(rows.length);
    const found = this.text.slice(this.at, this.at + rows.length);
    this.at += rows.length;
    if (found === rows) {
      this.same += count;
      return;
    }
    let end = 0;
    while (end < found.length && found.charCodeAt(end) === rows.charCodeAt(end)) ++end;
    this.different = this.same + rows.slice(0, end).split('\n').length;
  }

  async finish(): Promise<void> {
    if (this.different === 0) {
      await this.fill(1);
      if (this.at < this.text.length) this.different = this.same + 1;
    }
    if (this.different > 0) {
      fail(`${LAYOUT.events} is not what the records and disclosures give, from line ${this.different} on`, {
        file: LAYOUT.events,
        line: this.different,
      });
    }
  }

  private async fill(count: number): Promise<void> {
    while (!this.ended && this.text.length - this.at < count) {
      const next = await this.stream.next();
      if (next.done) {
        this.ended = true;
      } else {
        this.text = this.text.slice(this.at) + textOf(next.value);
        this.at = 0;
        await this.onBytes(next.value.length);
      }
    }
  }
}
