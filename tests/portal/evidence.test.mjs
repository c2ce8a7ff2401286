// Evidence from the question to the checked bundle: asked for, followed, approved, downloaded, verified; and what was tampered with, refused.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { base, close, open, portal, signedIn, stepUp } from './support.mjs';
import { makeWire } from './wire.mjs';
import { unzip, zip } from './zip.mjs';

const MAKING = { timeout: 60_000 };
const VERIFIED = 0;
const WRONG = 9;
const NOT_NAMED = 20;
const folder = mkdtempSync(join(tmpdir(), 'countersign-evidence-'));

before(open);
after(async () => {
  await close();
  rmSync(folder, { recursive: true });
});

const place = (one) => decodeURIComponent(new URL(one.page.url()).hash.replaceAll('+', ' '));
const part = (one, name) => one.page.getByRole('region', { name });
const button = (one, name) => one.page.getByRole('button', { name, exact: true });
const asked = (one) => one.page.getByRole('dialog', { name: 'Show your second factor once more' });
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function countersign(...words) {
  return spawnSync(portal.countersign, words, { env: { ...process.env, COUNTERSIGN_CONFIG: portal.config }, encoding: 'utf8' });
}

/** The exit code of `countersign verify`, and what it says last. */
function verify(file, ...options) {
  const done = countersign('verify', file, ...options);
  return { code: done.status, last: done.stdout.trim().split('\n').at(-1) };
}

let kept;

/** A bundle that nobody has tampered with. */
function good() {
  if (!kept) {
    kept = join(folder, 'good.zip');
    const done = countersign('export', 'globex', '--from', '2020-01-01T00:00:00Z', '--to', '2090-01-01T00:00:00Z', '--profile', 'masked', '-o', kept);
    assert.equal(done.status, 0, done.stderr);
  }
  return kept;
}

/** A bundle as somebody else has made it of a good one. */
function altered(name, alter) {
  const files = unzip(readFileSync(good()));
  const top = [...files.keys()][0].split('/')[0];
  alter({
    files,
    path: (file) => `${top}/${file}`,
    edit: (file, change) => files.set(`${top}/${file}`, change(files.get(`${top}/${file}`))),
  });
  const out = join(folder, `${name}.zip`);
  writeFileSync(out, zip(files));
  return out;
}

/** The browser downloads by itself, where no page may write to a file. */
async function withoutPicker(one) {
  await one.page.addInitScript(() => delete globalThis.showSaveFilePicker);
  await one.page.reload();
}

/** Files that the reader chooses lie in the browser. */
async function withPicker(one) {
  await one.page.addInitScript(() => {
    globalThis.showSaveFilePicker = async ({ suggestedName }) => (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });
  });
  await one.page.reload();
}

async function fileOf(one, name) {
  const text = await one.page.evaluate(async (file) => {
    const bytes = new Uint8Array(await (await (await (await navigator.storage.getDirectory()).getFileHandle(file)).getFile()).arrayBuffer());
    let out = '';
    for (let at = 0; at < bytes.length; at += 32_768) out += String.fromCharCode(...bytes.subarray(at, at + 32_768));
    return btoa(out);
  }, name);
  return Buffer.from(text, 'base64');
}

/** Asks for a bundle with what the form shows, and waits until it is there. */
async function make(one) {
  await button(one, 'Make the bundle').click();
  await one.page.getByRole('heading', { name: 'Download' }).waitFor(MAKING);
}

async function download(one, step = async () => {}) {
  const coming = one.page.waitForEvent('download', MAKING);
  await button(one, 'Download').click();
  await step();
  const file = await coming;
  const path = join(folder, file.suggestedFilename());
  await file.saveAs(path);
  return path;
}

/** Has the browser check a file, and gives the part of the page that says what came of it. */
async function check(one, file, verdict) {
  await one.page.locator('input[type=file]').setInputFiles(file);
  const said = part(one, verdict);
  await said.waitFor(MAKING);
  return said;
}

