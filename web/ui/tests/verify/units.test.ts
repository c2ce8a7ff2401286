import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { bytesOf, digestFromBase64, digestFromBase64Url, encoded, fromBase64, fromHex, textOf, toBase64 } from '../../src/verify/bytes';
import { Crc32 } from '../../src/verify/crc32';
import { Ed25519Key, verifyInScript } from '../../src/verify/ed25519';
import { readEvent, visitTokens } from '../../src/verify/event';
import { fail, Fault } from '../../src/verify/fault';
import { jsonString, parseJson, skipString, toIndented, unescape } from '../../src/verify/json';
import { blocksOf, linesOf } from '../../src/verify/lines';
import { isMask } from '../../src/verify/mask';
import { NoteVerifier, openNote } from '../../src/verify/note';
import { readRecord } from '../../src/verify/record';
import { RunTree } from '../../src/verify/run_tree';
import { parseKinds, parseRanges, rangesText } from '../../src/verify/scope';
import { endOf, parseSpan } from '../../src/verify/span';
import { formatTime, isCanonicalTime, parseTime } from '../../src/verify/time';
import { verifyTimestamp } from '../../src/verify/timestamp';
import { checkConsistency, checkInclusion, CompactRange, inclusionPathLength, nodeHash, recordHash, type Digest } from '../../src/verify/tree';
import { tokenOf } from '../../src/verify/values';
import { data } from './support';

const json = <T>(name: string): T => JSON.parse(Buffer.from(data(name)).toString()) as T;

const holds = (step: () => void): boolean => {
  try {
    step();
    return true;
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    return false;
  }
};

test('inclusion and consistency proofs are judged as transparency-dev judges them', () => {
  type Inclusion = { file: string; leafIdx: number; treeSize: number; root: string; leafHash: string; proof: string[] | null; wantErr: boolean };
  const hash = (one: string) => digestFromBase64(one) ?? fail('not a hash');
  const hashes = (proof: string[] | null) => (proof ?? []).map(hash);
  for (const one of json<Inclusion[]>('transparency-dev-merkle/inclusion.json')) {
    const good = holds(() => checkInclusion(one.leafIdx, one.treeSize, hash(one.leafHash), hashes(one.proof), hash(one.root)));
    assert.equal(good, !one.wantErr, one.file);
  }
  type Consistency = { file: string; size1: number; size2: number; root1: string; root2: string; proof: string[] | null; wantErr: boolean };
  for (const one of json<Consistency[]>('transparency-dev-merkle/consistency.json')) {
    const good = holds(() => checkConsistency(one.size1, one.size2, fromBase64(one.root1)!, fromBase64(one.root2)!, hashes(one.proof)));
    assert.equal(good, !one.wantErr, one.file);
  }
});

