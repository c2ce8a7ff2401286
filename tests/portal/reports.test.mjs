// Controls, reports and findings: tested, narrowed down, drilled into, answered, reported, and what each role sees of it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { base, close, open, portal, reach, signedIn as come, stepUp, visit } from './support.mjs';

before(open);
after(close);

const FLOW = `reports-${process.pid}`;

const place = (one) => decodeURIComponent(new URL(one.page.url()).hash.replaceAll('+', ' '));
const button = (one, name) => one.page.getByRole('button', { name, exact: true });
const link = (one, name) => one.page.getByRole('link', { name, exact: true });
const said = (one, text) => one.page.getByText(text).first().waitFor();
const rows = (one, table) => one.page.getByRole('table', { name: table, exact: true }).getByRole('row').filter({ has: one.page.getByRole('rowheader') });
const choose = (one, label, value) => one.page.getByLabel(label, { exact: true }).selectOption(value);

/** What the appliance answers to the person herself. */
const ask = (one, path) => one.page.evaluate(async (address) => (await fetch(address)).json(), `/v1/tenants/initech/${path}`);

async function until(done, what) {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const found = await done();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(what);
}

/** Codes that were wrong, more often than a detection lets pass; the finding that it opens. */
async function guessing(one, who) {
  const events = Array.from({ length: 12 }, (_, number) => ({
    id: `${FLOW}-${who}-${number}`,
    time: new Date(Date.now() - 30_000 + number * 1000).toISOString(),
    type: 'challenge.failed',
    tenant: 'initech',
    actor: { id: `${FLOW}-${who}` },
    challenge: { id: `${FLOW}-${who}-${number}`, purpose: 'login', factor: 'sms' },
    device: { fingerprint: `${FLOW}-${who}` },
  }));
  const answer = await fetch(`${base}/v1/events`, { method: 'POST', headers: { Authorization: `Bearer ${portal.token}`, 'Content-Type': 'application/json' }, body: JSON.stringify(events) });
  const last = (await answer.json()).results.at(-1).receipt.seq;
  const found = await until(async () => (await ask(one, 'findings?control=CODE-GUESSING')).findings.find((each) => each.records.some((seq) => seq > last - 12)), 'the detection found nothing');
  return found.finding;
}

/** Waits until what has the focus says so. */
const focusOn = (one, text) => until(() => one.page.evaluate((wanted) => document.activeElement?.textContent === wanted, text), `the focus is not on '${text}'`);

test('before the first test the page says so, and who may begins one', async () => {
  const auditor = await come('tess@example.com');
  await auditor.go('#/t/initech/reports');
  await auditor.page.getByRole('heading', { name: 'The controls have not been tested here yet' }).waitFor();
  await rows(auditor, 'What is tested').first().waitFor();
  assert.equal(await button(auditor, 'Test now').count(), 0);
  await auditor.end();
  const one = await come('ria@example.com');
  await one.go('#/t/initech/reports/OTP-LIFETIME');
  await one.heading('Codes are good for ten minutes at most').waitFor();
  await said(one, 'The controls have not been tested here yet');
  await link(one, 'All controls').click();
  await rows(one, 'What is tested').first().waitFor();
  await one.readable('controls-not-tested');
  await button(one, 'Test now').click();
  await said(one, 'The controls were tested anew.');
  const { controls, records } = await ask(one, 'controls');
  assert.ok(records > 1_000);
  assert.equal(await rows(one, 'Controls').count(), controls.length);
  for (const [state, name] of [['failing', 'With exceptions'], ['passing', 'Without exceptions'], ['nothing_to_test', 'Nothing to test']]) {
    await link(one, `${controls.filter((each) => each.state === state).length} ${name}`).waitFor();
  }
  await one.readable('controls');
  // What the events say themselves, counted without the appliance.
  await rows(one, 'Controls').filter({ hasText: 'OTP-LIFETIME' }).getByText(new RegExp(`^${portal.late} of [0-9,]+$`)).waitFor();
  assert.equal(await rows(one, 'Controls').getByText('first test').count(), controls.length);
  // However long all that took: as if it had been just now, and then as if a minute had passed.
  const last = JSON.parse(readFileSync(portal.tests, 'utf8'));
  const tested = (when) => writeFileSync(portal.tests, `${JSON.stringify({ ...last, time: new Date(when).toISOString().replace('Z', '000Z') })}\n`);
  tested(Date.now());
  await button(one, 'Test now').click();
  await one.page.getByRole('alert').getByText(/The controls of this tenant were tested just now\. Try again in (a second|\d+ seconds)\.$/).waitFor();
  tested(Date.now() - 60_000);
  await one.page.reload();
  await rows(one, 'Controls').first().waitFor();
  await button(one, 'Test now').click();
  await rows(one, 'Controls').filter({ hasText: 'OTP-LIFETIME' }).getByText('as before').waitFor();
  await one.end();
});

