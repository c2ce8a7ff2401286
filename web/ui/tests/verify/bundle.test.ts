import { ed25519 } from '@noble/curves/ed25519.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, joined, textOf, toBase64, toBase64Url } from '../../src/verify/bytes';
import { checkSignature } from '../../src/verify/check_identity';
import { Fault } from '../../src/verify/fault';
import { parseNote, NoteVerifier } from '../../src/verify/note';
import { verifyBundle, WrongOption, UnknownFile, type Progress } from '../../src/verify/index';
import { tokenOf } from '../../src/verify/values';
import { jsonString } from '../../src/verify/json';
import { ACCESS, check, data, DISCLOSED, edit, editLines, failures, filesOf, GOLDEN, pack, PLAIN, resealed, reseal, Signer, text, WITHHELD } from './support';

const FINGERPRINT = textOf(data('bundles-before-profiles/signer.txt')).trim();

test('golden bundles are whole, and nobody knows whose they are', async () => {
  for (const name of GOLDEN) {
    const report = await verifyBundle(new Blob([data(name)]));
    assert.equal(report.verdict, 'intact_but_identity_not_checked', JSON.stringify(report, null, 1));
    assert.equal(report.records, 3);
    assert.deepEqual(report.promises.map((one) => one.proven), [true, true, false, false]);
    assert.match(report.sentence, /whose it is was not checked/);
  }
});

test('a fingerprint tells whose a bundle is, however it is written', async () => {
  const bundle = new Blob([data(DISCLOSED)]);
  const pairs = FINGERPRINT.toUpperCase().replace(/(..)(?=.)/g, '$1:');
  for (const fingerprint of [FINGERPRINT, FINGERPRINT.toUpperCase(), pairs, `SHA256:${pairs}`, `  sha256 Fingerprint=${pairs}\n`]) {
    assert.equal((await verifyBundle(bundle, { fingerprint })).verdict, 'verified', fingerprint);
  }
  const stranger = await verifyBundle(bundle, { fingerprint: FINGERPRINT.replace(/^./, (one) => (one === '0' ? '1' : '0')) });
  assert.deepEqual([stranger.verdict, failures(stranger)], ['failed', ['signer']]);
  for (const fingerprint of ['abcd', 'x'.repeat(64), FINGERPRINT + '00']) {
    await assert.rejects(verifyBundle(bundle, { fingerprint }), WrongOption);
  }
});

test("the log's key tells it too, and another does not", async () => {
  const files = filesOf(PLAIN);
  const [logKey, clockKey] = text(files, 'keys/log.vkey').split('\n') as [string, string];
  assert.equal((await verifyBundle(pack(files), { logKey })).verdict, 'verified');
  const other = new NoteVerifier(NoteVerifier.parse(logKey).name, 'log', new Uint8Array(32).fill(7)).toVkey();
  assert.deepEqual(failures(await verifyBundle(pack(files), { logKey: other })), ['log_keys']);
  assert.deepEqual(failures(await verifyBundle(pack(files), { logKey: clockKey })), ['log_keys'], 'the clock alone vouches for nothing');
  await assert.rejects(verifyBundle(pack(files), { logKey: 'nonsense' }), WrongOption);
});

test('a checkpoint that was kept is held against the log', async () => {
  const files = filesOf(PLAIN);
  const knownCheckpoint = Buffer.from(files.get('data/checkpoint')!).toString();
  assert.equal(check(await verifyBundle(pack(files), { knownCheckpoint }), 'known_checkpoints').state, 'passed');
  const crlf = knownCheckpoint.trim().replaceAll('\n', '\r\n');
  assert.equal(check(await verifyBundle(pack(files), { knownCheckpoint: crlf }), 'known_checkpoints').state, 'passed');
  const foreign = Buffer.from(filesOf(DISCLOSED).get('data/checkpoint')!).toString();
  assert.deepEqual(failures(await verifyBundle(pack(files), { knownCheckpoint: foreign })), ['known_checkpoints']);
  await assert.rejects(verifyBundle(pack(files), { knownCheckpoint: 'nonsense' }), WrongOption);
});

