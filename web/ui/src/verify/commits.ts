import { Fault, fail } from './fault.js';
import type { KeyChain } from './key_chain.js';
import { LAYOUT } from './layout.js';
import { readCheckpointLine, type CheckpointLine } from './line_forms.js';
import { blocksOf, linesOf } from './lines.js';
import type { Digest } from './tree.js';
import type { Verification } from './verification.js';

/** Signatures that are checked at the same time. */
const AT_ONCE = 64;
/** Times that are written must be in the years 0000 to 9999. */
const SECONDS_MAX = 253_402_300_799;

/** The checkpoints of data/checkpoints.jsonl; 48 bytes of memory for each. */
export class Commits {
  readonly sizes: number[] = [];
  readonly times: number[] = [];
  private roots = new Uint8Array(32 * 64);

  add(size: number, time: number, root: Digest): void {
    const at = this.sizes.length * 32;
    if (at === this.roots.length) {
      const larger = new Uint8Array(2 * at);
      larger.set(this.roots);
      this.roots = larger;
    }
    this.roots.set(root, at);
    this.sizes.push(size);
    this.times.push(time);
  }
  rootAt(place: number): Digest {
    return this.roots.subarray(place * 32, place * 32 + 32);
  }

  /** The place of the first checkpoint that covers a record; that behind the last where none does. */
  firstCovering(seq: number): number {
    let low = 0;
    let high = this.sizes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sizes[middle]! > seq) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** When a record came into the log: behind the last checkpoint that does not cover it, and by the first that does. */
  boundsOf(seq: number): { behind: number | undefined; by: number | undefined } {
    const at = this.firstCovering(seq);
    return { behind: this.times[at - 1], by: this.times[at] };
  }
}

/** Reads data/checkpoints.jsonl: sizes ascending, times not descending, every note signed by the log and its clock, none by a key after its successor. */
export async function readCommits(run: Verification, keys: KeyChain): Promise<Commits> {
  const commits = new Commits();
  const file = LAYOUT.checkpoints;
  let number = 0;
  let size = 0;
  let time = -Infinity;
  let newest = 0;
  const checkNotes = async (lines: readonly CheckpointLine[]): Promise<void> => {
    const opened = await Promise.allSettled(lines.map((line) => checkNote(line, keys)));
    for (const [i, one] of opened.entries()) {
      const line = lines[i]!;
      const place = { file, line: number - lines.length + i + 1 };
      if (one.status === 'rejected') {
        const reason: unknown = one.reason;
        if (!(reason instanceof Fault)) throw reason;
        fail(`the checkpoint of size ${line.size} in ${file}: ${reason.message}`, place);
      }
      if (one.value.logKey < newest) fail(`${file} has a checkpoint that is signed by a key that was retired before`, place);
      newest = one.value.logKey;
      commits.add(line.size, line.time, one.value.root);
    }
    await run.pace.step();
  };
  for await (const block of blocksOf(file, run.bundle.stream(file))) {
    let waiting: CheckpointLine[] = [];
    for (const text of linesOf(block.text)) {
      ++number;
      const place = { file, line: number };
      const line = readLine(text, place);
      if (line.size <= size || line.time < time || line.time > SECONDS_MAX) fail(`${file} is not in the order of sizes and times`, place);
      size = line.size;
      time = line.time;
      waiting.push(line);
      if (waiting.length < AT_ONCE) continue;
      await checkNotes(waiting);
      waiting = [];
    }
    await checkNotes(waiting);
  }
  return commits;
}

function readLine(text: string, place: { file: string; line: number }): CheckpointLine {
  try {
    return readCheckpointLine(text);
  } catch (error) {
    if (error instanceof Fault) fail(error.message, place);
    throw error;
  }
}

async function checkNote(line: CheckpointLine, keys: KeyChain): Promise<{ logKey: number; root: Digest }> {
  const opened = await keys.open(line.note);
  if (opened.size !== line.size) fail('it is listed under another size');
  if (opened.time !== line.time) fail('its time is not the one that was signed');
  return { logKey: opened.logKey, root: opened.root };
}
