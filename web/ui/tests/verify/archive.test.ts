// Archives that were made to harm whoever opens them.
import { deflateSync } from 'fflate';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, joined, textOf } from '../../src/verify/bytes';
import { Crc32 } from '../../src/verify/crc32';
import { verifyBundle } from '../../src/verify/index';
import { readEntries, unpack, type ZipEntry } from '../../src/verify/zip';
import { data, PLAIN } from './support';

interface Entry {
  name: string;
  content?: Uint8Array;
  method?: number;
  /** Unix mode with its type. */
  mode?: number;
  flags?: number;
  localName?: string;
  size?: number;
  crc?: number;
  zip64?: boolean;
}

function crcOf(bytes: Uint8Array): number {
  const crc = new Crc32();
  crc.update(bytes);
  return crc.finish();
}

const le = (value: number, bytes: number) => Uint8Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);

/** A zip by hand, so that it may say what no tool would write. */
function zipOf(entries: Entry[], options: { zip64End?: boolean; behind?: Uint8Array; entryCount?: number } = {}): Blob {
  const locals: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const one of entries) {
    const content = one.content ?? bytesOf('x');
    const method = one.method ?? 8;
    const packed = method === 8 ? deflateSync(content) : content;
    const name = bytesOf(one.localName ?? one.name);
    const sizes = joined(le(one.crc ?? crcOf(content), 4), le(packed.length, 4), le(one.size ?? content.length, 4));
    const local = joined(le(0x04034b50, 4), le(20, 2), le(one.flags ?? 0, 2), le(method, 2), le(0, 4), sizes, le(name.length, 2), le(0, 2), name, packed);
    const extra = one.zip64 ? joined(le(1, 2), le(24, 2), le(content.length, 8), le(packed.length, 8), le(offset, 8)) : new Uint8Array();
    const full = le(0xffff_ffff, 4);
    const shown = one.zip64 ? joined(sizes.subarray(0, 4), full, full) : sizes;
    const ownName = bytesOf(one.name);
    central.push(
      joined(
        ...[le(0x02014b50, 4), le(0x0314, 2), le(20, 2), le(one.flags ?? 0, 2), le(method, 2), le(0, 4), shown, le(ownName.length, 2), le(extra.length, 2)],
        ...[le(0, 2), le(0, 2), le(0, 2), le((one.mode ?? 0o100644) * 65_536, 4), one.zip64 ? full : le(offset, 4), ownName, extra],
      ),
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = joined(...central);
  const count = options.entryCount ?? entries.length;
  const end64 = joined(le(0x06064b50, 4), le(44, 8), le(45, 2), le(45, 2), le(0, 8), le(count, 8), le(count, 8), le(directory.length, 8), le(offset, 8));
  const locator = joined(le(0x07064b50, 4), le(0, 4), le(offset + directory.length, 8), le(1, 4));
  const large = options.zip64End;
  const end = joined(
    ...[le(0x06054b50, 4), le(0, 4), le(large ? 0xffff : count, 2), le(large ? 0xffff : count, 2), le(large ? 0xffff_ffff : directory.length, 4)],
    ...[le(large ? 0xffff_ffff : offset, 4), le(0, 2)],
  );
  return new Blob([...locals, directory, ...(large ? [end64, locator] : []), end, options.behind ?? new Uint8Array()] as BlobPart[]);
}

async function refusal(blob: Blob): Promise<string> {
  const report = await verifyBundle(blob);
  assert.equal(report.verdict, 'failed');
  const [archive] = report.checks;
  return archive!.state === 'failed' ? archive!.sentence : '';
}

const LIMITS = { entriesMax: 100, bytesMax: 1 << 20 };

async function contentOf(blob: Blob): Promise<[string, string][]> {
  const out: [string, string][] = [];
  for (const entry of await readEntries(blob, LIMITS)) {
    let content = '';
    for await (const piece of unpack(blob, entry)) content += textOf(piece);
    out.push([entry.name, content]);
  }
  return out;
}

test('an archive is read as it was packed, stored or deflated, with numbers of 32 and of 64 bits', async () => {
  const entries = [{ name: 'b/one', content: bytesOf('one'.repeat(1000)) }, { name: 'b/two', content: bytesOf('two'), method: 0 }, { name: 'b/none', content: new Uint8Array() }];
  const wanted = entries.map((one) => [one.name, textOf(one.content)]);
  assert.deepEqual(await contentOf(zipOf(entries)), wanted);
  assert.deepEqual(await contentOf(zipOf(entries, { zip64End: true })), wanted);
  assert.deepEqual(await contentOf(zipOf(entries.map((one) => ({ ...one, zip64: true })))), wanted);
  assert.deepEqual(await contentOf(zipOf(entries, { behind: bytesOf('more') })), wanted, 'framing is not signed');
});

test('no name leads out of the folder', async () => {
  for (const name of ['../escaped', 'b/../../escaped', 'b/../escaped', '/escaped', 'b//c', 'b/./c', '..', 'b/..', 'b/c\\d', 'b/c\nd', 'b/\u00e4', `b/${'x'.repeat(240)}`]) {
    assert.match(await refusal(zipOf([{ name: 'b/ok' }, { name }])), /may not stand in a bundle/, name);
  }
});

test('it holds one folder, no name twice, no link, nothing encrypted, and is not empty', async () => {
  assert.match(await refusal(zipOf([{ name: 'b/ok' }, { name: 'c/ok' }])), /more than one folder/);
  assert.match(await refusal(zipOf([{ name: 'b/ok' }, { name: 'b' }])), /outside of the bundle's folder/);
  assert.match(await refusal(zipOf([{ name: 'b/ok' }, { name: 'b/ok', content: bytesOf('y') }])), /b?ok stands twice/);
  assert.match(await refusal(zipOf([{ name: 'b/ok' }, { name: 'b/link', mode: 0o120777 }])), /b\/link is not a plain file/);
  assert.match(await refusal(zipOf([{ name: 'b/ok' }, { name: 'b/pipe', mode: 0o010644 }])), /not a plain file/);
  assert.match(await refusal(zipOf([{ name: 'b/ok', flags: 1 }])), /not a plain file/);
  assert.match(await refusal(zipOf([])), /no file in the bundle/);
  assert.match(await refusal(zipOf([{ name: 'b/', content: new Uint8Array(), mode: 0o040755 }])), /no file in the bundle/);
});

test('a bomb is refused before or while it unpacks', async () => {
  const bomb = new Uint8Array(10 << 20);
  await assert.rejects(contentOf(zipOf([{ name: 'b/bomb', content: bomb }])), /more than the 1048576 bytes/);
  await assert.rejects(contentOf(zipOf([{ name: 'b/bomb', content: bomb, size: 100 }])), /larger than its directory says/);
  await assert.rejects(contentOf(zipOf(Array.from({ length: 101 }, (_, i) => ({ name: `b/${i}` })))), /more than the 100 files/);
  const entries = await readEntries(zipOf([{ name: 'b/a' }, { name: 'b/b' }]), LIMITS);
  assert.equal(entries.length, 2);
});

test('entries that lie one upon another are refused', async () => {
  // Both entries of the directory point at the first one's bytes.
  const bytes = new Uint8Array(await zipOf([{ name: 'b/same' }, { name: 'b/same' }]).arrayBuffer());
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 46 <= bytes.length; ++at) if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 42, 0, true);
  await assert.rejects(readEntries(new Blob([bytes]), LIMITS), /one upon another/);
});