test('one flipped byte in any file is found, and the file is named', async () => {
  for (const name of [PLAIN, DISCLOSED]) {
    for (const file of filesOf(name).keys()) {
      const size = filesOf(name).get(file)!.length;
      for (const at of new Set([0, Math.floor(size / 3), size - 1])) {
        if (size === 0) continue;
        const files = filesOf(name);
        const bytes = files.get(file)!.slice();
        bytes[at]! ^= 1;
        files.set(file, bytes);
        const report = await verifyBundle(pack(files));
        assert.equal(report.verdict, 'failed', `${file} at ${at}`);
        const named = report.checks.some((one) => one.state === 'failed' && (one.place?.file === file || one.sentence.includes(file)));
        const isSeal = file.startsWith('tagmanifest') || file === 'manifest-sha256.txt';
        assert.ok(named || isSeal, `${file} at ${at}: ${JSON.stringify(report.checks.filter((one) => one.state === 'failed'))}`);
      }
    }
  }
});

test('every byte of the signature counts', () => {
  const files = filesOf(PLAIN);
  const manifest = files.get('tagmanifest-sha256.txt')!;
  const whole = files.get('tagmanifest-sha256.txt.p7s')!;
  const pem = text(files, 'keys/signer.pem');
  assert.equal(checkSignature(manifest, whole, pem).subject, 'CN=Countersign evidence log.example.com');
  for (let at = 0; at < whole.length; ++at) {
    const bytes = whole.slice();
    bytes[at]! ^= 4;
    assert.throws(() => checkSignature(manifest, bytes, pem), Fault, `byte ${at}`);
    assert.throws(() => checkSignature(manifest, whole.subarray(0, at), pem), Fault, `cut at ${at}`);
  }
  assert.throws(() => checkSignature(manifest, joined(whole, Uint8Array.of(0)), pem), Fault);
});

test('a file that is missing, added or listed twice is named', async () => {
  for (const name of filesOf(PLAIN).keys()) {
    const files = filesOf(PLAIN);
    files.delete(name);
    const report = await verifyBundle(pack(files));
    assert.equal(report.verdict, 'failed', name);
    const list = check(report, 'file_list');
    assert.ok(list.state === 'failed' && list.sentence.includes(name), list.sentence);
  }
  for (const name of ['data/more.csv', 'more.txt', 'keys/rotations/1']) {
    const files = filesOf(PLAIN);
    files.set(name, bytesOf('more'));
    assert.deepEqual(check(await verifyBundle(pack(files)), 'file_list').place, { file: name });
  }
});

test('a bundle that somebody else sealed is whole, but not theirs', async () => {
  const signer = new Signer('Mallory');
  const files = reseal(filesOf(DISCLOSED), signer);
  const own = await verifyBundle(pack(files), { fingerprint: signer.read.fingerprint });
  assert.equal(own.verdict, 'verified', JSON.stringify(own.checks, null, 1));
  assert.equal(own.signer, 'CN=Mallory');
  assert.deepEqual(failures(await verifyBundle(pack(files), { fingerprint: FINGERPRINT })), ['signer']);
  const unknown = await verifyBundle(pack(files));
  assert.match(unknown.promises[2]!.sentence, /^Somebody who calls himself 'CN=Mallory' signed; compare/);
});

test('a signature that is not over this list, or not in its one form, is refused', async () => {
  const signer = new Signer();
  const octets = (value: number) => Uint8Array.of(0x04, 0x01, value);
  const wrong: [string, (files: Map<string, Uint8Array>) => void][] = [
    ['another list', (files) => files.set('tagmanifest-sha256.txt.p7s', signer.detached(bytesOf('other')))],
    ['another certificate beside it', (files) => files.set('keys/signer.pem', bytesOf(new Signer().read.toPem()))],
  ];
  const parts: [string, (parts: Record<string, Uint8Array>) => void][] = [
    ['no certificate is named', (one) => (one.id = new Uint8Array())],
    ['another certificate is named', (one) => (one.id![one.id!.length - 1]! ^= 1)],
    ['no digest', (one) => (one.digest = new Uint8Array())],
    ['two digests', (one) => (one.digest = joined(one.digest!, one.digest!))],
    ['no type', (one) => (one.type = new Uint8Array())],
    ['another version', (one) => (one.version = Uint8Array.of(2, 1, 3))],
    ['unsigned attributes', (one) => (one.unsigned = Uint8Array.of(0xa1, 0x00))],
    ['more behind', (one) => (one.unsigned = octets(1))],
    ['a certificate more', (one) => (one.certificates = joined(one.certificates!, new Signer().certificate))],
    ['no certificate', (one) => (one.certificates = new Uint8Array())],
  ];
  for (const [what, change] of parts) {
    wrong.push([what, (files) => files.set('tagmanifest-sha256.txt.p7s', signer.detached(files.get('tagmanifest-sha256.txt')!, change))]);
  }
  for (const [what, change] of wrong) {
    const files = reseal(filesOf(PLAIN), signer);
    change(files);
    const report = await verifyBundle(pack(files));
    assert.ok(failures(report).includes('signature'), what);
    assert.equal(report.promises[2]!.proven, false);
  }
});