/** RFC 6962 section 2.1, word by word. */
function rootOf(leaves: Digest[]): Digest {
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

test('a tree that grows has at each size the root of RFC 6962', () => {
  const leaves: Digest[] = [];
  const range = new CompactRange();
  for (let n = 0; n < 70; ++n) {
    leaves.push(recordHash(bytesOf(`record ${n}`)));
    range.append(leaves[n]!);
    assert.deepEqual(range.root(), rootOf(leaves));
  }
  assert.equal(textOf(new CompactRange().root()), textOf(new Uint8Array(createHash('sha256').digest())));
  assert.deepEqual([inclusionPathLength(0, 1), inclusionPathLength(6, 7), inclusionPathLength(2 ** 39, 2 ** 40)], [0, 2, 40]);
});

test('a record that was altered within a run is found, whatever stands at its ends', () => {
  const leaves = Array.from({ length: 11 }, (_, n) => recordHash(bytesOf(`record ${n}`)));
  const pathOf = (index: number, begin = 0, end = leaves.length): Digest[] => {
    if (end - begin === 1) return [];
    let split = 1;
    while (split * 2 < end - begin) split *= 2;
    const middle = begin + split;
    return index < middle ? [...pathOf(index, begin, middle), rootOf(leaves.slice(middle, end))] : [...pathOf(index, middle, end), rootOf(leaves.slice(begin, middle))];
  };
  const finish = (altered: number, first = 2, last = 8) => {
    const proofs = { log: 'o/eu-1/acme', treeSize: 11, root: rootOf(leaves), first: { seq: first, path: pathOf(first) }, last: { seq: last, path: pathOf(last) }, previous: undefined };
    const tree = new RunTree(proofs, proofs.first, proofs.last);
    for (let n = first; n <= last; ++n) tree.add(n === altered ? recordHash(bytesOf('another')) : leaves[n]!);
    tree.finish();
  };
  assert.doesNotThrow(() => finish(-1));
  for (let altered = 2; altered <= 8; ++altered) assert.throws(() => finish(altered), Fault, `${altered}`);
  assert.doesNotThrow(() => finish(-1, 5, 5));
});

test("a key's text holds the right key ID", () => {
  const key = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
  assert.equal(NoteVerifier.parse(key).toVkey(), key);
  for (const wrong of [key.replace('530d', '530e'), key.replace('530d', '530D'), key.replace('foo', 'fop'), key.replace('+Aek', '+Bek'), key.replace('/foo', '/f o'), 'example.com/foo+530d903a']) {
    assert.throws(() => NoteVerifier.parse(wrong), Fault, wrong);
  }
});

test('Ed25519 is judged as wycheproof judges it, by the browser and by the script', async () => {
  type Group = { publicKey: { pk: string }; tests: { tcId: number; msg: string; sig: string; result: string }[] };
  let count = 0;
  for (const group of json<{ testGroups: Group[] }>('wycheproof/ed25519_test.json').testGroups) {
    const bytes = fromHex(group.publicKey.pk)!;
    const key = new Ed25519Key(bytes);
    for (const one of group.tests) {
      const [message, signature] = [fromHex(one.msg)!, fromHex(one.sig) ?? new Uint8Array()];
      assert.equal(verifyInScript(bytes, message, signature), one.result === 'valid', `script ${one.tcId}`);
      assert.equal(await key.verify(message, signature), one.result === 'valid', `browser ${one.tcId}`);
      ++count;
    }
  }
  assert.ok(count > 100);
  assert.equal(await new Ed25519Key(new Uint8Array(31)).verify(new Uint8Array(), new Uint8Array(64)), false);
});

test('signed notes are judged as their vectors say', async () => {
  type Case = { desc: string; vkeys: string[]; note_b64: string };
  const vectors = json<Record<string, Case[]>>('signed-note/vectors.json');
  const open = async (one: Case) => openNote(textOf(fromBase64(one.note_b64)!), one.vkeys.map((key) => NoteVerifier.parse(encoded(key))));
  assert.ok(vectors.valid!.length > 1);
  for (const one of vectors.valid!) await assert.doesNotReject(open(one), one.desc);
  for (const kind of Object.keys(vectors).filter((name) => name.startsWith('invalid') && Array.isArray(vectors[name]))) {
    for (const one of vectors[kind]!.filter((two) => two.note_b64 && two.vkeys)) await assert.rejects(open(one), Fault, one.desc);
  }
});

test('timestamps of real authorities are read, and their signers named', () => {
  const good: [string, string, string][] = [
    ['sigstage/response-sha256.tsr', 'CN=sigstore-tsa,O=sigstore.dev', '2025-05-09T11:58:55'],
    ['sigstage/response-sha384.tsr', 'CN=sigstore-tsa,O=sigstore.dev', '2025-05-09T11:58:55'],
    ['sigstage/response-sha512.tsr', 'CN=sigstore-tsa,O=sigstore.dev', '2025-05-09T11:58:56'],
    ['test_tsa/response.tsr', 'CN=Test TSA Timestamping,O=local', '2024-10-08T15:40:32'],
    ['test_tsa/response-injected-certs.tsr', 'CN=Test TSA Timestamping,O=local', '2024-10-08T15:40:32'],
    ['identrust/issue-104.tsr', 'CN=TrustID Timestamp Authority,O=IdenTrust,C=US', '2025-03-11T08:52:08'],
  ];
  let read = 0;
  for (const [file, authority, time] of good) {
    const bytes = data(`rfc3161-client/test/fixtures/${file}`);
    let stamp;
    try {
      stamp = verifyTimestamp(bytes, bytesOf('hello'));
    } catch (error) {
      // What an authority wrote around the token is left out before it is kept in a bundle.
      assert.match(String(error), /holds bytes that nobody signed/, file);
      continue;
    }
    ++read;
    assert.deepEqual([stamp.signer.subject, formatTime({ seconds: stamp.time, micros: 0 }), stamp.isChecked], [authority, `${time}.000000Z`, true], file);
    assert.throws(() => verifyTimestamp(bytes, bytesOf('hallo')), /over other data/);
    for (let at = 0; at < bytes.length; at += 13) {
      const flipped = bytes.slice();
      flipped[at]! ^= 1;
      // Certificates beside the signer's are covered by nothing.
      assert.ok(!holds(() => verifyTimestamp(flipped, bytesOf('hello'))) || file.includes('injected') || bytes.length > 3000, `${file} at ${at}`);
    }
  }
  assert.ok(read >= 3, `${read}`);
  const wrong = (name: string, why: RegExp) => assert.throws(() => verifyTimestamp(data(`rfc3161-client/test/fixtures/${name}`), bytesOf('hello')), why);
  wrong('sigstage/response-invalid-signature.tsr', /signature is wrong/);
  wrong('sigstage/response-no-embedded-cert.tsr', /is not there/);
  assert.throws(() => verifyTimestamp(bytesOf('nonsense'), bytesOf('hello')), Fault);
});

test('times are read and written as the appliance does', () => {
  const good: [string, string][] = [
    ['2026-01-31T09:30:00Z', '2026-01-31T09:30:00.000000Z'],
    ['2026-01-31t09:30:00.123456789+05:30', '2026-01-31T04:00:00.123456Z'],
    ['2024-02-29T23:59:60Z', '2024-03-01T00:00:00.000000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000000Z'],
    ['9999-12-31T23:59:59.9Z', '9999-12-31T23:59:59.900000Z'],
    ['1969-12-31T23:59:59.5Z', '1969-12-31T23:59:59.500000Z'],
  ];
  for (const [text, canonical] of good) {
    assert.equal(formatTime(parseTime(text)!), canonical);
    assert.deepEqual([isCanonicalTime(text), isCanonicalTime(canonical)], [text === canonical, true], text);
  }
  for (const text of ['2026-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-31 09:30:00Z', '2026-01-31T09:30:00', '2026-01-31T24:00:00Z', '2026-01-31T09:30:60Z', '2026-01-31T09:30:00.Z', '2026-01-31T09:30:00.0000000000Z', '0000-01-01T00:00:00+00:01', '2026-01-31T09:30:00Z ', '2026-01-31T09:30:00+24:00', '2026-00-01T00:00:00Z']) {
    assert.equal(parseTime(text), undefined, text);
  }
  assert.equal(isCanonicalTime('2026-12-31T23:59:60.000000Z'), false);
  for (let day = -800_000; day < 2_900_000; day += 777) {
    const text = new Date(day * 86_400_000).toISOString();
    if (/^[0-9]{4}-/.test(text)) assert.equal(formatTime({ seconds: day * 86_400, micros: 0 }), text.replace('.000Z', '.000000Z'));
  }
});

test('a time of keeping ends on the same day of a later month, or on its last', () => {
  const cases: [string, string, string | undefined][] = [
    ['2026-01-31T09:30:00.5Z', '1 month', '2026-02-28T09:30:00.500000Z'],
    ['2024-02-29T00:00:00Z', '1 year', '2025-02-28T00:00:00.000000Z'],
    ['2026-11-30T00:00:00Z', '14 months', '2028-01-30T00:00:00.000000Z'],
    ['2026-01-31T00:00:00Z', '90 days', '2026-05-01T00:00:00.000000Z'],
    ['2026-01-31T00:00:00Z', '3 seconds', '2026-01-31T00:00:03.000000Z'],
    ['2026-01-31T00:00:00Z', 'forever', undefined],
  ];
  for (const [from, span, end] of cases) {
    const found = endOf(parseTime(from)!, parseSpan(span)!);
    assert.equal(found && formatTime(found), end, span);
  }
  for (const text of ['', '1', '0 days', '-1 days', '1 fortnight', '1  day', '9999 years', '1 dayss']) assert.equal(parseSpan(text), undefined, text);
});

test('a mask is told from what hides nothing', () => {
  const good: [Parameters<typeof isMask>[0], string][] = [
    ['phone', '+1415•••••12'], ['phone', '+14•••••12'], ['phone', '041•••••12'], ['email', 'a•••@example.com'], ['email', '•••@example.com'], ['email', 'a•••@•••'],
    ['email', 'ä•••@example.com'], ['user', 'ad•••'], ['user', 'a•••@example.com'], ['name', 'A••• E•••'], ['name', '•••'], ['name', '••• Ö•••'], ['ip', '203.0.113.•'],
    ['ip', '2001:db8:1:•'], ['fingerprint', '3f9a•••'], ['attribute', '"•••"'], ['session', '•••'], ['user_agent', '•••'], ['raw', '•••'],
  ];
  for (const [kind, text] of good) assert.ok(isMask(kind, encoded(text)), `${kind} ${text}`);
  const bad: [Parameters<typeof isMask>[0], string][] = [
    ['phone', '+14155550112'], ['phone', '+14155•••••12'], ['phone', '+1415•••••123'], ['email', 'ana@example.com'], ['email', 'an•••@example.com'], ['email', 'a•••@example'],
    ['email', 'a•••@.example.com'], ['user', 'ada•••'], ['name', 'Ana Example'], ['name', 'An••• E•••'], ['name', '李•••'], ['name', 'A••• B••• C••• D•••'], ['ip', '203.0.113.7'],
    ['ip', '203.0.0113.•'], ['ip', '256.0.1.•'], ['ip', '2001:DB8:1:•'], ['ip', '2001:0db8:1:•'], ['fingerprint', '3f9a1•••'], ['attribute', '•••'], ['attribute', '"x"'],
    ['session', 'a•••'], ['raw', ''],
  ];
  for (const [kind, text] of bad) assert.ok(!isMask(kind, encoded(text)), `${kind} ${text}`);
});

test('JSON has one spelling', () => {
  const text = '{\n  "a": [\n    1,\n    "x\\n\\u0001\\"\\\\"\n  ],\n  "10": {},\n  "9": []\n}\n';
  assert.equal(toIndented(parseJson(text)!), text, 'members keep their order');
  for (const wrong of ['{"a":1,"a":1}', '01', '-0', '1.0', '1e3', '9007199254740993', '"\\u0041"', '"\\/"', '"\\u000A"', '"\t"', '[1,]', '{"a":1}x', 'nul', '', '"\u00ff"', `${'['.repeat(9)}${']'.repeat(9)}`, '\u00ef\u00bb\u00bf{}']) {
    assert.equal(parseJson(wrong), undefined, wrong);
  }
  for (let code = 0; code < 256; ++code) {
    const quoted = jsonString(String.fromCharCode(code));
    assert.deepEqual([skipString(quoted, 0), unescape(quoted)], [quoted.length, String.fromCharCode(code)]);
  }
});

test('base64 and tokens have one spelling', () => {
  assert.deepEqual(fromBase64('AA=='), Uint8Array.of(0));
  for (const wrong of ['AB==', 'AA=', 'AA', 'A A=', 'AA==\n', '====', 'AA-_']) assert.equal(fromBase64(wrong), undefined, wrong);
  const digest = new Uint8Array(32).fill(255);
  assert.deepEqual(digestFromBase64(toBase64(digest)), digest);
  assert.equal(digestFromBase64(toBase64(new Uint8Array(31))), undefined);
  assert.equal(digestFromBase64Url(`${'_'.repeat(42)}9`), undefined);
  const token = tokenOf('email', digest, 'ana@example.com');
  const expected = createHash('sha256').update('countersign/token/v1\0email\0').update(digest).update('ana@example.com').digest('base64url');
  assert.equal(token, expected);
});

const EVENT = '{"id":"e1","time":"2026-01-31T09:30:00Z","type":"login.failed","tenant":"acme","actor":{"id":"T","role":"admin"},"device":{"asn":7,"new":true},"attributes":{"a":["A",-1,true,"x"],"b":{}}}'
  .replace('"T"', `"${'t'.repeat(43)}"`)
  .replace('"A"', `"${'a'.repeat(43)}"`);
const RECORD = `{"v":1,"log":"o/eu-1/acme","seq":7,"prev":"${toBase64(new Uint8Array(32))}","received":"2026-01-31T09:30:00.000001Z","source":"app","proof":"hmac","event":${EVENT}}`;

test('a record is read in its one spelling alone', () => {
  const view = readRecord(RECORD);
  assert.deepEqual([view.seq, view.log, view.source, view.proof, view.redacted, view.event], [7, 'o/eu-1/acme', 'app', 'hmac', '', EVENT]);
  assert.equal(readRecord(RECORD.replace('"proof":"hmac"', '"proof":"hmac","redacted":["a.b","c"]')).redacted, '["a.b","c"]');
  const seen: string[] = [];
  visitTokens(readEvent(EVENT), (kind, token) => seen.push(`${kind} ${token[0]}`));
  assert.deepEqual(seen, ['user t', 'attribute a']);
  const wrong: [string, string][] = [
    ['"v":1', '"v":2'], ['"seq":7', '"seq":07'], ['"seq":7', '"seq":-7'], ['"seq":7', '"seq": 7'], ['"seq":7', '"seq":99999999999999999999'], ['"log":"o', '"log":"\\o'], ['000001Z', '00001Z'],
    ['31T09', '32T09'], ['"proof":"hmac"', '"proof":"hmac","redacted":[]'], ['AAA=', 'AAB='], ['"source":"app",', ''], [',"event":', ', "event":'], ['"app"', '""'],
  ];
  for (const [from, to] of wrong) assert.throws(() => readRecord(RECORD.replace(from, to)), Fault, `${from} ${to}`);
  const wrongEvents: [string, string][] = [
    ['"type":"login.failed",', ''], ['"id":"e1","time":"2026-01-31T09:30:00Z"', '"time":"2026-01-31T09:30:00Z","id":"e1"'], [',"role":"admin"', ',"rule":"admin"'], ['"asn":7', '"asn":07'], ['"new":true', '"new":1'],
    ['"actor":', '"action":{},"actor":'], ['"device":{"asn":7,"new":true},', '"device":{},'], ['"b":{}', '"b":{},'], ['-1', '-0'], ['-1', '1.5'], ['}}', '}} '], ['"attributes"', '"extra"'],
  ];
  for (const [from, to] of wrongEvents) assert.throws(() => readEvent(EVENT.replace(from, to)), Fault, `${from} ${to}`);
});

test('lines are found in pieces of any size', async () => {
  const content = Array.from({ length: 300 }, (_, i) => 'x'.repeat((i * 7919) % 20_000)).join('\n') + '\n';
  const bytes = bytesOf(content);
  for (const size of [1000, 65_536, 1 << 22]) {
    const pieces = async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    };
    let text = '';
    for await (const block of blocksOf('f', pieces())) {
      assert.equal(textOf(block.bytes), block.text);
      assert.ok(block.text.endsWith('\n'));
      text += block.text;
    }
    assert.equal(text, content);
  }
  assert.deepEqual([...linesOf('a\n\nb')], ['a', '', 'b']);
  const one = async function* (bytes: Uint8Array) {
    for (let at = 0; at < bytes.length; at += 1 << 20) yield bytes.subarray(at, at + (1 << 20));
  };
  const all = async (bytes: Uint8Array) => {
    for await (const block of blocksOf('f', one(bytes))) assert.ok(block);
  };
  await assert.rejects(all(bytesOf('a\nb')), /does not end in a line feed/);
  await assert.rejects(all(new Uint8Array(6 << 20).fill(120)), /a line of over/);
});

test('scopes of disclosure are read and written', () => {
  assert.equal(rangesText(parseRanges('42-50,17,51,3-4')), '3-4,17,42-51');
  for (const text of ['', '1,', '5-4', 'x', '1-99999', `${2 ** 40}`]) assert.throws(() => parseRanges(text), Fault, text);
  assert.deepEqual(parseKinds('phone,user'), ['user', 'phone']);
  assert.throws(() => parseKinds('phone,'), Fault);
});

test('a checksum is that of zip', () => {
  const crc = new Crc32();
  crc.update(bytesOf('12345'));
  crc.update(bytesOf('6789'));
  assert.equal(crc.finish(), 0xcbf43926);
});