test('the list is narrowed and arranged, the address has all of it, and the way back leads there', async () => {
  const one = await come('tess@example.com');
  await one.go('#/t/initech/reports');
  const { controls } = await ask(one, 'controls');
  await one.page.getByRole('link', { name: /^\d+ With exceptions$/ }).click();
  const failing = controls.filter((each) => each.state === 'failing').length;
  await said(one, `${failing} of ${controls.length} controls and detections`);
  assert.equal(place(one), '#/t/initech/reports?state=failing');
  assert.equal(await rows(one, 'Controls').getByText('Exceptions noted').count(), failing);
  await choose(one, 'Severity', 'high');
  await choose(one, 'Framework', 'hipaa');
  await choose(one, 'Clause', '164.312(d)');
  await choose(one, 'Order', 'id');
  await one.page.getByLabel('Find').fill('lifetime');
  await said(one, `1 of ${controls.length} controls and detections`);
  const narrowed = '#/t/initech/reports?state=failing&severity=high&framework=hipaa&clause=164.312(d)&sort=id&q=lifetime';
  assert.equal(place(one), narrowed);
  await link(one, 'Codes are good for ten minutes at most').click();
  await one.heading('Codes are good for ten minutes at most').waitFor();
  await one.page.goBack();
  await said(one, `1 of ${controls.length} controls and detections`);
  assert.equal(place(one), narrowed);
  assert.deepEqual([await one.page.getByLabel('Find').inputValue(), await one.page.getByLabel('Clause').inputValue()], ['lifetime', '164.312(d)']);
  await one.page.getByLabel('Find').fill('nothing is called so');
  await one.page.getByRole('heading', { name: 'No control fits' }).waitFor();
  await one.readable('controls-none-fits');
  await link(one, 'Show all controls').first().click();
  await said(one, `${controls.length} of ${controls.length} controls`);
  await choose(one, 'Framework', 'nist_800_63b');
  await choose(one, 'Result', 'failing');
  await choose(one, 'Arrangement', 'clause');
  await one.page.getByRole('heading', { level: 2, name: /^3\.1\.3\.2 / }).waitFor();
  const texts = await one.page.getByRole('heading', { level: 2 }).allInnerTexts();
  await one.readable('controls-by-clause');
  const other = await one.context.newPage();
  await other.goto(one.page.url());
  await other.getByRole('heading', { level: 2, name: /^3\.1\.3\.2 / }).waitFor();
  assert.deepEqual(await other.getByRole('heading', { level: 2 }).allInnerTexts(), texts);
  await one.end();
});

test('a control leads down to its exceptions, their records and its query, and management answers one', async () => {
  const one = await come('ria@example.com');
  await one.go('#/t/initech/reports/OTP-LIFETIME');
  const { control, report_sha256 } = await ask(one, 'controls/OTP-LIFETIME');
  assert.equal(control.exceptions, portal.late);
  await said(one, `Exceptions noted: ${portal.late} of ${control.population} passed challenges that were sent.`);
  await said(one, report_sha256);
  assert.equal(await rows(one, 'Exceptions').count(), portal.late);
  await said(one, 'Each bar is one test: its exceptions.');
  await one.page.getByText('The same as a table').click();
  assert.equal(await one.page.getByRole('table', { name: 'Results by test' }).getByText('Exceptions noted').count(), 2);
  await one.page.getByText('Exceptions: what breaks the rule').click();
  await one.readable('control');
  await button(one, 'Copy the query').first().click();
  const copied = await one.page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, control.queries.exceptions.sql);
  assert.equal(createHash('sha256').update(copied).digest('hex'), control.queries.exceptions.sha256);
  const exception = rows(one, 'Exceptions').first();
  await exception.getByRole('link', { name: /^Record / }).first().click();
  await one.heading(/^Event /).waitFor();
  await one.page.goBack();
  await exception.getByText('not a finding yet').waitFor();
  await exception.getByRole('button', { name: /^Answer the exception / }).click();
  const dialogue = one.page.getByRole('dialog', { name: /^Answer the exception / });
  await dialogue.getByRole('button', { name: 'Record the response' }).click();
  await dialogue.getByText('Write something first.').waitFor();
  await one.readable('control-answer');
  await dialogue.getByLabel('Response').fill('x'.repeat(1_030));
  await dialogue.getByText('6 characters too many: 1,024 at most.').waitFor();
  await dialogue.getByLabel('Response').fill('The clock of the provider\nwas wrong.');
  assert.equal(await dialogue.getByLabel('Response').inputValue(), 'The clock of the provider was wrong.');
  await dialogue.getByRole('button', { name: 'Record the response' }).click();
  await dialogue.waitFor({ state: 'detached' });
  await exception.getByText('The clock of the provider was wrong.').waitFor();
  await exception.getByText('Open', { exact: true }).waitFor();
  await exception.getByRole('link', { name: /^[0-9a-f]{8}$/ }).click();
  await said(one, 'Answered by management');
  await said(one, 'What was observed and the records are as the last test of the control found them.');
  await said(one, control.items[0].observed);
  await one.end();
});