test('a certificate that was not valid when it signed is refused', async () => {
  const report = await verifyBundle(pack(reseal(filesOf(PLAIN), new Signer('Old', ['10', '20']))));
  assert.deepEqual(failures(report), ['signature']);
  assert.match(check(report, 'signature').sentence, /not valid when it signed/);
});

const RECORDS = 'data/records.jsonl';

test('records that were swapped, removed, added or edited are named by their number', async () => {
  const cases: [string, number, (lines: string[]) => string[]][] = [
    ['swapped', 1, ([a, b, c]) => [a!, c!, b!]],
    ['removed from the middle', 1, ([a, , c]) => [a!, c!]],
    ['removed from the beginning', 0, ([, b, c]) => [b!, c!]],
    ['added', 3, (lines) => [...lines, lines[2]!]],
    ['edited', 2, ([a, b, c]) => [a!, b!.replace('"time":"20', '"time":"19'), c!]],
    ['spelled in another way', 1, ([a, b, c]) => [a!, b!.replace('"event":', '"event": '), c!]],
    ['with CR LF', 0, (lines) => lines.map((line) => `${line}\r`)],
    ['with a byte order mark', 0, ([a, ...more]) => [`\u00ef\u00bb\u00bf${a}`, ...more]],
    ['with a member twice', 1, ([a, b, c]) => [a!, b!.replace('"event":{', '"event":{"id":"x",'), c!]],
    ['withheld without a filter', 2, ([a, b]) => [a!, b!, `{"withheld":{"seq":2,"hash":"${toBase64(new Uint8Array(32))}"}}`]],
    ['retired without a word', 2, ([a, b]) => [a!, b!, `{"retired":{"seq":2,"part":0,"hash":"${toBase64(new Uint8Array(32))}"}}`]],
  ];
  for (const [what, seq, change] of cases) {
    const files = filesOf(PLAIN);
    editLines(files, RECORDS, change);
    const report = await resealed(files, 'records');
    assert.equal(report.first_wrong?.seq, seq, `${what}: ${JSON.stringify(report.first_wrong)}`);
    const { place } = check(report, 'records');
    assert.deepEqual([place?.file, place?.seq, place?.line], [RECORDS, seq, Math.min(seq, 3) + 1], what);
    assert.match(report.sentence, new RegExp(`record ${seq} is wrong`));
    const why = { swapped: /record 2 stands in its place/, 'removed from the middle': /record 2 stands in its place/, edited: /its prev is not the hash/ }[what];
    if (why) assert.match(report.first_wrong!.why, why, what);
  }
});

test('records that are missing at the end, and an edited last one, are seen by the root hash', async () => {
  let files = filesOf(PLAIN);
  editLines(files, RECORDS, (lines) => lines.slice(0, 2));
  assert.match(check(await resealed(files, 'completeness'), 'completeness').sentence, /the records from 2 to 2 are missing/);
  files = filesOf(PLAIN);
  editLines(files, RECORDS, ([a, b, c]) => [a!, b!, c!.replace('"time":"20', '"time":"19')]);
  const report = await resealed(files, 'records');
  assert.match(report.first_wrong!.why, /not those that the checkpoint of size 3 was signed over/);
});

