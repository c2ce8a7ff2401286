import { sha256 } from '@noble/hashes/sha2.js';
import { joined, textOf } from './bytes.js';
import { fail } from './fault.js';
import type { Pace } from './pace.js';
import type { Digest } from './tree.js';
import { readEntries, unpack, type ZipEntry } from './zip.js';

/** A file of a bundle as it was found. */
export interface BundleFile {
  bytes: number;
  sha256: Digest;
}

/** The file is not one that this program reads; nothing is said of what it holds. */
export class UnknownFile extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnknownFile';
  }
}

const FILES_MAX = 10_000;
const BYTES_MAX = 2 ** 40;
const NAME_BYTES_MAX = 240;
const SMALL_FILE_BYTES_MAX = 16 << 20;

/** A name as it can be shown: it comes from an untrusted archive. */
const plainly = (name: string) => name.slice(0, 120).replace(/[^\x20-\x7e]/g, '?');

/** Whether a path has nothing but plain parts: no absolute path, no `..`, no empty part, printable ASCII. */
function isPlainPath(path: string): boolean {
  if (path === '' || path.length > NAME_BYTES_MAX || !/^[\x20-\x7e]*$/.test(path) || path.includes('\\')) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** The files of a bundle, by their path below the bundle's folder. */
export class OpenedBundle {
  private constructor(
    private readonly blob: Blob,
    private readonly entries: Map<string, ZipEntry>,
    readonly files: Map<string, BundleFile>,
  ) {}

  /**
   * Reads and hashes every file of a zip. The input is not trusted: names that lead elsewhere, links, a name that stands twice, a second top folder,
   * damage, or more files or bytes than the limits allow are Faults. UnknownFile where it is packed with zstd.
   */
  static async open(blob: Blob, pace: Pace, plan: (sizeOf: (name: string) => number) => number): Promise<OpenedBundle> {
    const magic = textOf(new Uint8Array(await blob.slice(0, 4).arrayBuffer()));
    if (magic === '\x28\xb5\x2f\xfd') {
      throw new UnknownFile('This is a .tar.zst, and a page reads .zip only. The command `countersign verify FILE` reads both.');
    }
    const entries = chooseFiles(await readEntries(blob, { entriesMax: 2 * FILES_MAX, bytesMax: BYTES_MAX }));
    let bytes = 0;
    for (const entry of entries.values()) bytes += entry.size;
    pace.total = bytes + plan((name) => entries.get(name)?.size ?? 0);
    const files = new Map<string, BundleFile>();
    for (const [name, entry] of entries) {
      const hash = sha256.create();
      for await (const piece of unpack(blob, entry)) {
        hash.update(piece);
        await pace.step(piece.length);
      }
      files.set(name, { bytes: entry.size, sha256: hash.digest() });
    }
    return new OpenedBundle(blob, entries, files);
  }

  has(name: string): boolean {
    return this.files.has(name);
  }

  /** The bytes of a file, piece by piece. */
  stream(name: string): AsyncGenerator<Uint8Array> {
    const entry = this.entries.get(name);
    return entry ? unpack(this.blob, entry) : fail(`${name} is missing`, { file: name });
  }

  /** A file that is small by its nature, whole. */
  async read(name: string, bytesMax = SMALL_FILE_BYTES_MAX): Promise<string> {
    return textOf(await this.readBytes(name, bytesMax));
  }

  async readBytes(name: string, bytesMax = SMALL_FILE_BYTES_MAX): Promise<Uint8Array> {
    const file = this.files.get(name);
    if (!file) fail(`${name} is missing`, { file: name });
    if (file.bytes > bytesMax) fail(`${name} is larger than the ${bytesMax} bytes that it may have`, { file: name });
    const pieces: Uint8Array[] = [];
    for await (const piece of this.stream(name)) pieces.push(piece);
    return joined(...pieces);
  }
}

/** The files below the one top folder, in the order of their names. */
function chooseFiles(all: readonly ZipEntry[]): Map<string, ZipEntry> {
  const found: [string, ZipEntry][] = [];
  const names = new Set<string>();
  let top: string | undefined;
  let folders = 0;
  for (const entry of all) {
    const path = entry.isFolder ? entry.name.slice(0, -1) : entry.name;
    if (!isPlainPath(path)) fail(`the name '${plainly(path)}' may not stand in a bundle`);
    if (!entry.isPlain) fail(`${plainly(path)} is not a plain file`);
    const slash = path.indexOf('/');
    const own = slash < 0 ? path : path.slice(0, slash);
    top ??= own;
    if (own !== top) fail('the archive holds more than one folder');
    if (entry.isFolder) {
      if (++folders > FILES_MAX) fail('the archive holds too many folders');
      continue;
    }
    if (slash < 0) fail(`${path} stands outside of the bundle's folder`);
    const name = path.slice(slash + 1);
    if (names.has(name)) fail(`${name} stands twice in the archive`, { file: name });
    if (names.size >= FILES_MAX) fail(`there are more than the ${FILES_MAX} files that are allowed`);
    names.add(name);
    found.push([name, entry]);
  }
  if (found.length === 0) fail('there is no file in the bundle');
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