const UNNAMED = 'Whole in itself; whose it is was not checked';
const REFUSED = 'Do not rely on this bundle';

test('a bundle is asked for with a filter and masked values, downloaded, and passes the verifier', async () => {
  const one = await signedIn('analyst@example.com');
  await one.go('#/t/acme/evidence');
  await withoutPicker(one);
  await one.page.getByRole('navigation', { name: 'Evidence' }).getByRole('link', { name: 'Make a bundle' }).click();
  await one.page.getByLabel('Last 30 days').check();
  await one.page.getByLabel('Only some of them').check();
  await one.page.getByText('A report is made of all records').waitFor();
  // What an analyst is given by default, and no more.
  assert.equal(await one.page.getByLabel('In full', { exact: true }).count(), 0);
  await one.page.getByText('gives your role “Masked” at most').waitFor();
  await one.page.getByLabel('Masked', { exact: true }).check();
  await one.page.getByLabel('Destination (optional)').fill('not a place');
  await button(one, 'Make the bundle').click();
  await one.page.getByText('Choose a value.').waitFor();
  await one.page.getByText('A region or country').waitFor();
  await one.page.waitForFunction(() => document.activeElement?.getAttribute('aria-invalid') === 'true');
  await one.readable('evidence-form-wrong');
  const condition = (number) => one.page.getByRole('group', { name: `Condition ${number}` });
  await condition(1).getByLabel('Value').selectOption('challenge.verified');
  await button(one, 'Add a condition').click();
  await condition(2).getByLabel('Field').selectOption('challenge.factor');
  await condition(2).getByLabel('Value').selectOption('sms');
  await button(one, 'Add a condition').click();
  await button(one, 'Remove condition 3').click();
  await one.page.getByLabel('Destination (optional)').fill('');
  await one.page.getByLabel('Recipient (optional)').fill('Ana of the auditors');
  const form = '#/t/acme/evidence/new?period=last_30_days&filter=type=challenge.verified\nchallenge.factor=sms&profile=masked';
  assert.equal(place(one), form);
  // The address opens the same form elsewhere, without what may name people.
  const other = await one.context.newPage();
  await other.goto(one.page.url());
  assert.equal(await other.getByRole('group', { name: 'Condition 2' }).getByLabel('Value').inputValue(), 'sms');
  assert.ok(await other.getByLabel('Masked', { exact: true }).isChecked());
  assert.equal(await other.getByLabel('Recipient (optional)').inputValue(), '');
  await other.close();
  await make(one);
  await part(one, 'What it holds').getByText('type=challenge.verified').waitFor();
  await one.readable('evidence-bundle');
  const path = await download(one);
  await one.page.getByText('The browser downloads it now, by itself').waitFor();
  assert.deepEqual([verify(path).code, verify(path, '--fingerprint', portal.fingerprint).code], [NOT_NAMED, VERIFIED]);
  const files = unzip(readFileSync(path));
  const text = (name) => [...files].find(([file]) => file.endsWith(`/${name}`))[1].toString();
  const lines = text('data/records.jsonl').trim().split('\n').map((line) => JSON.parse(line));
  const shown = lines.filter((line) => line.event);
  assert.ok(shown.length > 0 && shown.length < lines.length);
  assert.deepEqual([...new Set(shown.map((line) => `${line.event.type} ${line.event.challenge.factor}`))], ['challenge.verified sms']);
  assert.match(text('data/masked.jsonl'), /•/);
  assert.ok(![...files.values()].some((content) => /user\d+@mail\.example/.test(content.toString('latin1'))));
  assert.match(text('evidence.json'), /Ana of the auditors/);
  // The seal that is shown is the one that sha256sum gives.
  await part(one, 'Check what you got').getByText(sha256(text('tagmanifest-sha256.txt')), { exact: true }).waitFor();
  await one.page.goBack();
  await one.page.getByRole('heading', { name: 'Which period?' }).waitFor();
  assert.equal(place(one), form);
  await one.end();
});

