import { sameBytes } from './bytes.js';
import { readCheckpointBody } from './checkpoint.js';
import { fail, Fault } from './fault.js';
import type { RunTree } from './run_tree.js';
import type { Digest } from './tree.js';
import type { Verification } from './verification.js';

/** Checkpoints that the reader kept from elsewhere, held against the bundle: against its own two and against the tree as it grows. */
export class KnownCheckpoints {
  private fault: Fault | undefined;
  private readonly waiting = new Map<number, Digest[]>();

  private constructor(private readonly run: Verification) {}

  static async of(run: Verification): Promise<KnownCheckpoints> {
    const known = new KnownCheckpoints(run);
    for (const note of run.trust.checkpoints) {
      try {
        await known.add(note);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        known.fault ??= error;
      }
    }
    return known;
  }

  private async add(note: string): Promise<void> {
    let known: { size: number; root: Digest };
    try {
      known = await this.run.keys!.open(note);
    } catch (error) {
      if (error instanceof Fault) fail(`a checkpoint that you kept is not of this log: ${error.message}`);
      throw error;
    }
    const { previous } = this.run.proofs!;
    const comparable = [this.run.checkpoint!, ...(previous ? [readCheckpointBody(previous.note)] : [])];
    if (known.size === 0) return;
    const same = comparable.find((one) => one.size === known.size);
    if (same) return compare(known.size, known.root, same.root);
    this.waiting.set(known.size, [...(this.waiting.get(known.size) ?? []), known.root]);
  }

  /** Compares those of the size that the tree has now. */
  compare(tree: RunTree): void {
    const found = this.waiting.get(tree.size);
    if (!found) return;
    this.waiting.delete(tree.size);
    try {
      for (const root of found) compare(tree.size, root, tree.root());
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.fault ??= error;
    }
  }

  /** A Fault where one contradicts the bundle, is of another log or key, or cannot be compared with anything in the bundle. */
  finish(): void {
    if (this.fault) throw this.fault;
    const left = [...this.waiting.keys()].sort((a, b) => a - b)[0];
    if (left !== undefined) {
      fail(`a checkpoint of size ${left} that you kept cannot be compared: the bundle has no proof that leads to that size`);
    }
  }
}

function compare(size: number, kept: Digest, found: Digest): void {
  if (!sameBytes(kept, found)) {
    fail(`the log is not the one whose checkpoint of size ${size} you kept: its history was rewritten or an older copy was restored`);
  }
}