test('a file of records without its last line feed is refused', async () => {
  const files = filesOf(PLAIN);
  edit(files, RECORDS, (before) => before.slice(0, -1));
  assert.match(check(await resealed(files, 'records'), 'records').sentence, /data\/records.jsonl does not end in a line feed/);
});

test('a withheld record with another hash is found', async () => {
  const files = filesOf(ACCESS);
  const at = text(files, RECORDS).split('\n').findIndex((line) => line.startsWith('{"withheld"'));
  assert.ok(at >= 0);
  editLines(files, RECORDS, (lines) => lines.map((line, i) => (i === at ? line.replace(/"hash":"./, (found) => found.slice(0, -1) + (found.endsWith('A') ? 'B' : 'A')) : line)));
  assert.ok((await resealed(files, 'records')).first_wrong!.seq >= at);
});

const DISCLOSURES = 'data/disclosures.jsonl';

test('a disclosed value that its token does not stand for is found, with its line', async () => {
  const files = filesOf(DISCLOSED);
  edit(files, DISCLOSURES, (before) => before.replace('@mail.example', '@mail.invalid'));
  const found = check(await resealed(files, 'disclosures'), 'disclosures');
  const line = text(files, DISCLOSURES).split('\n').findIndex((one) => one.includes('@mail.invalid')) + 1;
  assert.deepEqual([found.sentence, found.place], [`line ${line}: a disclosed value is not the one that its token stands for`, { file: DISCLOSURES, line }]);
});

test('a value of no record, one too few, and one of another kind are found', async () => {
  let files = filesOf(DISCLOSED);
  const salt = new Uint8Array(32).fill(1);
  edit(files, DISCLOSURES, (before) => `${before}{"token":"${tokenOf('email', salt, 'x')}","kind":"email","salt":"${toBase64Url(salt)}","value":${jsonString('x')}}\n`);
  assert.match(check(await resealed(files, 'disclosures'), 'disclosures').sentence, /1 disclosed values stand in no record/);
  files = filesOf(DISCLOSED);
  editLines(files, DISCLOSURES, (lines) => lines.slice(1));
  const table = check(await resealed(files, 'events_table'), 'events_table');
  assert.equal(table.place?.file, 'data/events.csv');
  files = filesOf(DISCLOSED);
  edit(files, DISCLOSURES, (before) => before.replace('"kind":"email"', '"kind":"phone"'));
  await resealed(files, 'disclosures');
});

test('values in a bundle that says it shows none are found', async () => {
  const files = filesOf(WITHHELD);
  files.set(DISCLOSURES, filesOf(DISCLOSED).get(DISCLOSURES)!);
  await resealed(files, 'disclosures');
});

test('an edited table is found, with its line', async () => {
  const cases: [number, (before: string) => string][] = [
    [1, (before) => before.replace('seq,', 'Seq,')],
    [3, (before) => before.split('\r\n').map((row, i) => (i === 2 ? row.replace(/,(yes|no),/, ',maybe,') : row)).join('\r\n')],
    [5, (before) => `${before}3,\r\n`],
    [4, (before) => before.split('\r\n').slice(0, 3).join('\r\n') + '\r\n'],
    [2, (before) => before.replaceAll('\r\n', '\n')],
  ];
  for (const [line, change] of cases) {
    const files = filesOf(PLAIN);
    edit(files, 'data/events.csv', change);
    const found = check(await resealed(files, 'events_table'), 'events_table');
    assert.deepEqual(found.place, { file: 'data/events.csv', line: line === 2 ? 1 : line }, found.sentence);
  }
});

test('figures that do not follow, an edited query, a wider period and anything unknown in evidence.json are found', async () => {
  const cases: [string, (before: string) => string][] = [
    ['figures', (before) => before.replace('"shown": 3', '"shown": 2')],
    ['figures', (before) => before.replace('"missing": 0', '"missing": 1')],
    ['figures', (before) => before.replace(/"record_bytes": (\d)/, (_, digit: string) => `"record_bytes": ${digit === '9' ? '8' : '9'}`)],
    ['evidence', (before) => before.replace('"text": "', '"text": "x')],
    ['evidence', (before) => before.replace('{\n', '{\n  "audited_by": "nobody",\n')],
    ['evidence', (before) => before.replace('"missing": 0', '"missing": 0.0')],
    ['evidence', (before) => before.replace('"missing": 0', '"missing": 0,\n    "missing": 0')],
    ['evidence', (before) => `\u00ef\u00bb\u00bf${before}`],
    ['evidence', (before) => before.replaceAll('\n', '\r\n')],
    ['evidence', (before) => before.replace(/"size": (\d+)/, '"size": 0$1')],
    ['checkpoint', (before) => before.replace(/"size": (\d+)/, '"size": 1$1')],
    ['checkpoint', (before) => before.replace(/("checkpoint": \{[^}]*"time": ")20/, '$119')],
  ];
  for (const [name, change] of cases) {
    const files = filesOf(PLAIN);
    edit(files, 'evidence.json', change);
    await resealed(files, name);
  }
});

/** The bundle with a log of other keys, which signed the same tree. */
function withKeysOf(seed: number): { files: Map<string, Uint8Array>; sign: (note: string) => string } {
  const files = filesOf(PLAIN);
  const log = new Uint8Array(32).fill(seed);
  const clock = new Uint8Array(32).fill(seed + 1);
  const [name] = text(files, 'keys/log.vkey').split('+') as [string];
  const keys = [new NoteVerifier(name, 'log', ed25519.getPublicKey(log)), new NoteVerifier(name, 'clock', ed25519.getPublicKey(clock))] as const;
  files.set('keys/log.vkey', bytesOf(keys.map((key) => `${key.toVkey()}\n`).join('')));
  const sign = (note: string): string => {
    const parsed = parseNote(note);
    const time = parsed.signatures.find((one) => one.bytes.length === 72)!.bytes.subarray(0, 8);
    const stated = time.reduce((sum, byte) => sum * 256 + byte, 0);
    const line = (key: NoteVerifier, signature: Uint8Array) => `\u00e2\u0080\u0094 ${name} ${toBase64(joined(bytesOf(key.keyId), signature))}\n`;
    const byLog = ed25519.sign(bytesOf(parsed.text), log);
    const byClock = joined(time, ed25519.sign(bytesOf(`cosignature/v1\ntime ${stated}\n${parsed.text}`), clock));
    return `${parsed.text}\n${line(keys[0], byLog)}${line(keys[1], byClock)}`;
  };
  edit(files, 'data/checkpoint', sign);
  editLines(files, 'data/checkpoints.jsonl', (lines) =>
    lines.map((line) => {
      const { size, time, note } = JSON.parse(Buffer.from(bytesOf(line)).toString()) as { size: number; time: number; note: string };
      return `{"size":${size},"time":${time},"note":${jsonString(sign(textOf(new TextEncoder().encode(note))))}}`;
    }),
  );
  return { files, sign };
}

test('a log that was signed anew with other keys is whole in itself, and the kept key tells', async () => {
  const logKey = text(filesOf(PLAIN), 'keys/log.vkey').split('\n')[0]!;
  const { files } = withKeysOf(9);
  const report = await verifyBundle(pack(reseal(files)));
  assert.equal(report.verdict, 'intact_but_identity_not_checked', JSON.stringify(report.checks, null, 1));
  assert.deepEqual(failures(await verifyBundle(pack(files), { logKey })), ['log_keys']);
});

test('a checkpoint that another key signed, or that states another tree, is refused', async () => {
  const { sign } = withKeysOf(9);
  let files = filesOf(PLAIN);
  edit(files, 'data/checkpoint', sign);
  await resealed(files, 'checkpoint');
  files = filesOf(PLAIN);
  edit(files, 'data/checkpoint', (note) => note.replace('\n3\n', '\n4\n'));
  await resealed(files, 'checkpoint');
  // Signed by the keys that the bundle brings, over another root.
  const forged = withKeysOf(9);
  edit(forged.files, 'data/checkpoint', (note) => forged.sign(note.replace(/\n3\n./, (found) => found.slice(0, -1) + (found.endsWith('A') ? 'B' : 'A'))));
  await resealed(forged.files, 'checkpoint');
});

test('a checkpoint that was kept and states another tree of the same size is a contradiction', async () => {
  const { files, sign } = withKeysOf(9);
  const other = (note: string) => note.replace(/\n3\n./, (found) => found.slice(0, -1) + (found.endsWith('A') ? 'B' : 'A'));
  const own = text(files, 'data/checkpoint');
  const known = async (note: string) => verifyBundle(pack(reseal(files)), { knownCheckpoint: Buffer.from(bytesOf(note)).toString() });
  assert.deepEqual(failures(await known(own)), []);
  const report = await known(sign(other(own)));
  assert.deepEqual(failures(report), ['known_checkpoints']);
  assert.match(check(report, 'known_checkpoints').sentence, /its history was rewritten/);
});

test('a key that stands twice among the keys of the log is refused', async () => {
  const files = filesOf(PLAIN);
  edit(files, 'keys/log.vkey', (before) => before + before.split('\n')[0] + '\n');
  await resealed(files, 'log_keys');
});

test('a commit time that nobody signed, and a checkpoint over other records, are found', async () => {
  let files = filesOf(PLAIN);
  edit(files, 'data/checkpoints.jsonl', (before) => before.replace('"time":1', '"time":2'));
  assert.deepEqual(check(await resealed(files, 'commit_times'), 'commit_times').place, { file: 'data/checkpoints.jsonl', line: 1 });
  const forged = withKeysOf(9);
  files = forged.files;
  editLines(files, 'data/checkpoints.jsonl', ([line]) => {
    const { time, note } = JSON.parse(Buffer.from(bytesOf(line!)).toString()) as { time: number; note: string };
    const other = textOf(new TextEncoder().encode(note)).replace('\n3\n', '\n2\n');
    return [`{"size":2,"time":${time},"note":${jsonString(forged.sign(other))}}`, line!];
  });
  const report = await resealed(files, 'records');
  assert.equal(report.first_wrong?.seq, 1);
});

test('proofs of another tree, cut off or too long are refused', async () => {
  const flip = (before: string, member: string) =>
    before.replace(new RegExp(`("${member}": \\{[^}]*?"path": \\[\\s*")(.)`), (_, head: string, first: string) => head + (first === 'A' ? 'B' : 'A'));
  const cases: [string, (before: string) => string][] = [
    ['completeness', (before) => flip(before, 'last')],
    ['completeness', (before) => flip(before, 'first')],
    ['records', (before) => before.replace(/"first": \{\s*"seq": 0,\s*"path": \[\s*"[^"]*",/, (found) => found.slice(0, found.lastIndexOf('"', found.length - 46)).trimEnd())],
    ['proofs', (before) => before.replace('"tree_size": 3', '"tree_size": 4')],
    ['proofs', (before) => before.replace('"tree_size": 3', '"tree_size": 03')],
  ];
  for (const [name, change] of cases) {
    const files = filesOf(PLAIN);
    edit(files, 'data/proofs.json', change);
    await resealed(files, name);
  }
});

test('it tells how far it is, and stops when it is told to', async () => {
  const files = filesOf(PLAIN);
  // So large that it takes more than one slice.
  files.set('data/documents/large', new Uint8Array(24 << 20));
  const bundle = pack(files);
  const seen: Progress[] = [];
  await verifyBundle(bundle, { onProgress: (one) => seen.push(one) });
  assert.ok(seen.length > 1 && seen[0]!.done < seen[0]!.total, `${seen.length}`);
  assert.ok(seen.every((one, i) => one.done <= one.total && one.done >= (seen[i - 1]?.done ?? 0) && one.total > 24 << 20));
  assert.equal(seen.at(-1)!.done, seen.at(-1)!.total);
  const controller = new AbortController();
  const stopped = verifyBundle(bundle, { signal: controller.signal, onProgress: () => controller.abort() });
  await assert.rejects(stopped, { name: 'AbortError' });
  controller.abort();
  await assert.rejects(verifyBundle(bundle, { signal: controller.signal }), { name: 'AbortError' });
});

test('what is packed with zstd is not read, and it says what reads it', async () => {
  const file = new Blob([Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3)]);
  await assert.rejects(verifyBundle(file), (error) => error instanceof UnknownFile && /countersign verify FILE/.test(error.message));
});
