// The lines of a bundle's files that are no records. Each reader takes exactly the one spelling.
import { digestFromBase64, toBase64 } from './bytes.js';
import { fail } from './fault.js';
import { exactly, jsonString, member, parseJson, skipString, unescape, type Json } from './json.js';
import { isCanonicalTime } from './time.js';
import type { Digest } from './tree.js';

/** A record that the filter or the profile leaves out: its place and hash. */
export interface Withheld {
  seq: number;
  hash: Digest;
}

export const isWithheld = (line: string) => line.startsWith('{"withheld":{');

const WITHHELD = /^\{"withheld":\{"seq":(0|[1-9][0-9]{0,15}),"hash":"([A-Za-z0-9+/]{43}=)"\}\}$/;

export function readWithheld(line: string): Withheld {
  const found = WITHHELD.exec(line);
  const hash = found ? digestFromBase64(found[2]!) : undefined;
  const seq = Number(found?.[1]);
  return hash && Number.isSafeInteger(seq) ? { seq, hash } : fail('not a line for a withheld record');
}

/** A record that was retired. */
export interface RetiredRecord extends Withheld {
  part: number;
}

export const isRetired = (line: string) => line.startsWith('{"retired":{');

const RETIRED = /^\{"retired":\{"seq":(0|[1-9][0-9]{0,15}),"part":(0|[1-9][0-9]{0,15}),"hash":"([A-Za-z0-9+/]{43}=)"\}\}$/;

export function readRetired(line: string): RetiredRecord {
  const found = RETIRED.exec(line);
  const hash = found ? digestFromBase64(found[3]!) : undefined;
  const [seq, part] = [Number(found?.[1]), Number(found?.[2])];
  return hash && Number.isSafeInteger(seq) && Number.isSafeInteger(part) ? { seq, part, hash } : fail('not a line for a retired record');
}

/** A published checkpoint. */
export interface CheckpointLine {
  size: number;
  /** POSIX seconds. */
  time: number;
  note: string;
}

const CHECKPOINT = /^\{"size":(0|[1-9][0-9]{0,15}),"time":(0|-?[1-9][0-9]{0,15}),"note":/;

export function readCheckpointLine(line: string): CheckpointLine {
  const found = CHECKPOINT.exec(line);
  const begin = found?.[0].length ?? 0;
  const end = found ? skipString(line, begin) : -1;
  const [size, time] = [Number(found?.[1]), Number(found?.[2])];
  if (end !== line.length - 1 || !line.endsWith('}') || !Number.isSafeInteger(size) || !Number.isSafeInteger(time)) {
    fail('not a line for a checkpoint');
  }
  return { size, time, note: unescape(line.slice(begin, end)) };
}

/** Records that the log no longer keeps, of one time of keeping, within a range of sequence numbers. */
export interface RetiredPart {
  begin: number;
  /** Behind the last. */
  end: number;
  part: number;
  types: string[];
  records: number;
  root: Digest;
  /** Times in the appliance's own form. */
  firstReceived: string;
  lastReceived: string;
  retired: string;
  rule: string;
  keep: string;
}

export function readRetiredPart(line: string): RetiredPart {
  return exactly(line, () => partOf(parseJson(line, 3)), formatPart, 'not a line for records that were retired');
}

function partOf(json: Json | undefined): RetiredPart {
  const from = member.object(json);
  const time = (name: string): string => {
    const text = member.text(from, name);
    return isCanonicalTime(text) ? text : fail(`${name} is no time`);
  };
  return {
    begin: member.count(from, 'begin'),
    end: member.count(from, 'end'),
    part: member.count(from, 'part'),
    types: member.array(from, 'types').map((one) => (typeof one === 'string' ? one : fail('a type is no text'))),
    records: member.count(from, 'records'),
    root: digestFromBase64(member.text(from, 'root')) ?? fail('root is no hash'),
    firstReceived: time('first_received'),
    lastReceived: time('last_received'),
    retired: time('retired'),
    rule: member.text(from, 'rule'),
    keep: member.text(from, 'keep'),
  };
}

function formatPart(part: RetiredPart): string {
  return (
    `{"begin":${part.begin},"end":${part.end},"part":${part.part},"types":[${part.types.map(jsonString).join(',')}],"records":${part.records},` +
    `"root":"${toBase64(part.root)}","first_received":"${part.firstReceived}","last_received":"${part.lastReceived}",` +
    `"retired":"${part.retired}","rule":${jsonString(part.rule)},"keep":${jsonString(part.keep)}}`
  );
}

export function retiredSentence(part: RetiredPart): string {
  return (
    `${part.records} records with numbers between ${part.begin} and ${part.end - 1} (${part.types.join(', ')}), received from ${part.firstReceived} to ` +
    `${part.lastReceived}, were retired on ${part.retired} under the rule ${part.rule}, which keeps ${part.keep}`
  );
}
