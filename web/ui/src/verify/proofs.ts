import { digestFromBase64, toBase64 } from './bytes.js';
import { fail } from './fault.js';
import { exactly, member, objectOf, parseJson, toIndented, type Json, type JsonObject } from './json.js';
import type { Digest, Path } from './tree.js';

/** Where one record stands in the tree. */
export interface Inclusion {
  seq: number;
  path: Path;
}

/** data/proofs.json: of the run, which is what stands in records.jsonl with the boundary records before and behind it. */
export interface Proofs {
  log: string;
  treeSize: number;
  root: Digest;
  /** Undefined where the run is empty. */
  first: Inclusion | undefined;
  last: Inclusion | undefined;
  /** The published checkpoint before the bundle's, and the proof that the bundle's extends it. */
  previous: { note: string; path: Path } | undefined;
}

export function digestOf(value: Json | undefined): Digest {
  return (typeof value === 'string' ? digestFromBase64(value) : undefined) ?? fail('a hash is not 32 bytes in base64');
}

export function pathOf(from: JsonObject): Path {
  return member.array(from, 'path').map(digestOf);
}

export const pathToJson = (path: Path): Json[] => path.map(toBase64);

/** A member that is null, or read by `read`. */
export function orNull<T>(from: JsonObject, name: string, read: (value: JsonObject) => T): T | undefined {
  return from.get(name) === null ? undefined : read(member.object(from, name));
}

function proofsOf(json: Json | undefined): Proofs {
  const root = member.object(json);
  const inclusion = (value: JsonObject): Inclusion => ({ seq: member.count(value, 'seq'), path: pathOf(value) });
  return {
    log: member.text(root, 'log'),
    treeSize: member.count(root, 'tree_size'),
    root: digestOf(root.get('root')),
    first: orNull(root, 'first', inclusion),
    last: orNull(root, 'last', inclusion),
    previous: orNull(root, 'consistency', (value) => ({ note: member.text(value, 'checkpoint'), path: pathOf(value) })),
  };
}

export function formatProofs(proofs: Proofs): string {
  const inclusion = (one: Inclusion | undefined): Json => (one ? objectOf({ seq: one.seq, path: pathToJson(one.path) }) : null);
  const { previous } = proofs;
  return toIndented(
    objectOf({
      log: proofs.log,
      tree_size: proofs.treeSize,
      root: toBase64(proofs.root),
      first: inclusion(proofs.first),
      last: inclusion(proofs.last),
      consistency: previous ? objectOf({ checkpoint: previous.note, path: pathToJson(previous.path) }) : null,
    }),
  );
}

/** Reads exactly what formatProofs writes. */
export function parseProofs(text: string): Proofs {
  return exactly(
    text,
    () => proofsOf(parseJson(text)),
    formatProofs,
    'data/proofs.json does not have the members that it must have, spelled as they must be',
  );
}
