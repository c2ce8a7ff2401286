import { sha256 } from '@noble/hashes/sha2.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, toHex } from '../../src/verify/bytes';
import { verifyBundle } from '../../src/verify/index';
import { VendorRecord } from '../../src/verify/vendor';
import { check, data, edit, editLines, failures, filesOf, pack, reseal, resealed, text, type Files } from './support';

const GOLDEN = 'bundle-vendor/vendor.zip';
const DOCUMENTS = 'data/documents/documents.json';
const QUESTIONNAIRE = 'data/questionnaire/questionnaire.json';
const RECORDS = 'data/vendor/system.jsonl';
const NOT_EXPORTED = 'no record that is here says that data/questionnaire/answered.xlsx went out with these answers and these facts';

const remove = (files: Files, begin: string) => [...files.keys()].filter((name) => name.startsWith(begin)).forEach((name) => files.delete(name));
const pathOf = (files: Files) => /data\/documents\/[0-9a-f]{64}\.pdf/.exec(text(files, DOCUMENTS))![0];

test('documents and a questionnaire are proven by records of the vendor’s home region', async () => {
  const report = await verifyBundle(new Blob([data(GOLDEN)]));
  assert.equal(report.verdict, 'intact_but_identity_not_checked', JSON.stringify(report.checks, null, 1));
  assert.match(check(report, 'vendor_records').sentence, /^The records of log\.example\.com\/eu-1\/_system that tell of documents and questionnaires stand in it/);
  assert.match(check(report, 'documents').sentence, /^Each of the 2 documents is, byte by byte, .* 1 held by these days, 1 did no longer and 0 did not yet\./);
  assert.equal(check(report, 'questionnaire').state, 'passed');
  assert.equal(check(report, 'answers').sentence, 'Each of the 3 answers is, word by word, one that was approved, by a record of the system log.');
  assert.equal(report.checks.find((one) => one.name === 'cited_controls'), undefined);
});