test('a report goes into a bundle, and the page follows the making by itself', async () => {
  const one = await signedIn('auditor@example.com');
  let stage = {};
  await one.page.route(/\/bundles(\/[0-9a-f]{32})?$/, async (route) => {
    if (route.request().method() !== 'GET' || !stage) return route.continue();
    const answer = await route.fetch();
    const json = await answer.json();
    for (const bundle of json.bundles ?? [json]) {
      Object.assign(bundle, { state: 'making' }, stage);
      if (!stage.progress) delete bundle.progress;
    }
    return route.fulfill({ response: answer, json });
  });
  await one.go('#/t/acme/evidence/new?period=last_30_days');
  await withoutPicker(one);
  await one.page.getByLabel('Put a report into it').check();
  await one.page.getByLabel('Arranged by').selectOption('pci_dss');
  await one.page.getByLabel('Some of them').last().check();
  await button(one, 'Make the bundle').click();
  await one.page.getByText('Choose at least one clause').waitFor();
  await one.page.getByLabel('8.4.2', { exact: true }).check();
  await one.readable('evidence-form-report');
  await button(one, 'Make the bundle').click();
  await one.page.getByText('This one begins when those before it are done.').waitFor();
  stage = { progress: { done: 1200, total: 4000 } };
  const bar = one.page.getByLabel('1,200 of 4,000 records written');
  await bar.waitFor();
  assert.equal(await bar.evaluate((shown) => shown.value / shown.max), 0.3);
  await one.readable('evidence-making');
  stage = { progress: { done: 4000, total: 4000 } };
  await one.page.getByText('The report, the signature and packing follow').waitFor();
  await one.page.getByRole('link', { name: 'All bundles' }).click();
  await one.page.getByRole('table').getByText('Being made').first().waitFor();
  stage = undefined;
  await one.page.getByText('Being made').first().waitFor({ state: 'detached', ...MAKING });
  await one.page.getByRole('row').filter({ hasText: 'with a report' }).getByText('Ready').waitFor(MAKING);
  await one.readable('evidence-list');
  await one.page.getByRole('row').filter({ hasText: 'with a report' }).getByRole('link').click();
  await part(one, 'What it holds').getByText('8.4.2').waitFor();
  const path = await download(one);
  assert.equal(verify(path, '--fingerprint', portal.fingerprint, '--recompute').code, VERIFIED);
  assert.ok([...unzip(readFileSync(path)).keys()].some((file) => file.endsWith('data/reports/report.json')));
  await part(one, 'What it holds').getByRole('link', { name: 'Make it once more' }).click();
  assert.ok(await one.page.getByLabel('Put a report into it').isChecked());
  assert.ok(await one.page.getByLabel('8.4.2', { exact: true }).isChecked());
  await one.end();
});

