// Reads a zip by its central directory, as every other tool does, in pieces: memory does not grow with the file.
import { Inflate } from 'fflate';
import { textOf } from './bytes.js';
import { Crc32 } from './crc32.js';
import { fail } from './fault.js';

/** What is refused with the file as a whole: more than this is not a bundle but an attack. */
export interface ZipLimits {
  entriesMax: number;
  /** Of all entries together, unpacked. */
  bytesMax: number;
}

export interface ZipEntry {
  name: string;
  isFolder: boolean;
  /** Not a link, a device or encrypted. */
  isPlain: boolean;
  size: number;
  packed: number;
  /** Of its local header. */
  offset: number;
  method: number;
  crc: number;
}

const PIECE = 256 * 1024;
const END_SIZE = 22;
const END_SEARCHED = 16 * 1024;
const CENTRAL_SIZE = 46;
const LOCAL_SIZE = 30;
const DIRECTORY_BYTES_MAX = 64 << 20;

export function damaged(why: string): never {
  return fail(`the archive is damaged or is none: ${why}`);
}

async function read(blob: Blob, from: number, to: number): Promise<DataView> {
  if (from < 0 || to > blob.size || from > to) damaged('a part of it is missing');
  return new DataView(await blob.slice(from, to).arrayBuffer());
}

function number64(view: DataView, at: number): number {
  const value = view.getUint32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);
  return Number.isSafeInteger(value) ? value : damaged('a number in it is too large');
}

interface Directory {
  entries: number;
  size: number;
  offset: number;
}

async function findDirectory(blob: Blob): Promise<Directory> {
  const from = Math.max(0, blob.size - END_SEARCHED);
  const tail = await read(blob, from, blob.size);
  let at = tail.byteLength - END_SIZE;
  while (at >= 0 && tail.getUint32(at, true) !== 0x06054b50) --at;
  if (at < 0) damaged('it has no central directory, so it is no zip or its end is missing');
  const found = { entries: tail.getUint16(at + 10, true), size: tail.getUint32(at + 12, true), offset: tail.getUint32(at + 16, true) };
  if (found.entries !== 0xffff && found.size !== 0xffff_ffff && found.offset !== 0xffff_ffff) return found;
  const locator = await read(blob, from + at - 20, from + at);
  if (locator.getUint32(0, true) !== 0x07064b50) damaged('its zip64 end record is missing');
  const end = number64(locator, 8);
  const end64 = await read(blob, end, end + 56);
  if (end64.getUint32(0, true) !== 0x06064b50) damaged('its zip64 end record is missing');
  return { entries: number64(end64, 32), size: number64(end64, 40), offset: number64(end64, 48) };
}

/** Sizes and place beyond 32 bits stand in the extra field 1, each where the short one is full. */
function readZip64(entry: ZipEntry, extra: DataView): void {
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const size = extra.getUint16(at + 2, true);
    const end = at + 4 + size;
    if (end > extra.byteLength) damaged('an extra field is cut off');
    if (extra.getUint16(at, true) === 1) {
      let field = at + 4;
      for (const name of ['size', 'packed', 'offset'] as const) {
        if (entry[name] !== 0xffff_ffff) continue;
        if (field + 8 > end) damaged('a zip64 field is cut off');
        entry[name] = number64(extra, field);
        field += 8;
      }
    }
    at = end;
  }
}

/** Whether the entry's Unix mode, where it has one, is that of a file or a folder. */
function isPlainMode(madeBy: number, attributes: number): boolean {
  if (madeBy >>> 8 !== 3) return true;
  const type = (attributes >>> 28) & 0xf;
  return type === 0 || type === 0x8 || type === 0x4;
}