test('a detection finds what somebody does; it is acknowledged, answered and resolved by keyboard alone', async () => {
  const one = await come('ria@example.com');
  const finding = await guessing(one, 'mallory');
  await one.go('#/t/initech/findings?control=CODE-GUESSING');
  const { records } = await ask(one, `findings/${finding}`);
  const { title } = (await one.page.evaluate(async () => (await fetch('/v1/controls')).json())).controls.find((each) => each.id === 'CODE-GUESSING');
  const { page } = one;
  await reach(one, page.locator(`a[href$="findings/${finding}"]`));
  await page.keyboard.press('Enter');
  await one.heading(title).waitFor();
  await focusOn(one, title);
  await said(one, 'Nobody has acknowledged it yet.');
  assert.equal(await page.getByRole('link', { name: /^Record \d+$/ }).count(), records.length);
  await one.readable('finding-open');
  const press = async (name) => {
    await reach(one, page.getByRole('main').getByRole('button', { name, exact: true }));
    await page.keyboard.press('Enter');
  };
  const say = async (field, text, submit) => {
    await reach(one, page.getByRole('dialog').getByLabel(field, { exact: true }));
    if (text) await page.keyboard.type(text);
    await reach(one, page.getByRole('dialog').getByRole('button', { name: submit, exact: true }));
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  await press('Answer');
  await page.getByRole('dialog', { name: 'Management’s response' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await focusOn(one, 'Answer');
  await page.evaluate(() => document.activeElement.blur());
  await press('Acknowledge');
  await one.readable('finding-acknowledge');
  await say('Note', 'calling the provider', 'Acknowledge');
  await said(one, 'It is acknowledged.');
  await focusOn(one, 'It is acknowledged.');
  assert.equal(await button(one, 'Acknowledge').count(), 0);
  await press('Answer');
  await say('Response', 'A load test of ours.', 'Record the response');
  await said(one, 'The response is recorded.');
  await press('Resolve');
  await say('Reason', 'false alarm: load test', 'Resolve');
  await said(one, 'It is resolved.');
  const life = page.getByRole('region', { name: 'Its life' }).getByRole('listitem');
  for (const [at, texts] of [['Opened', 'by the detection itself'], ['Acknowledged', 'by an analyst', 'calling the provider'], ['Answered by management', 'A load test of ours.'], ['Resolved', 'false alarm: load test']].entries()) {
    for (const text of texts) await life.nth(at).getByText(text).first().waitFor();
  }
  assert.equal(await button(one, 'Resolve').count(), 0);
  await one.readable('finding-resolved');
  // As the appliance has it, not only the page.
  const kept = await ask(one, `findings/${finding}`);
  assert.deepEqual([kept.state, kept.acknowledged.note, kept.answers[0].text, kept.resolved.reason], ['resolved', 'calling the provider', 'A load test of ours.', 'false alarm: load test']);
  await page.reload();
  await said(one, 'It is resolved. Management can still answer it.');
  await one.end();
});

test('of two who say something at once the second is told', async () => {
  const one = await come('ria@example.com');
  const finding = await guessing(one, 'trudy');
  const other = await come('admin@example.com');
  for (const each of [one, other]) {
    await each.go(`#/t/initech/findings/${finding}`);
    await button(each, 'Acknowledge').click();
    await each.page.getByRole('dialog').getByLabel('Note').fill(`by ${each === one ? 'the second' : 'the first'}`);
  }
  for (const each of [other, one]) {
    const dialogue = each.page.getByRole('dialog');
    await dialogue.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await dialogue.waitFor({ state: 'detached' });
  }
  await said(one, 'Somebody else was first. Here is the finding as it stands now.');
  await said(one, 'by the first');
  await button(one, 'Acknowledge').waitFor({ state: 'detached' });
  assert.equal(await one.page.getByText('by the second').count(), 0);
  await one.readable('finding-conflict');
  await other.end();
  await one.end();
});

test('findings are narrowed by state and control, lie in pages, and strange ones do no harm', async () => {
  const one = await come('tess@example.com');
  await one.go('#/t/initech/findings?control=KEY-ROTATION');
  await said(one, '50 findings on this page');
  await said(one, /^\d+ open, \d+ acknowledged, \d+ resolved\.$/);
  await one.readable('findings');
  const newest = await rows(one, 'Findings, the newest first').first().innerText();
  await link(one, 'Older').click();
  await said(one, '6 findings on this page');
  await focusOn(one, '6 findings on this page');
  await said(one, 'found as number 0');
  assert.match(place(one), /\?control=KEY-ROTATION&cursor=\d+$/);
  await one.page.goBack();
  await said(one, '50 findings on this page');
  assert.equal(await rows(one, 'Findings, the newest first').first().innerText(), newest);
  await choose(one, 'State', 'resolved');
  await one.page.getByRole('heading', { name: 'No finding fits' }).waitFor();
  assert.equal(place(one), '#/t/initech/findings?state=resolved&control=KEY-ROTATION');
  await one.readable('findings-none-fits');
  await choose(one, 'Control', '');
  await rows(one, 'Findings, the newest first').first().getByText('Resolved', { exact: true }).first().waitFor();
  await one.page.goBack();
  await one.page.getByRole('heading', { name: 'No finding fits' }).waitFor();
  await link(one, 'Show all findings').click();
  await said(one, '50 findings on this page');
  await one.go('#/t/initech/findings?control=ODD');
  await rows(one, 'Findings, the newest first').getByRole('link').click();
  await said(one, '\\u202e');
  await said(one, '<b>x</b>');
  await button(one, 'Show 16 more').click();
  await focusOn(one, 'Show fewer');
  assert.equal(await one.page.getByRole('link', { name: /^Record \d+$/ }).count(), 40);
  await one.readable('finding-strange');
  await one.end();
});

test('each role sees what is its own', async () => {
  const main = (one) => one.page.getByRole('navigation', { name: 'Main' });
  const auditor = await come('tess@example.com');
  await auditor.go('#/t/initech/findings?state=resolved');
  await rows(auditor, 'Findings, the newest first').first().getByRole('link').click();
  await auditor.page.getByText('false alarm: load test').waitFor();
  for (const name of ['Acknowledge', 'Answer', 'Resolve']) assert.equal(await button(auditor, name).count(), 0);
  await auditor.go('#/t/initech/reports/OTP-LIFETIME');
  await rows(auditor, 'Exceptions').first().getByText('The clock of the provider was wrong.').waitFor();
  assert.equal(await auditor.page.getByRole('button', { name: /^Answer/ }).count(), 0);
  await auditor.end();
  const privacy = await come('privacy@example.com');
  await privacy.go('#/t/initech/overview');
  await main(privacy).getByRole('link', { name: 'Controls and reports' }).click();
  await privacy.heading('Controls and reports').waitFor();
  assert.equal(await main(privacy).getByRole('link', { name: 'Findings' }).count(), 0);
  assert.equal(await button(privacy, 'Test now').count(), 0);
  await link(privacy, 'Codes are good for ten minutes at most').click();
  await rows(privacy, 'Exceptions').first().waitFor();
  assert.equal(await privacy.page.locator('a[href*="/findings"]').count(), 0);
  for (const hash of ['#/t/initech/findings', '#/t/initech/findings/0123456789abcdef']) {
    await privacy.go(hash);
    await privacy.page.getByRole('heading', { name: 'Your role does not see findings' }).waitFor();
  }
  await privacy.readable('findings-not-for-role');
  await privacy.end();
  const narrow = await come('nils@example.com');
  await narrow.go('#/t/initech/reports');
  await narrow.page.getByRole('heading', { name: 'The last test is of another period than yours' }).waitFor();
  await narrow.readable('controls-of-another-period');
  await rows(narrow, 'What is tested').getByRole('link', { name: 'Codes are good for ten minutes at most' }).click();
  await said(narrow, 'The last test is of another period than yours');
  assert.equal(await narrow.page.getByRole('table', { name: 'Exceptions' }).count(), 0);
  await link(narrow, 'Make a report').click();
  await narrow.page.getByLabel('Until', { exact: true }).fill('2031-01-01T00:00');
  await narrow.page.getByRole('alert').getByText('Your access covers ').waitFor();
  await button(narrow, 'Make the report').click();
  assert.equal(await narrow.page.getByLabel('Which period').evaluate((element) => element === document.activeElement), true, 'what is wrong takes the focus');
  await narrow.readable('report-outside-of-period');
  await choose(narrow, 'Which period', 'whole');
  await choose(narrow, 'Framework', 'hipaa');
  await narrow.page.getByLabel('JSON').check();
  await button(narrow, 'Make the report').click();
  await said(narrow, 'The report is ready.');
  await narrow.page.getByRole('table', { name: 'Controls of the report' }).waitFor();
  await narrow.end();
});

/** Saves what the page offers; its bytes. */
async function saved(one) {
  const [download] = await Promise.all([one.page.waitForEvent('download'), button(one, 'Download').click()]);
  const path = join(dirname(process.env.PORTAL), download.suggestedFilename());
  await download.saveAs(path);
  const bytes = readFileSync(path);
  await said(one, createHash('sha256').update(bytes).digest('hex'));
  return { path, bytes, name: download.suggestedFilename() };
}

test('a report is ordered, costs a second factor each, and the page that one saves shows and asks for nothing', async () => {
  const one = await come('tess@example.com');
  await one.go('#/t/initech/reports');
  await link(one, 'Make a report').click();
  await one.heading('Make a report').waitFor();
  await choose(one, 'Which period', 'last30');
  await one.page.getByRole('checkbox', { name: /^CC6\.1 / }).check();
  await said(one, /^1 of \d+ clauses$/);
  await one.readable('report-form');
  await button(one, 'Make the report').click();
  await said(one, 'The report is ready.');
  const html = await saved(one);
  assert.match(html.name, /^countersign-initech-.*\.html$/);
  const look = await visit();
  look.allowed.push('null');
  const asked = [];
  look.page.on('request', (request) => asked.push(request.url()));
  await look.page.goto(pathToFileURL(html.path).href);
  await look.page.getByRole('heading', { level: 1 }).waitFor();
  await look.page.getByText('OTP-LIFETIME').first().waitFor();
  await look.page.getByText('initech').first().waitFor();
  assert.ok((await look.page.getByRole('heading', { level: 2 }).count()) > 5);
  await look.picture('report-saved');
  assert.deepEqual(asked, [pathToFileURL(html.path).href]);
  await look.end();
  // The success of the sign-in is used up.
  await one.page.getByLabel('PDF').check();
  await said(one, 'You have changed what it covers since.');
  await button(one, 'Make the report').click();
  await one.page.getByRole('dialog', { name: 'Show your second factor once more' }).waitFor();
  await one.page.keyboard.press('Escape');
  await one.page.getByRole('alert').getByText('Show a second factor: the tenant asks for one each time.').waitFor();
  await one.readable('report-no-factor');
  await button(one, 'Make the report').click();
  await stepUp(one);
  await said(one, /\.pdf, .* made in /);
  const pdf = await saved(one);
  assert.equal(pdf.bytes.subarray(0, 5).toString(), '%PDF-');
  await one.page.getByLabel('OSCAL').check();
  await choose(one, 'Version of OSCAL', '1.1.3');
  await button(one, 'Make the report').click();
  await stepUp(one);
  await said(one, /\.oscal\.json, .* made in /);
  const oscal = JSON.parse((await saved(one)).bytes);
  assert.equal(oscal['assessment-results'].metadata['oscal-version'], '1.1.3');
  await one.end();
});

test('a report as data is looked at, with a sample that its address draws again', async () => {
  const one = await come('ria@example.com');
  await one.go('#/t/initech/reports/new?format=json');
  await button(one, 'Add a sample').click();
  await choose(one, 'Of', 'OTP-LIFETIME');
  await one.page.getByLabel('Items').fill('0');
  await button(one, 'Make the report').click();
  await said(one, 'A whole number from 1 to 10,000.');
  await said(one, 'Samples need a seed, which the auditor chooses.');
  await one.readable('report-faults');
  await one.page.getByLabel('Items').fill('4');
  await one.page.getByLabel('Seed').fill('of the auditor');
  await button(one, 'Make the report').click();
  await said(one, 'The report is ready.');
  const report = JSON.parse((await saved(one)).bytes);
  const summary = rows(one, 'Controls of the report');
  assert.equal(await summary.count(), report.controls.length);
  const late = report.controls.find((each) => each.id === 'OTP-LIFETIME');
  assert.equal(late.exceptions.count, portal.late);
  assert.ok(late.exceptions.list.some((each) => each.response?.management === 'The clock of the provider was wrong.'));
  await summary.filter({ hasText: 'OTP-LIFETIME' }).getByRole('cell', { name: String(portal.late), exact: true }).waitFor();
  await one.page.getByText(`Codes are good for ten minutes at most (${portal.late})`).click();
  assert.equal(await rows(one, 'Exceptions of OTP-LIFETIME').count(), portal.late);
  await one.page.getByText(/^OTP-LIFETIME: 4 of \d+, drawn at random$/).click();
  await one.readable('report-shown');
  const other = await one.context.newPage();
  await other.goto(one.page.url());
  await other.getByRole('button', { name: 'Make the report' }).waitFor();
  assert.deepEqual([await other.getByLabel('Seed').inputValue(), await other.getByLabel('Items').inputValue(), await other.getByLabel('JSON').isChecked()], ['of the auditor', '4', true]);
  await one.end();
});

test('one does not have to wait for a report', async () => {
  const one = await come('ria@example.com');
  await one.go('#/t/initech/reports/new');
  await one.page.route(/\/reports$/, () => {});
  await button(one, 'Make the report').click();
  await said(one, 'The report is being made.');
  await one.readable('report-waiting');
  await button(one, 'Do not wait').click();
  await said(one, 'You did not wait for it.');
  await one.end();
});

test('wrong addresses and a busy appliance are said in plain sentences', async () => {
  const one = await come('ria@example.com');
  for (const [hash, heading] of [
    ['#/t/initech/reports/NO-SUCH', 'There is no such control'],
    ['#/t/initech/reports/channel-mix', 'There is no such control'],
    ['#/t/initech/reports/%3Cb%3E%E2%80%AE', 'There is no such control'],
    ['#/t/initech/reports?clause=CC99&state=odd', 'No control fits'],
    ['#/t/initech/findings/0123456789abcdef', 'There is no such finding'],
    ['#/t/initech/findings/none', 'There is no such finding'],
    ['#/t/initech/findings/..%2F..', 'There is no such finding'],
    ['#/t/initech/findings?control=NO-SUCH', 'No finding fits'],
  ]) {
    await one.go(hash);
    await one.page.getByRole('heading', { name: heading }).waitFor();
  }
  for (const [hash, sentence] of [
    ['#/t/initech/findings?state=odd', 'State is one of opened, acknowledged and resolved.'],
    ['#/t/initech/findings?cursor=odd', 'Cursor is what `next` of an answer was.'],
    ['#/t/globex/findings', 'You may not act for that tenant.'],
    ['#/t/globex/reports', 'You may not act for that tenant.'],
  ]) {
    await one.go(hash);
    await one.page.getByRole('alert').getByText(sentence).waitFor();
  }
  await one.go('#/t/initech/findings?state=odd');
  await one.readable('findings-refused');
  await one.page.route(/\/tenants\/initech\/controls$/, (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', headers: { 'Retry-After': '2' }, json: { type: 'about:blank', status: 503, detail: 'ask again' } }));
  await one.go('#/t/initech/reports');
  await one.page.getByRole('alert').getByText('Ask again. Try again in 2 seconds.').waitFor();
  await one.readable('controls-busy');
  await one.page.unroute(/\/tenants\/initech\/controls$/);
  await button(one, 'Try again').click();
  await rows(one, 'Controls').first().waitFor();
  await one.end();
});
