import { bytesOf } from './bytes.js';
import { fail, Fault } from './fault.js';
import { KeyChain, regionOf } from './key_chain.js';
import { linesOf } from './lines.js';
import { readRecord } from './record.js';
import type { SystemLogHead } from './residency.js';
import { parseSystemProofs } from './residency_text.js';
import { checkInclusion, recordHash } from './tree.js';
import type { Verification } from './verification.js';

export const SYSTEM_FILE_BYTES_MAX = 256 << 20;

/** Records of the region's system log, each proven to stand in it. */
export interface ProvenRecords {
  head: SystemLogHead;
  /** Verbatim, by ascending number. */
  records: string[];
}

/** The checkpoint of the system log, which the keys of the tenant's log sign too, under another name. */
async function openHead(run: Verification, note: string): Promise<SystemLogHead> {
  const log = `${regionOf(run.evidence!.log)}/_system`;
  const first = run.keys!.firstKeys;
  const keys = await KeyChain.make(log, first.log, first.clock, run.endorsements);
  const opened = await keys.open(note);
  if (opened.extensions.length > 0 || opened.verified.length !== 2 || opened.time === undefined) {
    fail("the system log's checkpoint is not signed by the log and its clock, and nothing else");
  }
  return { log, size: opened.size, root: opened.root, time: opened.time };
}

/** Reads a file of records, one a line, and the file of their proofs. A Fault says which of both is wrong, and how. */
export async function readProvenRecords(run: Verification, recordsFile: string, proofsFile: string): Promise<ProvenRecords> {
  const proofs = parseSystemProofs(await run.bundle.read(proofsFile, SYSTEM_FILE_BYTES_MAX));
  const head = await openHead(run, proofs.checkpoint);
  const text = await run.bundle.read(recordsFile, SYSTEM_FILE_BYTES_MAX);
  if (text !== '' && !text.endsWith('\n')) fail(`${recordsFile} does not end in a line feed`, { file: recordsFile });
  const records: string[] = [];
  let before = -1;
  for (const line of linesOf(text)) {
    const place = { file: recordsFile, line: records.length + 1 };
    const at = proofs.places[records.length] ?? fail(`${recordsFile} has a record without a proof`, place);
    let record;
    try {
      record = readRecord(line);
    } catch (error) {
      if (error instanceof Fault) fail(`a record in ${recordsFile}: ${error.message}`, place);
      throw error;
    }
    if (record.log !== head.log) fail(`a record in ${recordsFile} is of another log`, place);
    if (record.seq !== at.seq || at.seq <= before) fail(`${recordsFile} and its proofs are not in the order of the system log`, place);
    try {
      checkInclusion(at.seq, head.size, recordHash(bytesOf(line)), at.path, head.root);
    } catch (error) {
      if (error instanceof Fault) fail(`record ${at.seq} of ${recordsFile} is not in the system log: it was altered`, { ...place, seq: at.seq });
      throw error;
    }
    before = at.seq;
    records.push(line);
    await run.pace.step();
  }
  if (records.length !== proofs.places.length) fail(`a record is missing from ${recordsFile}: its proof is there`, { file: recordsFile });
  return { head, records };
}
