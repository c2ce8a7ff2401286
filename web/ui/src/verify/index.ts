// A verifier of evidence bundles and of single records' proofs. Pure: it needs no network, no configuration and no page, and runs in a page, a worker
// and Node.js. It says what `countersign verify` says (exporters/verify), in the same words, but for what takes SQL: a report's figures.
import { OpenedBundle } from './bundle.js';
import { encoded } from './bytes.js';
import { checkBag } from './check_bag.js';
import { checkIdentity } from './check_identity.js';
import { checkEvidence, checkLog } from './check_log.js';
import { checkRecords } from './check_records.js';
import { checkReports } from './check_reports.js';
import { checkResidency } from './check_residency.js';
import { checkVendor } from './check_vendor.js';
import { readCheckpointBody } from './checkpoint.js';
import { conclude } from './conclude.js';
import { Fault } from './fault.js';
import { LAYOUT } from './layout.js';
import { NoteVerifier } from './note.js';
import { Pace, type Progress } from './pace.js';
import { emptyReport, readable, type Report } from './report.js';
import { Verification, type Trust } from './verification.js';

export { UnknownFile } from './bundle.js';
export type { Place } from './fault.js';
export type { Progress } from './pace.js';
export { verifyRecordProof, type ProofStep, type RecordProof, type RecordProofReport } from './record_proof.js';
export type { Check, CheckState, Claim, Report, Verdict } from './report.js';

/** What the reader knows from elsewhere, not from the bundle. Empty texts count as not given. */
export interface VerifyOptions {
  /** SHA-256 of the certificate that is trusted: 64 hexadecimal digits, in either case, with or without colons, spaces and `SHA256:`. */
  fingerprint?: string | undefined;
  /** A key of the log that is trusted, or its clock's (C2SP vkey). */
  logKey?: string | undefined;
  /** A signed checkpoint of the log that was kept elsewhere: the bundle must extend or contain it. */
  knownCheckpoint?: string | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** What was given to compare with does not read; nothing is said of the bundle. */
export class WrongOption extends Error {
  constructor(
    readonly option: 'fingerprint' | 'logKey' | 'knownCheckpoint',
    message: string,
  ) {
    super(message);
    this.name = 'WrongOption';
  }
}

/** The fingerprint as 64 lower-case digits; undefined where it is none. */
export function readFingerprint(text: string): string | undefined {
  const digits = text
    .trim()
    .replace(/^sha-?256[ :=]*(?:fingerprint[ :=]*)?/i, '')
    .replace(/[: \t\r\n]/g, '')
    .toLowerCase();
  return /^[0-9a-f]{64}$/.test(digits) ? digits : undefined;
}

function trustOf(options: VerifyOptions): Trust {
  const trust: Trust = { fingerprints: [], logKeys: [], checkpoints: [] };
  if (options.fingerprint?.trim()) {
    const fingerprint = readFingerprint(options.fingerprint);
    if (!fingerprint) throw new WrongOption('fingerprint', 'A fingerprint is 64 hexadecimal digits, with or without colons.');
    trust.fingerprints.push(fingerprint);
  }
  if (options.logKey?.trim()) {
    try {
      trust.logKeys.push(NoteVerifier.parse(encoded(options.logKey.trim())));
    } catch (error) {
      if (error instanceof Fault) throw new WrongOption('logKey', `This is no key of a log: ${error.message}.`);
      throw error;
    }
  }
  if (options.knownCheckpoint?.trim()) {
    // A browser's text field may have made CR LF of the line feeds, and lost the last.
    const note = encoded(`${options.knownCheckpoint.trim().replaceAll('\r\n', '\n')}\n`);
    try {
      readCheckpointBody(note);
    } catch (error) {
      if (error instanceof Fault) throw new WrongOption('knownCheckpoint', `This is no signed checkpoint: ${error.message}.`);
      throw error;
    }
    trust.checkpoints.push(note);
  }
  return trust;
}

async function openBundle(file: Blob, pace: Pace): Promise<OpenedBundle | Report> {
  try {
    return await OpenedBundle.open(file, pace, (sizeOf) => sizeOf(LAYOUT.records) + sizeOf(LAYOUT.events));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const report = emptyReport();
    report.checks.push({ name: 'archive', state: 'failed', sentence: error.message, ...(error.place.file ? { place: error.place } : {}) });
    report.sentence = `This bundle is not to be trusted: ${error.message}`;
    return report;
  }
}

/**
 * Checks every claim of a bundle, a `.zip`. Trusts nothing in it but what follows from `options`. Whatever is wrong with the bundle is in the report;
 * rejects with WrongOption, UnknownFile (packed in another way), the signal's reason, or what the browser says where the file cannot be read. Memory does
 * not grow with the bundle but for 48 bytes for each checkpoint and about 300 for each disclosed value.
 */
export async function verifyBundle(file: Blob, options: VerifyOptions = {}): Promise<Report> {
  const trust = trustOf(options);
  options.signal?.throwIfAborted();
  const pace = new Pace(options.onProgress, options.signal);
  const opened = await openBundle(file, pace);
  if (!(opened instanceof OpenedBundle)) return readable(opened);
  const run = new Verification(opened, trust, pace);
  run.add('archive', 'passed', 'The archive reads and holds nothing but plain files.');
  await checkBag(run);
  await checkEvidence(run);
  await checkIdentity(run);
  await checkLog(run);
  await checkRecords(run);
  await checkResidency(run);
  await checkReports(run);
  await checkVendor(run);
  conclude(run);
  pace.finish();
  return readable(run.report);
}