test('what was altered is found, by its check, and its file is named', async () => {
  const cases: [string, string, RegExp | string, (files: Files) => void][] = [
    ['a title', 'documents', /the title or the confidentiality of/, (files) => edit(files, DOCUMENTS, (one) => one.replace('SOC 2 Type II', 'SOC 3'))],
    ['a longer time', 'documents', /the days between which/, (files) => edit(files, DOCUMENTS, (one) => one.replace(/"valid_until": "2027/, '"valid_until": "2037'))],
    ['no first day', 'documents', /the days between which/, (files) => edit(files, DOCUMENTS, (one) => one.replace(/"valid_from": "[-0-9]+"/, '"valid_from": null'))],
    ['an issuer', 'documents', /the issuer of/, (files) => edit(files, DOCUMENTS, (one) => one.replace('Example Auditors', 'Better Auditors'))],
    ['another spelling', 'documents', /spelled as they must be/, (files) => edit(files, DOCUMENTS, (one) => one.replace('"version": 1', '"version":  1'))],
    ['a path that leads elsewhere', 'documents', /spelled as they must be/, (files) => edit(files, DOCUMENTS, (one) => one.replace(/\.pdf"/, '.pdf/../x"'))],
    ['other bytes', 'documents', /is not the file that data\/documents\/documents\.json names/, (files) => files.set(pathOf(files), bytesOf('other'))],
    ['a document taken out', 'documents', /is missing: it was taken out$/, (files) => files.delete(pathOf(files))],
    ['a document added', 'documents', /more\.pdf was added/, (files) => files.set('data/documents/more.pdf', bytesOf('more'))],
    ['the list taken out', 'documents', `${DOCUMENTS} is missing: it was taken out.`, (files) => files.delete(DOCUMENTS)],
    ['all documents taken out', 'vendor_records', /holds a record that does not belong there/, (files) => remove(files, 'data/documents/')],
    ['an answer', 'questionnaire', NOT_EXPORTED, (files) => edit(files, QUESTIONNAIRE, (one) => one.replace('By each of them', 'By most of them'))],
    ['what an answer cites', 'questionnaire', NOT_EXPORTED, (files) => edit(files, QUESTIONNAIRE, (one) => one.replace(/("citations": \[\n\s+")document/, '$1control'))],
    ['an answer’s place', 'answers', 'the answer to question 1 is not one that a record approves', (files) => edit(files, QUESTIONNAIRE, (one) => one.replace('"index": 0', '"index": 1'))],
    ['the hash of facts', 'questionnaire', /spelled as they must be/, (files) => edit(files, QUESTIONNAIRE, (one) => one.replace(/("facts": \{\n\s+"sha256": ")./, '$1x'))],
    ['another tenant', 'questionnaire', /about another tenant/, (files) => edit(files, QUESTIONNAIRE, (one) => one.replace('"tenant": "acme"', '"tenant": "globex"'))],
    ['another answered file', 'questionnaire', /answered\.xlsx is not the file/, (files) => files.set('data/questionnaire/answered.xlsx', bytesOf('PK'))],
    ['a record', 'vendor_records', /is not in the system log: it was altered$/, (files) => edit(files, RECORDS, (one) => one.replace('"add version"', '"add versiom"'))],
    ['a record taken out', 'vendor_records', /not in the order of the system log$/, (files) => editLines(files, RECORDS, (lines) => lines.slice(1))],
    ['the keys of the region', 'vendor_records', 'data/vendor/log.vkey is missing', (files) => files.delete('data/vendor/log.vkey')],
    ['the tenant’s keys for them', 'vendor_records', 'data/vendor/log.vkey holds a key of another log', (files) => files.set('data/vendor/log.vkey', files.get('keys/log.vkey')!)],
    ['a file that nothing needs', 'vendor_records', 'data/vendor/more was added: nothing needs it', (files) => files.set('data/vendor/more', bytesOf('more'))],
  ];
  for (const [what, name, sentence, change] of cases) {
    const files = filesOf(GOLDEN);
    change(files);
    const found = check(await resealed(files, name), name);
    if (typeof sentence === 'string') assert.equal(found.sentence, sentence, what);
    else assert.match(found.sentence, sentence, what);
    assert.ok(found.place?.file?.startsWith('data/'), `${what}: ${JSON.stringify(found.place)}`);
  }
});

test('another document with a statement that fits is not what was recorded', async () => {
  const files = filesOf(GOLDEN);
  const path = pathOf(files);
  const other = bytesOf('%PDF-1.7 of an impostor');
  edit(files, DOCUMENTS, (one) =>
    one
      .replaceAll(path.slice(15, 79), toHex(sha256(other)))
      .replace(/"bytes": [0-9]+/, `"bytes": ${other.length}`),
  );
  files.delete(path);
  files.set(pathOf(files), other);
  assert.match(check(await resealed(files, 'documents'), 'documents').sentence, /is not what was recorded when it was added: that had the SHA-256 value [0-9a-f]{64}$/);
});

test('without all of it nothing is said of it, and records alone are missed', async () => {
  const files = filesOf(GOLDEN);
  remove(files, 'data/documents/');
  remove(files, 'data/questionnaire/');
  assert.match(check(await resealed(files, 'vendor_records'), 'vendor_records').sentence, /but there are none: they were taken out\.$/);
  remove(files, 'data/vendor/');
  const report = await verifyBundle(pack(reseal(files)));
  assert.deepEqual(failures(report), []);
  assert.ok(!report.checks.some((one) => ['vendor_records', 'documents', 'questionnaire', 'answers'].includes(one.name)));
});

test('answers of before are the operator’s statement', async () => {
  const files = filesOf(GOLDEN);
  edit(files, QUESTIONNAIRE, (one) => one.replace(/"approved": \{[^}]*"size": 2,[^}]*\}/, '"approved": null'));
  assert.match(check(await resealed(files, 'vendor_records'), 'vendor_records').sentence, /does not belong there/, 'no answer is of that record');
  const at = text(files, RECORDS).split('\n').findIndex((line) => line.includes('"type":"answer.approved"') && line.includes('answers=2 '));
  editLines(files, RECORDS, (lines) => lines.filter((_, i) => i !== at));
  edit(files, 'data/vendor/system.proofs.json', (one) => {
    const proofs = JSON.parse(one) as { records: unknown[] };
    proofs.records.splice(at, 1);
    return `${JSON.stringify(proofs, null, 2)}\n`;
  });
  const report = await verifyBundle(pack(reseal(files)));
  assert.deepEqual(failures(report), []);
  assert.equal(check(report, 'answers').state, 'not_claimed');
  assert.match(check(report, 'answers').sentence, /^Of 3 answers, 2 are, word by word, ones that were approved/);
});

test('controls that answers cite are compared with the report', async () => {
  for (const [outcome, state] of [['no_exceptions', 'passed'], ['exceptions', 'not_claimed'], ['nothing_to_test', 'not_claimed']] as const) {
    const files = filesOf(GOLDEN);
    files.set('data/reports/report.json', bytesOf(JSON.stringify({ controls: [{ id: 'OTP-SINGLE-USE', outcome }, { id: 'OTHER', outcome: 'exceptions' }] })));
    const report = await verifyBundle(pack(reseal(files)));
    assert.deepEqual(failures(report), []);
    assert.equal(check(report, 'cited_controls').state, state);
  }
  for (const report of ['{', '{"controls":7}', '{"controls":[]}']) {
    const files = filesOf(GOLDEN);
    files.set('data/reports/report.json', bytesOf(report));
    assert.ok(!(await verifyBundle(pack(reseal(files)))).checks.some((one) => one.name === 'cited_controls'), report);
  }
});

test('words end where a title or an issuer begins', () => {
  const record = new VendorRecord(1, 'document.added', 'x', 'sha256=ab bytes=7 title=A title=B sha256=cd');
  assert.deepEqual(['sha256', 'bytes', 'byte', 'title'].map((name) => record.word(name)), ['ab', '7', '', '']);
  assert.deepEqual(['title', 'issuer'].map((name) => record.tail(name)), ['A title=B sha256=cd', '']);
  assert.equal(new VendorRecord(1, '', '', 'title=x sha256=cd').word('sha256'), '');
});