test('a download that breaks off goes on from where it was, also after the page was closed', async (t) => {
  const wire = await makeWire();
  t.after(wire.end);
  const one = await signedIn('admin@example.com', { proxy: wire.proxy });
  await one.go('#/t/acme/evidence/new?period=last_30_days&profile=full');
  await withPicker(one);
  await make(one);
  const ranges = [];
  one.page.on('request', (request) => request.url().endsWith('/content') && ranges.push(request.headers().range ?? 'all'));
  const name = `countersign-acme-${place(one).split('/').at(-1).slice(0, 8)}.zip`;
  /** How much is in the file, which is what the page says, too. */
  const inFile = async (words) => {
    await one.page.getByText(words).waitFor();
    const { length } = await fileOf(one, name);
    assert.ok((await one.page.getByText(words).innerText()).includes(` ${Math.round(length / 102.4) / 10} KiB are in the file`));
    return length;
  };
  wire.most = 100_000;
  await button(one, 'Download').click();
  await one.page.getByLabel(/^[1-9][\d.]* KiB of /).waitFor();
  // Elsewhere in the portal it goes on all the same.
  await one.page.getByRole('link', { name: 'All bundles' }).click();
  await one.heading('Evidence').waitFor();
  await one.page.goBack();
  await button(one, 'Pause').click();
  const paused = await inFile(/^Paused\./);
  assert.ok(paused > 0 && paused <= 100_000);
  wire.most = 50_000;
  await button(one, 'Go on').click();
  await button(one, 'Pause').waitFor();
  await one.page.waitForFunction((before) => document.querySelector('main progress').value > before, paused);
  wire.cut();
  const broken = await inFile(/^The connection broke\./);
  assert.ok(broken > paused);
  await one.readable('evidence-broken');
  await one.page.reload();
  assert.equal(await inFile(/^Paused\./), broken);
  wire.most = Infinity;
  await button(one, 'Go on').click();
  await one.page.getByText(`Done: ${name} is on your disk.`).waitFor(MAKING);
  assert.deepEqual(ranges, ['all', `bytes=${paused}-`, `bytes=${broken}-`]);
  await one.readable('evidence-downloaded');
  const path = join(folder, name);
  writeFileSync(path, await fileOf(one, name));
  assert.equal(verify(path, '--fingerprint', portal.fingerprint).code, VERIFIED);
  await button(one, 'Check it in this browser').click();
  await part(one, UNNAMED).waitFor(MAKING);
  await one.page.goBack();
  await button(one, 'Begin anew').click();
  await button(one, 'Download').waitFor();
  await one.end();
});

test('a bundle is verified in the browser, and nothing of it is sent anywhere', async () => {
  const one = await signedIn('auditor@example.com');
  await one.go('#/t/acme/evidence/check');
  await one.page.getByText('Drop a bundle here').waitFor();
  await one.readable('check');
  const sent = [];
  one.page.on('request', (request) => !/\/assets\//.test(request.url()) && sent.push(`${request.method()} ${request.url()}`));
  const said = await check(one, good(), UNNAMED);
  const plain = portal.fingerprint.replaceAll(':', '').toLowerCase();
  await said.getByText(plain, { exact: true }).waitFor();
  // It is what one has waited for, so focus goes there.
  assert.ok(await said.getByRole('heading', { name: UNNAMED }).evaluate((heading) => heading === document.activeElement));
  assert.equal(await said.getByText(verify(good()).last).count(), 1);
  await one.readable('check-unnamed');
  const fingerprint = one.page.getByLabel('Fingerprint of the signer', { exact: true });
  const again = button(one, 'Check it again with this');
  await fingerprint.fill('5F:12');
  await again.click();
  await one.page.getByText('This file was not checked').waitFor();
  assert.equal(await fingerprint.getAttribute('aria-invalid'), 'true');
  await one.readable('check-not-checked');
  await fingerprint.fill('00'.repeat(32));
  await again.click();
  await part(one, REFUSED).waitFor(MAKING);
  await fingerprint.fill(`SHA256 Fingerprint=${portal.fingerprint}`);
  await again.click();
  await part(one, 'Verified').waitFor(MAKING);
  await one.readable('check-verified');
  const saving = one.page.waitForEvent('download');
  await button(one, 'Save the result as text').click();
  const saved = await saving;
  assert.equal(saved.suggestedFilename(), 'good.verified.txt');
  const result = readFileSync(await saved.path(), 'utf8');
  // Check by check what the verifier prints.
  for (const line of countersign('verify', good(), '--fingerprint', portal.fingerprint).stdout.trim().split('\n').filter((text) => /^(ok|-|\?|FAIL) /.test(text))) {
    assert.ok(result.includes(line), line);
  }
  assert.deepEqual(sent.filter((text) => !text.includes(' blob:')), []);
  await one.end();
});

test('a file that is dropped anywhere on the page is checked', async () => {
  const one = await signedIn('auditor@example.com');
  await one.go('#/t/acme/evidence/check');
  await one.page.getByText('Drop a bundle here').waitFor();
  const text = readFileSync(good()).toString('base64');
  const held = await one.page.evaluateHandle((bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], '\u202epiz.\u200bodd.zip'));
    return transfer;
  }, text);
  await one.page.getByRole('main').dispatchEvent('dragover', { dataTransfer: held });
  await one.page.getByRole('navigation', { name: 'Main' }).dispatchEvent('drop', { dataTransfer: held });
  await part(one, UNNAMED).waitFor(MAKING);
  await one.page.getByText('\\u202epiz.\\u200bodd.zip').first().waitFor();
  await one.end();
});