/** All entries of the archive in the order of the directory; a Fault where it is damaged, or beyond the limits. */
export async function readEntries(blob: Blob, limits: ZipLimits): Promise<ZipEntry[]> {
  const directory = await findDirectory(blob);
  if (directory.entries > limits.entriesMax) fail(`there are more than the ${limits.entriesMax} files that are allowed`);
  if (directory.size > DIRECTORY_BYTES_MAX) damaged('its central directory is too large');
  const view = await read(blob, directory.offset, directory.offset + directory.size);
  const entries: ZipEntry[] = [];
  let at = 0;
  let bytes = 0;
  for (let i = 0; i < directory.entries; ++i) {
    if (at + CENTRAL_SIZE > view.byteLength || view.getUint32(at, true) !== 0x02014b50) damaged('its central directory is cut off');
    const names = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true)] as const;
    const next = at + CENTRAL_SIZE + names[0] + names[1] + names[2];
    if (next > view.byteLength) damaged('its central directory is cut off');
    const name = textOf(new Uint8Array(view.buffer, at + CENTRAL_SIZE, names[0]));
    const attributes = view.getUint32(at + 38, true);
    const entry: ZipEntry = {
      name,
      isFolder: name.endsWith('/'),
      isPlain: (view.getUint16(at + 8, true) & 1) === 0 && isPlainMode(view.getUint16(at + 4, true), attributes),
      size: view.getUint32(at + 24, true),
      packed: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
    };
    readZip64(entry, new DataView(view.buffer, at + CENTRAL_SIZE + names[0], names[1]));
    bytes += entry.size;
    if (bytes > limits.bytesMax) fail(`the bundle holds more than the ${limits.bytesMax} bytes that are allowed`);
    entries.push(entry);
    at = next;
  }
  refuseOverlaps(entries, directory.offset);
  return entries;
}

/** Entries that share bytes make a small file unpack without end. */
function refuseOverlaps(entries: readonly ZipEntry[], end: number): void {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  sorted.forEach((entry, i) => {
    const next = sorted[i + 1]?.offset ?? end;
    if (entry.offset + LOCAL_SIZE + entry.packed > next) damaged('entries lie one upon another');
  });
}

async function beginOfData(blob: Blob, entry: ZipEntry): Promise<number> {
  const local = await read(blob, entry.offset, entry.offset + LOCAL_SIZE);
  if (local.getUint32(0, true) !== 0x04034b50) damaged('an entry does not begin where the directory says');
  const nameAt = entry.offset + LOCAL_SIZE;
  const nameSize = local.getUint16(26, true);
  const name = await read(blob, nameAt, nameAt + nameSize);
  if (textOf(new Uint8Array(name.buffer)) !== entry.name) damaged('an entry has two names');
  return nameAt + nameSize + local.getUint16(28, true);
}

async function* packedPieces(blob: Blob, entry: ZipEntry): AsyncGenerator<{ piece: Uint8Array; isLast: boolean }> {
  const begin = await beginOfData(blob, entry);
  const end = begin + entry.packed;
  if (end > blob.size) damaged('an entry is cut off');
  let at = begin;
  do {
    const next = Math.min(at + PIECE, end);
    yield { piece: new Uint8Array(await blob.slice(at, next).arrayBuffer()), isLast: next === end };
    at = next;
  } while (at < end);
}

/** The bytes of an entry, unpacked, piece by piece. A Fault where they are damaged, or not as many as the directory says. */
export async function* unpack(blob: Blob, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  if (entry.method !== 0 && entry.method !== 8) damaged('an entry is packed in a way that is not known');
  const crc = new Crc32();
  let size = 0;
  const take = (pieces: Uint8Array[]): void => {
    for (const one of pieces) {
      size += one.length;
      if (size > entry.size) damaged('an entry is larger than its directory says');
      crc.update(one);
    }
  };
  let out: Uint8Array[] = [];
  const inflate = entry.method === 8 ? new Inflate((piece) => out.push(piece)) : undefined;
  for await (const { piece, isLast } of packedPieces(blob, entry)) {
    out = inflate ? [] : [piece];
    try {
      inflate?.push(piece, isLast);
    } catch {
      damaged('an entry does not unpack');
    }
    take(out);
    yield* out;
  }
  if (size !== entry.size) damaged('an entry is smaller than its directory says');
  if (crc.finish() !== entry.crc) damaged('an entry does not have its checksum');
}
