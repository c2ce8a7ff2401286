// The Merkle tree of RFC 6962 section 2.1 over record hashes. Numbers of leaves are below 2^53, where those of the log end at 2^40.
import { sha256 } from '@noble/hashes/sha2.js';
import { sameBytes } from './bytes.js';
import { fail } from './fault.js';

export type Digest = Uint8Array;
export type Path = Digest[];

const half = (n: number) => Math.floor(n / 2);
const isOdd = (n: number) => n % 2 === 1;

/** SHA-256(0x00 || record): the leaf of the tree and the link of the chain. */
export function recordHash(record: Uint8Array): Digest {
  return sha256.create().update(Uint8Array.of(0)).update(record).digest();
}

const inner = new Uint8Array(65);
inner[0] = 1;

/** SHA-256(0x01 || left || right). */
export function nodeHash(left: Digest, right: Digest): Digest {
  inner.set(left, 1);
  inner.set(right, 33);
  return sha256(inner);
}

export const emptyRoot = (): Digest => sha256(new Uint8Array());

/** The largest power of two below n, which is 2 or more. */
export function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

function isPowerOfTwo(n: number): boolean {
  while (n > 1 && !isOdd(n)) n /= 2;
  return n === 1;
}

/** How many hashes the inclusion path of a leaf has. */
export function inclusionPathLength(index: number, size: number): number {
  let length = 0;
  for (let begin = 0, end = size; end - begin > 1; ++length) {
    const split = begin + largestPowerBelow(end - begin);
    if (index < split) end = split;
    else begin = split;
  }
  return length;
}

/** One step from a leaf to the root. */
export interface Step {
  /** On which side the sibling stands. */
  side: 'left' | 'right';
  sibling: Digest;
  result: Digest;
}

/** The steps that an inclusion path gives. A Fault where it does not fit the numbers. */
export function climb(index: number, size: number, leaf: Digest, path: readonly Digest[]): Step[] {
  if (index >= size) fail(`there is no leaf ${index} in a tree of ${size} leaves`);
  const wrongLength = () => fail(`the inclusion proof has ${path.length} hashes, which does not fit its indexes`);
  let fn = index;
  let sn = size - 1;
  let hash = leaf;
  const steps: Step[] = [];
  for (const sibling of path) {
    if (sn === 0) wrongLength();
    const left = isOdd(fn) || fn === sn;
    if (left) {
      hash = nodeHash(sibling, hash);
      for (; !isOdd(fn) && fn !== 0; fn = half(fn)) sn = half(sn);
    } else {
      hash = nodeHash(hash, sibling);
    }
    steps.push({ side: left ? 'left' : 'right', sibling, result: hash });
    fn = half(fn);
    sn = half(sn);
  }
  if (sn !== 0) wrongLength();
  return steps;
}

export function checkInclusion(index: number, size: number, leaf: Digest, path: readonly Digest[], root: Digest): void {
  const reached = climb(index, size, leaf, path).at(-1)?.result ?? leaf;
  if (!sameBytes(reached, root)) fail(`the inclusion proof of leaf ${index} does not lead to the root of the tree of ${size} leaves`);
}

/** That a tree of `size2` leaves begins with the one of `size1` (RFC 9162 section 2.1.4.2). */
export function checkConsistency(size1: number, size2: number, root1: Digest, root2: Digest, path: readonly Digest[]): void {
  const wrongLength = () => fail(`the consistency proof has ${path.length} hashes, which does not fit its indexes`);
  if (size1 === 0) fail('nothing can be proven about an empty tree: every tree begins with it');
  if (size1 > size2) fail(`a tree of ${size1} leaves cannot be the beginning of one of ${size2}`);
  if (size1 === size2) {
    if (path.length > 0) wrongLength();
    if (!sameBytes(root1, root2)) fail('two trees of one size have different roots');
    return;
  }
  if (path.length === 0) wrongLength();
  // A perfect first tree is the shared subtree itself and is not repeated in the path.
  const whole = isPowerOfTwo(size1) ? [root1, ...path] : path;
  let fn = size1 - 1;
  let sn = size2 - 1;
  for (; isOdd(fn); fn = half(fn)) sn = half(sn);
  let first = whole[0]!;
  let second = first;
  for (const hash of whole.slice(1)) {
    if (sn === 0) wrongLength();
    if (isOdd(fn) || fn === sn) {
      first = nodeHash(hash, first);
      second = nodeHash(hash, second);
      for (; !isOdd(fn) && fn !== 0; fn = half(fn)) sn = half(sn);
    } else {
      second = nodeHash(second, hash);
    }
    fn = half(fn);
    sn = half(sn);
  }
  if (sn !== 0) wrongLength();
  if (!sameBytes(first, root1)) fail('the consistency proof does not lead to the root of the smaller tree');
  if (!sameBytes(second, root2)) fail('the consistency proof does not lead to the root of the larger tree');
}

/** A tree that grows leaf by leaf, of which only the perfect subtrees are kept. */
export class CompactRange {
  /** `peaks` are the perfect subtrees of the first `size` leaves, the largest first. */
  constructor(
    private leaves = 0,
    private tops: Digest[] = [],
  ) {}

  get size(): number {
    return this.leaves;
  }
  get peaks(): readonly Digest[] {
    return this.tops;
  }

  append(leaf: Digest): void {
    let merged = leaf;
    for (let rest = this.leaves; isOdd(rest); rest = half(rest)) merged = nodeHash(this.tops.pop()!, merged);
    this.tops.push(merged);
    ++this.leaves;
  }

  root(): Digest {
    if (this.tops.length === 0) return emptyRoot();
    return this.tops.reduceRight((right, left) => nodeHash(left, right));
  }
}

/** How many perfect subtrees a tree has. */
export function countOfPeaks(size: number): number {
  let count = 0;
  for (; size > 0; size = half(size)) if (isOdd(size)) ++count;
  return count;
}