test('whatever was done to a bundle is refused, with the place of the first fault', async () => {
  const one = await signedIn('auditor@example.com');
  await one.go('#/t/acme/evidence/check');
  const lines = (content) => content.toString().split('\n');
  const seal = ({ edit, files, path }, ...names) => {
    for (const [list, of] of [['manifest-sha256.txt', names], ['tagmanifest-sha256.txt', ['manifest-sha256.txt']]]) {
      for (const name of of) edit(list, (before) => Buffer.from(before.toString().replace(new RegExp(`^[0-9a-f]{64}(?=  ${name}$)`, 'm'), sha256(files.get(path(name))))));
    }
  };
  const flip = ({ edit }) => edit('data/records.jsonl', (content) => {
    const all = lines(content);
    const out = Buffer.from(content);
    out[all.slice(0, 20).reduce((sum, line) => sum + line.length + 1, 0) + all[20].indexOf('"country":"') + 11] ^= 1;
    return out;
  });
  const faults = [
    ['a flipped byte', flip, ['File data/records.jsonl', 'Line 22 Record 21']],
    ['a removed file', ({ files, path }) => files.delete(path('data/events.csv')), ['File data/events.csv']],
    ['an added file', ({ files, path }) => files.set(path('data/extra.txt'), Buffer.from('x')), ['File data/extra.txt']],
    ['a forged record', (bundle) => {
      flip(bundle);
      seal(bundle, 'data/records.jsonl');
    }, ['Line 22 Record 21']],
    ['a record left out', (bundle) => {
      bundle.edit('data/records.jsonl', (content) => Buffer.from(lines(content).filter((_, at) => at !== 20).join('\n')));
      seal(bundle, 'data/records.jsonl');
    }, ['Line 21 Record 20']],
    ['another table', ({ edit }) => edit('data/events.csv', (content) => Buffer.from(content.toString().replace('challenge.sent', 'challenge.lost'))), ['File data/events.csv']],
    ['another signature', (bundle) => bundle.edit('tagmanifest-sha256.txt.p7s', (content) => {
      const out = Buffer.from(content);
      out[out.length - 5] ^= 1;
      return out;
    }), ['tagmanifest-sha256.txt.p7s']],
  ];
  for (const [name, alter, places] of faults) {
    const file = altered(name.replaceAll(' ', '-'), alter);
    const said = await check(one, file, REFUSED);
    await one.page.getByText(`${name.replaceAll(' ', '-')}.zip`).first().waitFor();
    const text = (await said.innerText()).replaceAll(/\s+/g, ' ');
    assert.match(text, /The first fault/, name);
    for (const wanted of places) assert.ok(text.includes(wanted), `${name}: ${wanted}: ${text}`);
    const told = verify(file);
    assert.equal(told.code, WRONG, name);
    // What OpenSSL says of it only the command line has.
    assert.ok(text.includes(told.last.replace(/: error:.*$/, '')), `${name}: ${told.last}: ${text}`);
    if (name === 'a forged record') await one.readable('check-refused');
  }
  // Not even an archive any more.
  const bytes = readFileSync(good());
  const half = join(folder, 'half.zip');
  writeFileSync(half, bytes.subarray(0, bytes.length / 2));
  await check(one, half, REFUSED);
  const words = join(folder, 'words.zip');
  writeFileSync(words, 'This is no archive.\n');
  await check(one, words, REFUSED);
  // And a good one is good still.
  await check(one, good(), UNNAMED);
  assert.equal(await part(one, REFUSED).count(), 0);
  await one.end();
});

