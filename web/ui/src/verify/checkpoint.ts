// C2SP tlog-checkpoint: a signed statement of a log's size and root hash.
import { digestFromBase64, sameBytes } from './bytes.js';
import { fail } from './fault.js';
import { openNote, parseDecimal, parseNote, type NoteVerifier, type Verified } from './note.js';
import { emptyRoot, type Digest } from './tree.js';

export interface Checkpoint {
  origin: string;
  size: number;
  root: Digest;
  /** Lines behind the root, of which this program knows none. */
  extensions: string[];
}

export interface OpenedCheckpoint extends Checkpoint {
  verified: Verified[];
  /** POSIX seconds, as the clock's key signed them. */
  time: number | undefined;
}

export function parseCheckpoint(text: string): Checkpoint {
  const malformed: (why: string) => never = (why) => fail(`not a checkpoint: ${why}`);
  const lines = text.split('\n');
  if (lines.length < 4) malformed('it has fewer than three lines');
  if (lines.pop() !== '') malformed('its last line is not ended');
  const [origin, sizeLine, rootLine, ...extensions] = lines as [string, string, string, ...string[]];
  if (origin === '') malformed('its origin is empty');
  const size = parseDecimal(sizeLine);
  if (size === undefined) malformed('its size is not a decimal number without leading zeros');
  const root = digestFromBase64(rootLine);
  if (!root) malformed('its root is not 32 bytes in canonical base64');
  if (size === 0 && !sameBytes(root, emptyRoot())) malformed('the root of an empty tree must be the hash of nothing');
  if (extensions.includes('')) malformed('an extension line is empty');
  return { origin, size, root, extensions };
}

/** What a note states, no signature checked. */
export function readCheckpointBody(note: string): Checkpoint {
  return parseCheckpoint(parseNote(note).text);
}

/** Checks a checkpoint of the log `origin` by keys, of which one that is the log's must have signed. */
export async function openCheckpoint(note: string, origin: string, verifiers: readonly NoteVerifier[]): Promise<OpenedCheckpoint> {
  const opened = await openNote(note, verifiers);
  const checkpoint = parseCheckpoint(opened.text);
  if (checkpoint.origin !== origin) fail(`the checkpoint is of the log ${checkpoint.origin}, not of ${origin}`);
  const own = opened.verified.filter((one) => one.key.name === origin);
  if (!own.some((one) => one.key.type === 'log')) fail(`the checkpoint is not signed by a known key of the log ${origin}`);
  return { ...checkpoint, verified: opened.verified, time: own.find((one) => one.time !== undefined)?.time };
}
