import { bytesOf, sameBytes } from './bytes.js';
import { readCheckpointBody } from './checkpoint.js';
import { fail, Fault } from './fault.js';
import { KeyChain, regionOf } from './key_chain.js';
import { linesOf } from './lines.js';
import { readKeyChain } from './log_keys.js';
import type { NoteVerifier } from './note.js';
import { readRecord } from './record.js';
import { isRegion, type SystemLogHead } from './residency.js';
import { parseSystemProofs, type SystemProofs } from './residency_text.js';
import { checkInclusion, recordHash } from './tree.js';
import type { Verification } from './verification.js';

export const SYSTEM_FILE_BYTES_MAX = 256 << 20;

/** Records of the region's system log, each proven to stand in it. */
export interface ProvenRecords {
  head: SystemLogHead;
  /** Verbatim, by ascending number. */
  records: string[];
}

/** The system log of the bundle's region. */
const ownSystemLog = (run: Verification) => `${regionOf(run.evidence!.log)}/_system`;

/** The keys of the tenant's log, which sign the system log's checkpoints too, under its name. */
async function ownKeys(run: Verification): Promise<KeyChain> {
  const first = run.keys!.firstKeys;
  return KeyChain.make(ownSystemLog(run), first.log, first.clock, run.endorsements);
}

async function openHead(keys: KeyChain, log: string, note: string): Promise<{ head: SystemLogHead; keys: NoteVerifier[] }> {
  const opened = await keys.open(note);
  if (opened.extensions.length > 0 || opened.verified.length !== 2 || opened.time === undefined) {
    fail("the system log's checkpoint is not signed by the log and its clock, and nothing else");
  }
  return { head: { log, size: opened.size, root: opened.root, time: opened.time }, keys: opened.verified.map((one) => one.key) };
}

/** The system log that a checkpoint is of: of a region of the bundle's appliance. */
function systemLogOf(run: Verification, note: string): string {
  const { origin: log } = readCheckpointBody(note);
  const own = regionOf(run.evidence!.log);
  const origin = own.slice(0, own.length - run.evidence!.region.length);
  const isOne = log.startsWith(origin) && log.endsWith('/_system') && isRegion(log.slice(origin.length, -'/_system'.length));
  return isOne ? log : fail('the checkpoint is of no system log of this appliance');
}

/** Of another region: tied to the bundle's by the keys that signed its checkpoint. */
async function openOtherHead(run: Verification, files: SystemLogFiles, log: string, note: string): Promise<SystemLogHead> {
  const read = await readKeyChain(run.bundle, log, files.keys, files.rotations);
  const opened = await openHead(read.keys, log, note);
  for (const key of opened.keys) {
    const known = run.keys!.verifiers.some((one) => one.type === key.type && sameBytes(one.publicKey, key.publicKey));
    if (!known) fail(`the checkpoint of ${log} is not signed by keys of the tenant's log: it is of another appliance`);
  }
  return opened.head;
}

const proofsIn = async (run: Verification, file: string) => parseSystemProofs(await run.bundle.read(file, SYSTEM_FILE_BYTES_MAX));

/** Reads a file of records, one a line, and the file of their proofs. A Fault says which of both is wrong, and how. */
export async function readProvenRecords(run: Verification, recordsFile: string, proofsFile: string): Promise<ProvenRecords> {
  const proofs = await proofsIn(run, proofsFile);
  const { head } = await openHead(await ownKeys(run), ownSystemLog(run), proofs.checkpoint);
  return readAgainst(run, proofs, head, recordsFile);
}

/** Where the records of a system log stand; of another region than the bundle's its keys, too. */
export interface SystemLogFiles {
  records: string;
  proofs: string;
  keys: string;
  rotations: string;
}

/** The same for the system log of whatever region the proofs' checkpoint is of, on the same appliance. */
export async function readProvenRecordsOf(run: Verification, files: SystemLogFiles): Promise<ProvenRecords> {
  const proofs = await proofsIn(run, files.proofs);
  const log = systemLogOf(run, proofs.checkpoint);
  if (log === ownSystemLog(run)) return readProvenRecords(run, files.records, files.proofs);
  return readAgainst(run, proofs, await openOtherHead(run, files, log, proofs.checkpoint), files.records);
}

async function readAgainst(run: Verification, proofs: SystemProofs, head: SystemLogHead, recordsFile: string): Promise<ProvenRecords> {
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