test('sizes, checksums and names that contradict each other are damage', async () => {
  const damaged: Entry[] = [
    { name: 'b/a', size: 2 },
    { name: 'b/a', crc: 1 },
    { name: 'b/a', localName: 'b/b' },
    { name: 'b/a', method: 12 },
    { name: 'b/a', method: 0, size: 0 },
  ];
  for (const entry of damaged) await assert.rejects(contentOf(zipOf([entry])), /damaged or is none/, JSON.stringify(entry));
  await assert.rejects(contentOf(zipOf([{ name: 'b/a' }], { entryCount: 2 })), /damaged or is none/);
});

test('what is no archive is refused', async () => {
  for (const content of ['', 'PK\x03\x04 nothing', 'x'.repeat(100_000)]) assert.match(await refusal(new Blob([bytesOf(content) as BlobPart])), /damaged or is none/);
});

test('an archive that was cut off anywhere is refused', async () => {
  const whole = data(PLAIN);
  for (let size = 0; size < whole.length; size += 211) assert.notEqual(await refusal(new Blob([whole.subarray(0, size)])), '', `${size}`);
});

test('a flipped bit in what is packed is found', async () => {
  const whole = data(PLAIN);
  const entries = await readEntries(new Blob([whole]), { entriesMax: 1000, bytesMax: 1 << 30 });
  for (const entry of entries.filter((one: ZipEntry) => one.size > 0)) {
    const at = entry.offset + 30 + entry.name.length + Math.floor(entry.packed / 2);
    const bytes = whole.slice();
    bytes[at]! ^= 1;
    const report = await verifyBundle(new Blob([bytes]));
    assert.equal(report.verdict, 'failed', entry.name);
  }
});
