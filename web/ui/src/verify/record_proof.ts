import { digestFromBase64, encoded, sameBytes, shown, toBase64 } from './bytes.js';
import { openCheckpoint } from './checkpoint.js';
import { Fault } from './fault.js';
import { NoteVerifier } from './note.js';
import { formatSeconds } from './time.js';
import { climb, recordHash, type Digest } from './tree.js';

/** The answer of GET /v1/tenants/{tenant}/records/{seq}/proof, with the record's bytes where they are at hand. */
export interface RecordProof {
  /** The record as it was shown: its line without the line feed. Left out: whether the hash is the record's is not checked. */
  record?: string | Uint8Array;
  /** Base64, as is everything below that is a hash. */
  hash: string;
  seq: number;
  size: number;
  path: string[];
  checkpoint: string;
  keys: { log: string; clock: string };
  log: string;
}

export type StepId = 'leaf' | 'path' | 'root' | 'log_signature' | 'clock_signature';

/** One step of the proof, in the order in which a reader follows it. */
export interface ProofStep {
  id: StepId;
  state: 'passed' | 'failed' | 'not_checked';
  sentence: string;
  /** The hash that the step ends in, in base64. */
  hash?: string;
  /** Of the path: from the leaf to the root. */
  climb?: { side: 'left' | 'right'; sibling: string; result: string }[];
}

export interface RecordProofReport {
  proven: boolean;
  steps: ProofStep[];
  /** When the clock's key says that the checkpoint was signed; the record was in the log at the latest then. */
  committed?: string;
  /** The keys that signed, by name and key ID, for a comparison with ones from elsewhere. */
  keys: { log: string; clock: string };
  sentence: string;
}

class Steps {
  readonly all: ProofStep[] = [];

  add(step: ProofStep): void {
    this.all.push(step);
  }
  get right(): boolean {
    return this.all.every((one) => one.state !== 'failed');
  }
}

function leafStep(proof: RecordProof, hash: Digest, steps: Steps): void {
  if (proof.record === undefined) {
    return steps.add({ id: 'leaf', state: 'not_checked', sentence: "The record's bytes are not at hand: its hash is the appliance's word.", hash: proof.hash });
  }
  const bytes = typeof proof.record === 'string' ? new TextEncoder().encode(proof.record) : proof.record;
  const own = recordHash(bytes);
  const same = sameBytes(own, hash);
  steps.add({
    id: 'leaf',
    state: same ? 'passed' : 'failed',
    sentence: same
      ? `The hash is that of the record's ${bytes.length} bytes: SHA-256 over a zero byte and the bytes.`
      : 'The hash is not that of the record: one of the two was altered.',
    hash: toBase64(own),
  });
}

function pathStep(proof: RecordProof, hash: Digest, steps: Steps): Digest | undefined {
  const path = proof.path.map(digestFromBase64);
  try {
    if (path.some((one) => !one)) throw new Fault('a hash of the path is not 32 bytes in base64');
    const climbed = climb(proof.seq, proof.size, hash, path as Digest[]);
    const root = climbed.at(-1)?.result ?? hash;
    const text = (one: Digest) => toBase64(one);
    steps.add({
      id: 'path',
      state: 'passed',
      sentence: `${climbed.length === 1 ? 'One step leads' : `${climbed.length} steps lead`} from record ${proof.seq} to the root of a log of ${proof.size} records.`,
      hash: text(root),
      climb: climbed.map((one) => ({ side: one.side, sibling: text(one.sibling), result: text(one.result) })),
    });
    return root;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    steps.add({ id: 'path', state: 'failed', sentence: sentenceOf(error) });
    return undefined;
  }
}

function sentenceOf(fault: Fault): string {
  const text = shown(fault.message);
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

async function signatureSteps(proof: RecordProof, root: Digest | undefined, steps: Steps): Promise<string | undefined> {
  try {
    const log = NoteVerifier.parse(encoded(proof.keys.log));
    const clock = NoteVerifier.parse(encoded(proof.keys.clock));
    const name = encoded(proof.log);
    if (log.name !== name || log.type !== 'log' || clock.name !== name || clock.type !== 'clock') {
      throw new Fault("the keys are not the log's and its clock's");
    }
    const opened = await openCheckpoint(encoded(proof.checkpoint), name, [log, clock]);
    const same = root !== undefined && opened.size === proof.size && sameBytes(opened.root, root);
    if (root) {
      steps.add({
        id: 'root',
        state: same ? 'passed' : 'failed',
        sentence: same
          ? `The root is the one that the checkpoint of size ${opened.size} states.`
          : 'The root is not the one that the checkpoint states: the record is not the one that the log signed.',
        hash: toBase64(opened.root),
      });
    }
    steps.add({ id: 'log_signature', state: 'passed', sentence: `The log's key ${log.idText} signed the checkpoint.` });
    const time = opened.time === undefined ? undefined : formatSeconds(opened.time);
    steps.add({
      id: 'clock_signature',
      state: time ? 'passed' : 'failed',
      sentence: time ? `Its clock's key ${clock.idText} signed the time, ${time}.` : 'No clock of the log signed the time of the checkpoint.',
    });
    return time;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    steps.add({ id: 'log_signature', state: 'failed', sentence: sentenceOf(error) });
    return undefined;
  }
}

/**
 * Checks that a record stands in its log: its hash, the way up the Merkle tree (RFC 6962), and the signatures of the checkpoint (C2SP). Trusts nothing
 * of the answer but what follows from the two keys in it; whose those are is for the reader to compare. Never throws for what is wrong with the proof.
 */
export async function verifyRecordProof(proof: RecordProof): Promise<RecordProofReport> {
  const steps = new Steps();
  const hash = digestFromBase64(proof.hash);
  const numbers = Number.isSafeInteger(proof.seq) && Number.isSafeInteger(proof.size) && proof.seq >= 0;
  if (!hash || !numbers) {
    steps.add({ id: 'leaf', state: 'failed', sentence: 'The proof does not have the form of one.' });
    return { proven: false, steps: steps.all, keys: proof.keys, sentence: 'Nothing is proven: the proof does not have the form of one.' };
  }
  leafStep(proof, hash, steps);
  const root = pathStep(proof, hash, steps);
  const committed = await signatureSteps(proof, root, steps);
  const proven = steps.right && committed !== undefined;
  const what = proof.record === undefined ? `A record with this hash is number ${proof.seq}` : `This record, byte by byte, is number ${proof.seq}`;
  return {
    proven,
    steps: steps.all,
    ...(committed === undefined ? {} : { committed }),
    keys: proof.keys,
    sentence: proven
      ? `${what} of the log ${proof.log}, and was in it on ${committed} at the latest, by the keys named here: compare them with ones from elsewhere.`
      : `It is not proven that this record stands in the log ${proof.log}.`,
  };
}