test('a check that is stopped says nothing of the bundle, and can be begun again', async () => {
  const one = await signedIn('auditor@example.com');
  await one.page.addInitScript(() => {
    const { terminate } = Worker.prototype;
    globalThis.workersEnded = 0;
    Worker.prototype.terminate = function end() {
      ++globalThis.workersEnded;
      return terminate.call(this);
    };
  });
  await one.page.reload();
  await one.go('#/t/acme/evidence/check');
  let release;
  const released = new Promise((resolve) => (release = resolve));
  await one.context.route(/check_worker/, async (route) => {
    await released;
    await route.continue().catch(() => {});
  });
  await one.page.locator('input[type=file]').setInputFiles(good());
  await one.page.getByLabel('Reading the archive…').waitFor();
  await one.readable('check-running');
  await button(one, 'Stop').click();
  await one.page.getByText('You stopped it. Nothing is known of the bundle.').waitFor();
  // So the one that was begun cannot come back with an answer.
  assert.equal(await one.page.evaluate(() => globalThis.workersEnded), 1);
  release();
  await button(one, 'Check it').click();
  await part(one, UNNAMED).waitFor(MAKING);
  await one.end();
});

test('full values need a second person, and each look its own second factor where the tenant says so', async () => {
  const one = await signedIn('admin@example.com');
  await one.go('#/t/careful/evidence/new?period=last_30_days');
  await withoutPicker(one);
  await one.page.getByLabel('In full').check();
  await one.page.getByText('Another person has to approve it before it is made.').waitFor();
  await button(one, 'Make the bundle').click();
  await one.page.getByText('You asked for it, so somebody else has to approve it.').waitFor();
  assert.equal(await button(one, 'Approve it').count(), 0);
  await one.readable('evidence-waits-own');
  await button(one, 'Copy').first().click();
  const address = await one.page.evaluate(() => navigator.clipboard.readText());
  assert.equal(address, one.page.url());

  const second = await signedIn('second@example.com');
  await second.page.goto(address);
  await second.page.getByText('You approve that all personal values of the period are handed out.').waitFor();
  await second.readable('evidence-waits');
  // The sign-in was a success of its own, which another look uses up.
  const id = address.split('/').at(-1);
  await second.page.evaluate(() => fetch('/v1/tenants/careful/records/0/values'));
  await button(second, 'Approve it').click();
  await asked(second).waitFor();
  await second.readable('step-up');
  await second.page.keyboard.press('Escape');
  await second.page.getByRole('alert').waitFor();
  assert.equal((await (await second.context.request.get(`${base}/v1/tenants/careful/bundles/${id}`)).json()).state, 'waits');
  await button(second, 'Approve it').click();
  await stepUp(second);
  await second.page.getByRole('heading', { name: 'Download' }).waitFor(MAKING);
  await part(second, 'What it holds').getByText('Approved by').waitFor();

  // Who asked sees it without a reload.
  await one.page.getByRole('heading', { name: 'Download' }).waitFor(MAKING);
  const first = await download(one, () => stepUp(one));
  const again = await download(one, () => stepUp(one));
  assert.ok(readFileSync(first).equals(readFileSync(again)));
  assert.equal(verify(first, '--fingerprint', portal.fingerprint).code, VERIFIED);
  await button(one, 'Download').click();
  await asked(one).waitFor();
  await one.page.keyboard.press('Escape');
  await asked(one).waitFor({ state: 'detached' });
  assert.equal(await one.page.getByText('The browser downloads it now').count(), 0);

  // Where the page itself fetches it, the refusal comes on the way.
  await withPicker(second);
  await button(second, 'Download').click();
  await stepUp(second);
  await second.page.getByText(/^Done: /).waitFor(MAKING);
  await second.end();
  await one.end();
});

