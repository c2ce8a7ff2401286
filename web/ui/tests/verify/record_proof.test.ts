import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, shown, toBase64 } from '../../src/verify/bytes';
import { verifyRecordProof, type RecordProof } from '../../src/verify/index';
import { nodeHash, recordHash, type Digest } from '../../src/verify/tree';
import { filesOf, PLAIN, text } from './support';

/** The proof of record `seq` of a golden bundle's three, as the appliance answers. */
function proofOf(seq: number): RecordProof {
  const files = filesOf(PLAIN);
  const lines = text(files, 'data/records.jsonl').trim().split('\n');
  const [a, b, c] = lines.map((line) => recordHash(bytesOf(line))) as [Digest, Digest, Digest];
  const path = [[b, c], [a, c], [nodeHash(a, b)]][seq]!;
  const [log, clock] = text(files, 'keys/log.vkey').split('\n') as [string, string];
  return {
    record: shown(lines[seq]!),
    hash: toBase64([a, b, c][seq]!),
    seq,
    size: 3,
    path: path.map(toBase64),
    checkpoint: shown(text(files, 'data/checkpoint')),
    keys: { log, clock },
    log: log.split('+')[0]!,
  };
}

test('a record is proven step by step, from its bytes to the signatures', async () => {
  for (const seq of [0, 1, 2]) {
    const report = await verifyRecordProof(proofOf(seq));
    assert.ok(report.proven, JSON.stringify(report));
    assert.deepEqual(report.steps.map((one) => [one.id, one.state]), [['leaf', 'passed'], ['path', 'passed'], ['root', 'passed'], ['log_signature', 'passed'], ['clock_signature', 'passed']]);
    const climb = report.steps[1]!.climb!;
    assert.deepEqual(climb.map((one) => one.side), [['right', 'right'], ['left', 'right'], ['left']][seq]);
    assert.equal(climb.at(-1)!.result, report.steps[2]!.hash);
    assert.match(report.committed!, /^20[0-9-]+T[0-9:]+\.000000Z$/);
    assert.match(report.sentence, new RegExp(`^This record, byte by byte, is number ${seq} of the log `));
  }
});

test('without the bytes it says that the hash alone is proven', async () => {
  const { record, ...proof } = proofOf(1);
  assert.ok(record);
  const report = await verifyRecordProof(proof);
  assert.deepEqual([report.proven, report.steps[0]!.state], [true, 'not_checked']);
  assert.match(report.sentence, /^A record with this hash is number 1/);
});

test('whatever is altered, the step that it breaks says so', async () => {
  const swap = (one: string) => (one.startsWith('A') ? 'B' : 'A') + one.slice(1);
  const flipped = (note: string, line: number) => note.split('\n').map((one, i) => (i === line ? one.replace(/ ([^ ]+)$/, (_, text: string) => ` ${text.slice(0, 20)}${text[20] === 'A' ? 'B' : 'A'}${text.slice(21)}`) : one)).join('\n');
  const cases: [string, (proof: RecordProof) => Partial<RecordProof>][] = [
    ['leaf', (one) => ({ record: `${one.record as string} ` })],
    ['leaf', (one) => ({ hash: swap(one.hash) })],
    ['leaf', () => ({ hash: 'nonsense' })],
    ['leaf', () => ({ seq: -1 })],
    ['leaf', () => ({ size: 1.5 })],
    ['root', (one) => ({ path: [swap(one.path[0]!), one.path[1]!] })],
    ['root', () => ({ seq: 1 })],
    ['root', (one) => ({ checkpoint: one.checkpoint, size: 4 })],
    ['path', (one) => ({ path: one.path.slice(1) })],
    ['path', (one) => ({ path: [...one.path, one.path[0]!] })],
    ['path', () => ({ path: ['nonsense', 'nonsense'] })],
    ['path', () => ({ seq: 3 })],
    ['log_signature', (one) => ({ checkpoint: flipped(one.checkpoint, 4) })],
    ['log_signature', (one) => ({ checkpoint: flipped(one.checkpoint, 5) })],
    ['log_signature', (one) => ({ checkpoint: one.checkpoint.replace('\n3\n', '\n4\n') })],
    ['log_signature', (one) => ({ keys: { log: one.keys.clock, clock: one.keys.log } })],
    ['log_signature', (one) => ({ keys: { ...one.keys, log: swap(one.keys.log) } })],
    ['log_signature', () => ({ log: 'another/eu-1/acme' })],
    ['log_signature', () => ({ checkpoint: '' })],
    ['clock_signature', (one) => ({ checkpoint: one.checkpoint.split('\n').slice(0, 5).join('\n') + '\n' })],
  ];
  for (const [id, change] of cases) {
    const proof = proofOf(0);
    const report = await verifyRecordProof({ ...proof, ...change(proof) });
    assert.equal(report.proven, false, JSON.stringify(report));
    assert.equal(report.steps.find((one) => one.state === 'failed')?.id, id, JSON.stringify(report.steps));
    assert.match(report.sentence, /not proven|Nothing is proven/);
  }
});
