import { sameBytes } from './bytes.js';
import { parseEvidence } from './evidence.js';
import { fail, Fault, inFile } from './fault.js';
import type { KeyChain } from './key_chain.js';
import { LAYOUT } from './layout.js';
import { readKeyChain } from './log_keys.js';
import type { NoteVerifier } from './note.js';
import { parseProofs } from './proofs.js';
import { checkConsistency } from './tree.js';
import type { Verification } from './verification.js';

async function readEvidence(run: Verification): Promise<void> {
  const evidence = parseEvidence(await run.bundle.read(LAYOUT.evidence));
  const tenantOfLog = evidence.log.slice(evidence.log.lastIndexOf('/') + 1);
  if (tenantOfLog !== evidence.tenant || !evidence.log.endsWith(`/${evidence.region}/${evidence.tenant}`)) {
    fail('evidence.json names a log that is not of its tenant and region');
  }
  if (evidence.period.to <= evidence.period.from) fail('the period of evidence.json ends before it begins');
  const { report } = run;
  report.log = evidence.log;
  report.period = evidence.period;
  report.profile = evidence.profile;
  if (evidence.recipient !== '') report.recipient = evidence.recipient;
  run.evidence = evidence;
}

/** `evidence`: what the bundle claims of itself. The checks behind it do what they can where it does not read. */
export async function checkEvidence(run: Verification): Promise<void> {
  await run.check('evidence', 'evidence.json says what the bundle is, and reads.', () => inFile(LAYOUT.evidence, () => readEvidence(run)));
}

async function checkKeys(run: Verification, log: string): Promise<void> {
  let chain: KeyChain;
  try {
    const read = await readKeyChain(run.bundle, log, LAYOUT.logKeys, LAYOUT.rotations);
    chain = read.keys;
    run.endorsements = read.endorsements;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return run.add('log_keys', 'failed', error.message, error.place);
  }
  run.keys = chain;
  const trusted = run.trust.logKeys;
  if (trusted.length === 0) {
    return run.add('log_keys', 'not_checked', "The log's keys are those that the bundle brings: none was given to compare with.");
  }
  const vouched = (type: NoteVerifier['type']) => trusted.some((key) => key.type === type && chain.has(key));
  if (!vouched('log') || (trusted.some((key) => key.type === 'clock') && !vouched('clock'))) {
    run.add('log_keys', 'failed', "The log's keys in the bundle are not those that you named.", { file: LAYOUT.logKeys });
  } else if (chain.rotations === 0) {
    run.add('log_keys', 'passed', "The log's key is the one that you named.");
  } else {
    run.add(
      'log_keys',
      'passed',
      `The log's keys are the one that you named and those that it is tied to: each of the ${chain.rotations} that took over is endorsed by the key before.`,
    );
  }
}

async function checkCheckpoint(run: Verification, chain: KeyChain): Promise<void> {
  const evidence = run.evidence!;
  const opened = await chain.open(await run.bundle.read(LAYOUT.checkpoint));
  if (opened.size !== evidence.checkpointSize || !sameBytes(opened.root, evidence.checkpointRoot) || opened.time !== evidence.checkpointTime) {
    fail('the checkpoint is not the one that evidence.json names');
  }
  if (opened.extensions.length > 0 || opened.verified.length !== 2) fail('the checkpoint is not signed by the log and its clock, and nothing else');
  run.checkpoint = opened;
}

async function readProofs(run: Verification): Promise<void> {
  const proofs = parseProofs(await run.bundle.read(LAYOUT.proofs));
  const checkpoint = run.checkpoint!;
  if (proofs.log !== checkpoint.origin || proofs.treeSize !== checkpoint.size || !sameBytes(proofs.root, checkpoint.root)) {
    fail('data/proofs.json is for another checkpoint');
  }
  if (!proofs.first !== !proofs.last || !proofs.first !== (checkpoint.size === 0)) {
    fail('data/proofs.json lacks the proof of the first or last record');
  }
  run.proofs = proofs;
}

async function checkGrowth(run: Verification, chain: KeyChain): Promise<void> {
  const { proofs, checkpoint } = run;
  const previous = proofs!.previous!;
  const older = await chain.open(previous.note);
  if (older.size >= proofs!.treeSize) fail('the checkpoint before is not of a smaller log');
  if (older.logKey > checkpoint!.logKey) fail('the checkpoint is signed by a key that was retired before');
  if (older.time !== undefined && older.time > checkpoint!.time!) fail('the checkpoint before is of a later time');
  if (older.size === 0) {
    if (previous.path.length > 0) fail('an empty log needs no consistency proof');
    return;
  }
  checkConsistency(older.size, proofs!.treeSize, older.root, proofs!.root, previous.path);
}

/** `log_keys`, `checkpoint`, `proofs`, `consistency`: the log's own signed statements. */
export async function checkLog(run: Verification): Promise<void> {
  const { evidence } = run;
  if (!evidence) return;
  await checkKeys(run, evidence.log);
  const chain = run.keys;
  if (!chain) return;
  const signed = await run.check('checkpoint', `The log signed its size, ${evidence.checkpointSize} records, and its root hash.`, () =>
    inFile(LAYOUT.checkpoint, () => checkCheckpoint(run, chain)),
  );
  if (!signed) return;
  if (!(await run.check('proofs', 'The Merkle proofs are for that checkpoint.', () => inFile(LAYOUT.proofs, () => readProofs(run))))) return;
  if (!run.proofs!.previous) {
    return run.add('consistency', 'not_claimed', "The bundle's checkpoint is the first of its log.");
  }
  await run.check('consistency', 'The log only grew since the checkpoint before: none of its records was changed.', () =>
    inFile(LAYOUT.proofs, () => checkGrowth(run, chain)),
  );
}
