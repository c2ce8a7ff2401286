import { sameBytes } from './bytes.js';
import { fail } from './fault.js';
import type { Inclusion, Proofs } from './proofs.js';
import { checkInclusion, CompactRange, countOfPeaks, inclusionPathLength, largestPowerBelow, type Digest } from './tree.js';

/** The hashes of a path that lie to the left of the leaf, the largest subtree first: the peaks of the tree of the leaves before it. */
function leftSiblings(at: Inclusion, size: number): Digest[] {
  const left: Digest[] = [];
  let level = at.path.length;
  for (let begin = 0, end = size; end - begin > 1; ) {
    const split = begin + largestPowerBelow(end - begin);
    --level;
    if (at.seq < split) {
      end = split;
    } else {
      left.push(at.path[level]!);
      begin = split;
    }
  }
  return left;
}

/** The tree over a run of records as it grows from record to record, so that each checkpoint within the run can be compared, too. */
export class RunTree {
  private readonly range: CompactRange;
  private peaksBeforeLast: Digest[] = [];
  private firstLeaf: Digest | undefined;
  private lastLeaf: Digest | undefined;

  constructor(
    private readonly proofs: Proofs,
    readonly first: Inclusion,
    readonly last: Inclusion,
  ) {
    const size = proofs.treeSize;
    const fits = (at: Inclusion) => at.path.length === inclusionPathLength(at.seq, size);
    if (first.seq > last.seq || last.seq >= size || !fits(first) || !fits(last)) fail('the inclusion proofs do not fit the size of the log');
    const peaks = leftSiblings(first, size);
    if (peaks.length !== countOfPeaks(first.seq)) fail('the inclusion proofs do not fit the size of the log');
    this.range = new CompactRange(first.seq, peaks);
  }

  /** How many leaves there are now, those before the run included. */
  get size(): number {
    return this.range.size;
  }
  root(): Digest {
    return this.range.root();
  }

  add(leaf: Digest): void {
    if (this.size > this.last.seq) fail('there are more records than the proofs are for');
    if (this.size === this.first.seq) this.firstLeaf = leaf;
    if (this.size === this.last.seq) {
      this.peaksBeforeLast = [...this.range.peaks];
      this.lastLeaf = leaf;
    }
    this.range.append(leaf);
  }

  /** Whether the leaves are all leaves from the first to the last of the tree with the root that the proofs name. */
  finish(): void {
    const { first, last, proofs } = this;
    if (this.size !== last.seq + 1 || !this.firstLeaf || !this.lastLeaf) fail(`the records from ${this.size} to ${last.seq} are missing`, { seq: this.size });
    const left = leftSiblings(last, proofs.treeSize);
    if (left.length !== this.peaksBeforeLast.length || !left.every((hash, i) => sameBytes(hash, this.peaksBeforeLast[i]!))) {
      fail(`the records ${first.seq} to ${last.seq} are not those under the log's root hash: one was changed, left out, added or moved`);
    }
    checkInclusion(last.seq, proofs.treeSize, this.lastLeaf, last.path, proofs.root);
    checkInclusion(first.seq, proofs.treeSize, this.firstLeaf, first.path, proofs.root);
  }
}