test('by keyboard alone: a bundle is made, downloaded and checked', async () => {
  const one = await signedIn('analyst@example.com');
  await one.go('#/t/acme/evidence');
  await withPicker(one);
  await one.heading('Evidence').waitFor();
  const { keyboard } = one.page;
  const tabTo = async (wanted) => {
    await wanted.first().waitFor(MAKING);
    for (let steps = 0; steps < 80; ++steps) {
      if (await wanted.first().evaluate((element) => element === document.activeElement)) return;
      await keyboard.press('Tab');
    }
    assert.fail(`the keyboard does not come to ${wanted}`);
  };
  await tabTo(one.page.getByRole('link', { name: 'Make a bundle' }));
  await keyboard.press('Enter');
  await tabTo(one.page.getByLabel('Last month'));
  for (let steps = 0; steps < 4; ++steps) await keyboard.press('ArrowDown');
  assert.ok(await one.page.getByLabel('Last 30 days').isChecked());
  await tabTo(one.page.getByLabel('Put a report into it'));
  await keyboard.press('Space');
  await tabTo(one.page.getByLabel(/^The question that it answers/));
  await keyboard.type('Who signed in?');
  await tabTo(button(one, 'Make the bundle'));
  await keyboard.press('Enter');
  await one.heading(/^Bundle of /).waitFor();
  await tabTo(button(one, 'Download'));
  await keyboard.press('Enter');
  await one.page.getByText(/^Done: /).waitFor(MAKING);
  await tabTo(button(one, 'Check it in this browser'));
  await keyboard.press('Enter');
  await part(one, UNNAMED).waitFor(MAKING);
  await tabTo(one.page.getByLabel('Fingerprint of the signer', { exact: true }));
  await keyboard.type(portal.fingerprint);
  await tabTo(button(one, 'Check it again with this'));
  await keyboard.press('Enter');
  await part(one, 'Verified').waitFor(MAKING);
  await one.end();
});

test('what is not there, not possible or not for one says so', async () => {
  const admin = await signedIn('admin@example.com');
  await admin.go('#/t/acme/evidence/new?period=last_30_days&filter=nonsense=x&profile=full');
  await button(admin, 'Make the bundle').click();
  await admin.page.getByText('This bundle could not be made').waitFor(MAKING);
  await admin.readable('evidence-failed');
  await admin.go('#/t/acme/evidence/new?period=last_30_days&profile=full');
  await make(admin);
  const full = place(admin);
  await admin.go('#/t/_system/evidence/new?region=eu-1&period=last_30_days');
  assert.equal(await admin.page.getByLabel('Put a report into it').count(), 0);
  await make(admin);
  assert.match(place(admin), /region=eu-1/);
  await admin.end();

  const auditor = await signedIn('auditor@example.com');
  await auditor.go('#/t/acme/evidence/nothing');
  await auditor.heading('Evidence').waitFor();
  await auditor.page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  await auditor.go(`#/t/acme/evidence/${'0'.repeat(32)}`);
  await auditor.page.getByRole('heading', { name: 'This bundle is no longer kept' }).waitFor();
  await auditor.readable('evidence-gone');
  // A bundle that shows more than she may see is not told of.
  await auditor.go(full);
  await auditor.page.getByRole('alert').waitFor();
  assert.equal(await auditor.page.getByRole('heading', { name: 'Download' }).count(), 0);
  await auditor.go('#/t/acme/evidence/new?profile=full&period=exact&from=2019-01-01T00:00:00Z&to=%3Cb%3E&filter=constructor%3Dx%0A__proto__%3D');
  await auditor.page.getByText('That reaches beyond the period').or(auditor.page.getByText('Your access covers records from')).first().waitFor();
  assert.ok(await auditor.page.getByLabel('Pseudonyms').isChecked());
  assert.equal(await auditor.page.getByLabel('Masked').count(), 0);
  await button(auditor, 'Make the bundle').click();
  await auditor.page.getByText('Give a date and a time.').waitFor();
  await auditor.page.getByText('Choose a value.').waitFor();
  assert.match(place(auditor), /evidence\/new/);
  await auditor.readable('evidence-hostile');
  await auditor.end();
});
