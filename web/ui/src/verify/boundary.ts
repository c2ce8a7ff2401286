import { readEvent } from './event.js';
import type { Evidence } from './evidence.js';
import { fail, type Place } from './fault.js';
import { LAYOUT } from './layout.js';
import { readWithheld } from './line_forms.js';
import { linesOf } from './lines.js';
import type { Proofs } from './proofs.js';
import { readRecord } from './record.js';
import { FIELD } from './schema.js';
import { periodHolds } from './totals.js';
import { recordHash, type Digest } from './tree.js';
import { bytesOf } from './bytes.js';
import type { Verification } from './verification.js';

/** A record that stands just outside of the period; with the profile `none`, its place and hash only. */
export interface BoundaryRecord {
  seq: number;
  prev: string | undefined;
  hash: Digest;
  received: string | undefined;
}

export interface Boundary {
  before: BoundaryRecord | undefined;
  after: BoundaryRecord | undefined;
}

function readOne(line: string, evidence: Evidence): BoundaryRecord {
  if (evidence.profile === 'none') return { ...readWithheld(line), prev: undefined, received: undefined };
  const record = readRecord(line);
  const event = readEvent(record.event);
  if (record.log !== evidence.log || event.plain(FIELD.tenant) !== evidence.tenant) fail('it is of another log');
  return { seq: record.seq, prev: record.prev, hash: recordHash(bytesOf(line)), received: record.received };
}

/** Whether it stands before the period: by the time of receipt, or, where none is shown, by its place in the proofs. */
function standsBefore(record: BoundaryRecord, evidence: Evidence, proofs: Proofs): boolean {
  if (record.received !== undefined) return record.received < evidence.period.from;
  const { first, last } = proofs;
  if (!first || !last || record.seq !== first.seq) return false;
  // Of a log of one record it does not matter.
  return first.seq !== last.seq || (record.seq > 0 && record.seq + 1 === proofs.treeSize);
}

async function readBoundary(run: Verification, evidence: Evidence, proofs: Proofs): Promise<Boundary> {
  const text = await run.bundle.read(LAYOUT.boundary);
  const found: Boundary = { before: undefined, after: undefined };
  const place: Place = { file: LAYOUT.boundary };
  for (const line of linesOf(text)) {
    const record = readOne(line, evidence);
    const side = standsBefore(record, evidence, proofs) ? 'before' : 'after';
    const inside = record.received !== undefined && periodHolds(evidence.period, record.received);
    if (inside || found[side] || (side === 'before' && found.after)) {
      fail('data/boundary.jsonl holds a record that does not stand at a boundary', { ...place, seq: record.seq });
    }
    found[side] = record;
  }
  if (text !== '' && !text.endsWith('\n')) fail('data/boundary.jsonl does not end in a line feed', place);
  const { first, last, treeSize } = proofs;
  if (!first || !last) {
    if (found.before || found.after) fail('an empty log has no boundary records', place);
    return found;
  }
  const missing = (where: string, end: string) =>
    fail(`the record just ${where} the period is missing: it would show that none of the period was left out at its ${end}`, place);
  if (found.before ? found.before.seq !== first.seq : first.seq !== 0) missing('before', 'beginning');
  if (found.after ? found.after.seq !== last.seq : last.seq + 1 !== treeSize) missing('behind', 'end');
  return found;
}

/** `boundary`: the records before and behind the period. Undefined where it failed. */
export async function checkBoundary(run: Verification, evidence: Evidence, proofs: Proofs): Promise<Boundary | undefined> {
  let found: Boundary | undefined;
  const { profile } = evidence;
  await run.check('boundary', '', async () => {
    found = await readBoundary(run, evidence, proofs);
    if (!found.before && !found.after) return 'The period takes in the whole log.';
    if (profile !== 'none') return 'The records just outside of the period are there and outside of it.';
    return (
      'The neighbours of the records are there, as hashes. That they lie outside of the period is the ' + "operator's statement: no record is shown."
    );
  });
  run.boundaryWithheld = profile === 'none' && found !== undefined && (found.before !== undefined || found.after !== undefined);
  return found;
}
