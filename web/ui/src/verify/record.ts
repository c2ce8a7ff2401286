import { fromBase64 } from './bytes.js';
import { Cursor } from './cursor.js';
import { fail } from './fault.js';
import { skipString } from './json.js';
import { isCanonicalTime } from './time.js';

/** A record taken apart. */
export interface RecordView {
  log: string;
  seq: number;
  /** Base64 of 32 bytes, canonical. */
  prev: string;
  /** A time in the appliance's own form. */
  received: string;
  source: string;
  proof: string;
  /** The JSON array, or empty. */
  redacted: string;
  /** The JSON object. */
  event: string;
}

const PREV_LENGTH = 44;
const TIME_LENGTH = 27;

/** Takes the fixed spelling of a record off the front of its text. */
class Reader extends Cursor {
  /** The inside of a string of printable ASCII that needs no escapes: names, times, hashes. */
  plain(): string | undefined {
    const end = this.text.indexOf('"', this.at);
    const value = this.text.slice(this.at, Math.max(end, this.at));
    if (!/^[\x20-\x5b\x5d-\x7e]+$/.test(value)) return undefined;
    this.at = end;
    return value;
  }
  fixed(length: number): string | undefined {
    const value = this.text.slice(this.at, this.at + length);
    this.at += value.length;
    return value.length === length ? value : undefined;
  }
  number(): number | undefined {
    let end = this.at;
    while (end < this.text.length && this.text.charCodeAt(end) >= 0x30 && this.text.charCodeAt(end) <= 0x39) ++end;
    const digits = this.text.slice(this.at, end);
    const value = Number(digits);
    if (digits === '' || (digits.length > 1 && digits.startsWith('0')) || !Number.isSafeInteger(value)) return undefined;
    this.at = end;
    return value;
  }
  /** A JSON array of strings. */
  strings(): string | undefined {
    const begin = this.at;
    if (!this.literal('[')) return undefined;
    do {
      this.at = skipString(this.text, this.at);
      if (this.at < 0) return undefined;
    } while (this.literal(','));
    return this.literal(']') ? this.text.slice(begin, this.at) : undefined;
  }
}

/** Neighbours in a log share the second, and often more. */
let lastGoodTime = '';

function isReceivedTime(text: string): boolean {
  if (text === lastGoodTime) return true;
  if (!isCanonicalTime(text)) return false;
  lastGoodTime = text;
  return true;
}

/** Reads a record's text; takes the spelling of the appliance only. A Fault, with the byte, where anything else stands. Does not look into `event`. */
export function readRecord(text: string): RecordView {
  const reader = new Reader(text);
  const bad = (member: string): never => fail(`not a record: ${member} is not as it must be at byte ${Math.max(reader.at, 0)}`);
  const after = <T>(before: string, read: () => T | undefined, member: string): T => {
    const value = reader.literal(before) ? read() : undefined;
    return value === undefined ? bad(member) : value;
  };
  const log = after('{"v":1,"log":"', () => reader.plain(), 'v or log');
  const seq = after('","seq":', () => reader.number(), 'seq');
  const prev = after(',"prev":"', () => reader.fixed(PREV_LENGTH), 'prev');
  const received = after('","received":"', () => reader.fixed(TIME_LENGTH), 'received');
  const source = after('","source":"', () => reader.plain(), 'source');
  const proof = after('","proof":"', () => reader.plain(), 'proof');
  if (!reader.literal('"')) bad('proof');
  const redacted = reader.literal(',"redacted":') ? (reader.strings() ?? bad('redacted')) : '';
  if (!reader.literal(',"event":')) bad('event');
  const rest = text.slice(reader.at);
  if (rest.length < 3 || !rest.startsWith('{') || !rest.endsWith('}}')) bad('event');
  if (fromBase64(prev)?.length !== 32) bad('prev');
  if (!isReceivedTime(received)) bad('received');
  return { log, seq, prev, received, source, proof, redacted, event: rest.slice(0, -1) };
}
