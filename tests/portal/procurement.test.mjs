// Questionnaires, answers and documents: a customer's file comes in, evidence answers it, a person approves, the same file goes back; what evidence no longer
// shows stops it; and who may see what.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { base, close, open, portal, reach, signedIn, unharmed } from './support.mjs';

before(open);
after(close);

const ANALYST = 'ada@example.com';
const ADMIN = 'admin@example.com';
const SMS = 'Do you allow SMS codes as a second factor?';
const KEPT = 'How long do you keep audit logs?';
const SOC2 = 'Do you have a current SOC 2 Type II report?';
const OFFICES = 'Are firewalls installed in all of your offices?';
const SENT = `Ref,Section,Question,Response,Additional Information\r\n1,Factors,${SMS},,\r\n2,Logs,${KEPT},,\r\n3,Reports,${SOC2},,\r\n4,Network,${OFFICES},,\r\n`;
const PDF = '%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n';

const main = (one) => one.page.getByRole('main');
const button = (one, name) => main(one).getByRole('button', { name, exact: true });
const question = (one, number) => main(one).getByRole('listitem').filter({ has: one.page.getByRole('heading', { level: 3, name: new RegExp(`^Question ${number}( |$)`) }) });
const dialogue = (one, name) => one.page.getByRole('dialog', { name });
const file = (name, text) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });
const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const figure = async (one, name) => main(one).locator('.figure').filter({ hasText: name }).locator('.figure-value').innerText();

async function saved(one, press) {
  const [download] = await Promise.all([one.page.waitForEvent('download'), press()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
}

async function add(one, sent, name) {
  await one.go('#/procurement/questionnaires/new');
  await one.page.locator('input[type=file]').setInputFiles(sent);
  await one.page.getByLabel('Tenant', { exact: true }).last().selectOption('vendor');
  if (name) await one.page.getByLabel('Name', { exact: true }).fill(name);
  await button(one, 'Add it').click();
}

/** Cells of delimited text, as RFC 4180 has them. */
function cellsOf(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
    if (end === '') break;
  }
  return rows.filter((row) => row.length > 1);
}

test('nothing is there at first, and a file that is no questionnaire is refused with the reason', async () => {
  const one = await signedIn(ANALYST);
  await one.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Procurement' }).click();
  await one.heading('Questionnaires').waitFor();
  await main(one).getByRole('heading', { name: 'There is no questionnaire yet' }).waitFor();
  await one.readable('procurement-empty');
  await main(one).getByRole('link', { name: 'Add a questionnaire' }).click();
  await button(one, 'Add it').click();
  await main(one).getByText('Choose a file first.').waitFor();
  const refused = one.page.waitForResponse((answer) => answer.url().includes('/v1/questionnaires?') && answer.status() === 422);
  await add(one, file('words.json', '[]'));
  const { detail } = await (await refused).json();
  assert.ok(detail.length > 10, detail);
  await main(one).getByRole('alert').getByText(detail.slice(1)).waitFor();
  await one.readable('procurement-refused');
  await one.end();
});

test('a questionnaire is answered from evidence, approved, and given back', async () => {
  const one = await signedIn(ANALYST);
  await add(one, file('Customer.csv', SENT), 'Customer of March');
  await main(one).getByRole('heading', { level: 2, name: 'Customer of March' }).waitFor();
  await question(one, 4).getByText(OFFICES).waitFor();
  assert.deepEqual([await figure(one, 'Questions'), await figure(one, 'Approved')], ['4', '0']);
  assert.ok(await button(one, 'Export with the answers').isDisabled(), 'nothing is approved, so nothing goes out');
  // What is proposed, what it cites, and why.
  await question(one, 1).getByText('policy:access.factors').waitFor();
  assert.equal(await question(one, 1).locator('.answer-value').innerText(), 'Yes');
  await question(one, 3).getByText('The evidence does not show this answer. Missing:').waitFor();
  const why = question(one, 1).locator('summary');
  await reach(one, why);
  await one.page.keyboard.press('Enter');
  await question(one, 1).getByText(/^score \d+ %$/).first().waitFor();
  assert.ok((await question(one, 1).locator('.candidates .answer-lines li').count()) > 0, 'nothing says why');
  await one.readable('procurement-questionnaire');

  // The filter stands in the address.
  await one.page.getByLabel('Show', { exact: true }).selectOption('open');
  await question(one, 1).waitFor({ state: 'detached' });
  assert.match(one.page.url(), /state=open$/);
  await one.page.reload();
  await question(one, 4).waitFor();
  assert.equal(await question(one, 1).count(), 0);
  await one.page.getByLabel('Show', { exact: true }).selectOption('');

  await button(one, 'Approve the answer to question 1').click();
  await question(one, 1).getByText('Approved', { exact: true }).waitFor();
  assert.ok(await question(one, 1).getByRole('heading').evaluate((head) => head === document.activeElement), 'focus is lost with the button');
  await button(one, 'Approve all that are proposed…').click();
  const all = dialogue(one, 'Approve what is proposed');
  await all.getByText('One answer that the evidence shows is approved as it stands now.').waitFor();
  await all.getByRole('button', { name: 'Approve one answer' }).click();
  await question(one, 2).getByText('Approved', { exact: true }).waitFor();

  await button(one, 'Answer question 4 in own words').click();
  const own = dialogue(one, 'Question 4 in own words');
  await own.getByLabel('Answer', { exact: true }).selectOption('no');
  await own.getByLabel('Text', { exact: true }).fill('There is "one" office,\nwithout any.');
  await own.getByLabel('Cite evidence').locator('option[value="figure:region"]').waitFor({ state: 'attached' });
  await own.getByLabel('Cite evidence').selectOption('figure:region');
  await own.getByRole('button', { name: 'Do not cite figure:region' }).waitFor();
  await one.readable('procurement-own-words');
  await own.getByRole('button', { name: 'Approve these words' }).click();
  await question(one, 4).getByText('own words', { exact: true }).waitFor();
  assert.deepEqual([await figure(one, 'Approved'), await figure(one, 'Stale')], ['3', '0']);

  const given = await saved(one, () => button(one, 'Export with the answers').click());
  assert.equal(given.name, 'Customer.csv');
  await main(one).getByText('The file was exported with all approved answers.').waitFor();
  const [heads, first, second, third, fourth] = cellsOf(given.text);
  assert.deepEqual(heads, ['Ref', 'Section', 'Question', 'Response', 'Additional Information']);
  assert.deepEqual(first.slice(0, 4), ['1', 'Factors', SMS, 'Yes']);
  assert.match(first[4], /access\.factors/);
  assert.equal(second[2], KEPT);
  assert.notEqual(second[3], '');
  assert.deepEqual(third, ['3', 'Reports', SOC2, '', '']);
  assert.deepEqual(fourth.slice(0, 4), ['4', 'Network', OFFICES, 'No']);
  assert.match(fourth[4], /^There is "one" office,\nwithout any\./);
  assert.match(fourth[4], /region/);
  const original = await saved(one, () => main(one).getByRole('link', { name: 'Download the original' }).click());
  assert.equal(original.text, SENT);
  await one.end();
});

test('what evidence no longer shows is stale by itself, stops the export, and is approved anew', async () => {
  const one = await signedIn(ANALYST);
  await one.go('#/procurement');
  await main(one).getByRole('link', { name: 'Customer of March' }).click();
  await question(one, 1).waitFor();
  const policy = join(portal.folder, 'vendor.json');
  writeFileSync(policy, JSON.stringify({ access: { factors: ['totp', 'passkey'] } }));
  execFileSync(portal.countersign, ['--config', portal.config, 'tenant', 'policy', 'apply', 'vendor', policy]);
  await question(one, 1).getByText('Stale', { exact: true }).waitFor({ timeout: 60_000 });
  await question(one, 1).getByText(/policy access\.factors/).first().waitFor();
  assert.ok(await button(one, 'Export with the answers').isDisabled());
  await main(one).getByText('One approved answer is no longer shown by the evidence.').waitFor();
  await one.readable('procurement-stale');
  await main(one).getByRole('link', { name: 'Show them' }).click();
  await question(one, 2).waitFor({ state: 'detached' });
  await button(one, 'Approve the answer to question 1 anew').click();
  await question(one, 1).getByText('Approved', { exact: true }).waitFor();
  assert.equal(await question(one, 1).locator('.answer-value').innerText(), 'No');
  const given = await saved(one, () => button(one, 'Export with the answers').click());
  assert.equal(cellsOf(given.text)[1][3], 'No');
  await button(one, 'Take back the answer to question 1').click();
  await question(one, 1).getByText('Proposed', { exact: true }).waitFor();
  await one.go('#/procurement');
  const row = main(one).getByRole('row', { name: /Customer of March/ });
  await row.waitFor();
  assert.deepEqual((await row.getByRole('cell').locator('.cell-value').allInnerTexts()).slice(0, 5), ['vendor', 'its own', '4', '2', '0']);
  await one.readable('procurement-list');
  await one.end();
});

test('other columns are chosen, with what is given up told before; and it is removed', async () => {
  const one = await signedIn(ANALYST);
  await add(one, file('table.csv', `x;y;z;w\r\none;${SMS};;${OFFICES}\r\ntwo;${KEPT};;${SOC2}\r\n`));
  await question(one, 1).getByText(SMS).waitFor();
  await button(one, 'Approve the answer to question 1').click();
  await question(one, 1).getByText('Approved', { exact: true }).waitFor();
  await main(one).getByText('Show the sheet and its columns').click();
  await main(one).getByRole('region', { name: 'First rows of The table' }).getByText(OFFICES).waitFor();
  await main(one).getByRole('combobox', { name: 'Questions', exact: true }).selectOption('D');
  await main(one).getByLabel('Their numbers').selectOption('A');
  await one.readable('procurement-columns');
  await button(one, 'Read it with these columns').click();
  const sure = dialogue(one, 'Read the file anew?');
  await sure.getByText('The one answer that was approved is given up.').waitFor();
  await sure.getByRole('button', { name: 'Read it with these columns' }).click();
  await question(one, 1).getByText(OFFICES).waitFor();
  await question(one, 1).getByRole('heading', { name: 'Question 1 · one' }).waitFor();
  await main(one).getByText('A person has chosen the sheets and columns.').waitFor();
  assert.equal(await figure(one, 'Approved'), '0');
  await button(one, 'Take the columns as they were found…').click();
  await dialogue(one, 'Take the columns as they were found?').getByRole('button', { name: 'Read it as it was found' }).click();
  await question(one, 1).getByText(SMS).waitFor();
  await main(one).getByText('Sheets and columns were found by their headings. Choose others where that went wrong.').waitFor();
  assert.equal(await button(one, 'Take the columns as they were found…').count(), 0);
  await button(one, 'Remove…').click();
  await dialogue(one, 'Remove the questionnaire').getByRole('button', { name: 'Remove it for good' }).click();
  await main(one).getByRole('link', { name: 'Customer of March' }).waitFor();
  assert.equal(await main(one).getByRole('link', { name: 'table.csv' }).count(), 0);
  await one.end();
});

test('what could not be put into the file is named', async () => {
  const one = await signedIn(ANALYST);
  await add(one, portal.workbook);
  await question(one, 2).getByText(KEPT).waitFor();
  await main(one).getByText('Show 2 sheets and their columns').click();
  await main(one).getByRole('region', { name: 'Scoring', exact: true }).getByText('not read', { exact: true }).waitFor();
  await main(one).getByRole('region', { name: 'Scoring', exact: true }).getByText('hidden', { exact: true }).waitFor();
  await button(one, 'Approve all that are proposed…').click();
  await dialogue(one, 'Approve what is proposed').getByRole('button', { name: 'Approve 2 answers' }).click();
  await main(one).getByText('2 answers were approved.').waitFor();
  await saved(one, () => button(one, 'Export with the answers').click());
  // Among its choices is none for what is answered in words.
  await main(one).getByText('could not be put in as a whole: 2. Write them in by hand.').waitFor();
  await one.end();
});

test('more than a page of questions comes when it is asked for', async () => {
  const one = await signedIn(ANALYST);
  const rows = Array.from({ length: 450 }, (_, at) => `${at === 440 ? SMS : `Is rule ${at + 1} of your house written down?`},`);
  await add(one, file('many.csv', `Question,Answer\r\n${rows.join('\r\n')}\r\n`));
  await question(one, 200).waitFor();
  assert.equal(await question(one, 201).count(), 0);
  await button(one, 'Show more questions').click();
  await question(one, 400).waitFor();
  // What is searched for is found behind what is shown.
  await one.page.getByLabel('Show', { exact: true }).selectOption('proposed');
  await question(one, 441).getByText(SMS).waitFor();
  assert.equal(await main(one).locator('.question').count(), 1);
  await one.end();
});

test('strings that would run are shown as what they are', async () => {
  const one = await signedIn(ANALYST);
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
  const rows = portal.scripts.map((text) => [text, `${text} Is it so?`, ''].map(quoted).join(','));
  const name = `<img src=x onerror=window.owned=1>.csv`;
  await add(one, file(name, `Section,Question,Answer\r\n${rows.join('\r\n')}\r\n`), '<script>window.owned=1</script>');
  await question(one, portal.scripts.length).waitFor();
  await main(one).getByText('Show the sheet and its columns').click();
  await main(one).getByRole('region', { name: 'First rows of The table' }).waitFor();
  for (const summary of await main(one).locator('.question summary').all()) await summary.click();
  await unharmed(one, 'a questionnaire');
  const shown = await main(one).innerText();
  for (const text of portal.scripts) assert.ok(shown.includes(text), text);
  assert.ok(shown.includes(name));
  await button(one, 'Answer question 1 in own words').click();
  await dialogue(one, 'Question 1 in own words').getByLabel('Text', { exact: true }).fill('<img src=x onerror=window.owned=1>');
  await dialogue(one, 'Question 1 in own words').getByRole('button', { name: 'Approve these words' }).click();
  await question(one, 1).getByText('own words', { exact: true }).waitFor();
  await unharmed(one, 'own words');
  await one.go('#/procurement');
  await main(one).getByText(name).waitFor();
  await unharmed(one, 'the list of questionnaires');
  for (const text of portal.scripts.slice(0, 8)) {
    const part = encodeURIComponent(text);
    for (const hash of [`#/procurement/${part}`, `#/procurement/questionnaires/${part}?state=${part}`, `#/procurement/answers?tenant=${part}&state=${part}`, `#/procurement/answers/edit/${part}?tenant=${part}`, `#/procurement/documents/${part}`]) {
      await one.page.evaluate((to) => { location.hash = to; }, hash);
      await one.page.waitForTimeout(40);
    }
  }
  await one.page.waitForLoadState('networkidle');
  await unharmed(one, 'an address');
  await one.end();
});

test('the library says what evidence shows of a tenant, and an answer is adopted and dropped', async () => {
  const one = await signedIn(ANALYST);
  await one.go('#/procurement/answers?tenant=vendor');
  const item = main(one).locator('.library-answer').filter({ has: one.page.getByText('log-retention-period', { exact: true }) });
  await item.getByText('policy:retention.keep').waitFor();
  await main(one).getByText('The evidence does not show it. Missing:').first().waitFor();
  const told = (await (await one.context.request.get(`${base}/v1/answers?tenant=vendor`)).json()).answers;
  const held = told.filter((each) => each.proposal.holds);
  await main(one).getByText(`Answers: ${told.length}, shown by evidence: ${held.length}, adopted: 0`).waitFor();
  await item.getByRole('button', { name: /^Adopt/ }).click();
  const adopting = dialogue(one, 'Adopt an answer');
  await adopting.getByLabel('Owner').fill('the <b>security</b> lead');
  await adopting.getByLabel('Review by').fill(day(-1));
  await adopting.getByRole('button', { name: 'Adopt', exact: true }).click();
  await item.getByText('the <b>security</b> lead').waitFor();
  await item.getByText('review is due').waitFor();
  await one.page.getByLabel('Show', { exact: true }).selectOption('adopted');
  await one.page.waitForFunction(() => document.querySelectorAll('.library-answer').length === 1);
  await one.readable('procurement-answers');
  await item.getByRole('button', { name: /^Drop/ }).click();
  await dialogue(one, 'Drop').getByRole('button', { name: 'Drop', exact: true }).click();
  await main(one).getByRole('heading', { name: 'There is no such answer' }).waitFor();
  await one.end();
});

async function addDocument(one, kind, title, { confidentiality, nda = false }, sent) {
  await one.go('#/procurement/documents/new');
  await one.page.getByLabel('Kind').selectOption(kind);
  if (nda) await one.page.getByLabel('Its text is the NDA').check();
  await one.page.getByLabel('Title').fill(title);
  if (confidentiality) await one.page.getByLabel('Confidentiality').selectOption(confidentiality);
  await one.page.getByLabel(/^Remind/).fill('60, 14');
  await button(one, 'Add it').click();
  await main(one).getByText('There is no version yet: add a file.').waitFor();
  await one.page.locator('input[type=file]').setInputFiles(sent);
  await one.page.getByLabel('Issuer').fill('Example Auditors LLP');
  await one.page.getByLabel('First day').fill(day(-100));
  await one.page.getByLabel('Last day').fill(day(9));
  await button(one, 'Add the version').click();
  await main(one).getByRole('heading', { level: 3, name: 'Version 1' }).waitFor();
}

test('a document is added, answers a question, is downloaded and withdrawn', async () => {
  const one = await signedIn(ADMIN);
  await one.go('#/procurement/documents');
  await main(one).getByRole('heading', { name: 'There is no document yet' }).waitFor();
  await addDocument(one, 'soc2-type2', 'SOC 2 report <b>2026</b>', { confidentiality: 'nda' }, file('soc2.pdf', PDF));
  const got = await saved(one, () => main(one).getByRole('link', { name: 'Download version 1' }).click());
  assert.equal(got.text, PDF);
  await unharmed(one, 'a document');
  await one.readable('procurement-document');
  await one.page.locator('input[type=file]').setInputFiles(file('page.html', '<html><script>window.owned=1</script></html>'));
  await button(one, 'Add the version').click();
  await main(one).getByRole('alert').waitFor();
  await addDocument(one, 'policy', 'Our NDA', { nda: true }, file('nda.txt', 'You keep it to yourself, <b>really</b>.\n'));
  await one.go('#/procurement/documents');
  const row = main(one).getByRole('row', { name: /SOC 2 report/ });
  await row.getByText('Valid', { exact: true }).waitFor();
  await row.getByText('10 days left').waitFor();
  await one.readable('procurement-documents');

  await one.go('#/procurement');
  await main(one).getByRole('link', { name: 'Customer of March' }).click();
  await question(one, 3).getByText('document:soc2-type2').waitFor();
  await one.end();
});

test('an auditor reads the NDA, accepts it, and sees what was behind it', async () => {
  const one = await signedIn('auditor@example.com');
  await one.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Documents' }).click();
  await one.heading('Documents').waitFor();
  await main(one).getByText('One document is shown to those who have accepted the NDA.').waitFor();
  assert.equal(await main(one).getByText('SOC 2 report').count(), 0);
  await button(one, 'Read the NDA').click();
  const nda = dialogue(one, 'Non-disclosure agreement');
  await nda.getByText('You keep it to yourself, <b>really</b>.').waitFor();
  await one.readable('procurement-nda');
  await nda.getByRole('button', { name: 'I accept it' }).click();
  await main(one).getByRole('link', { name: /SOC 2 report/ }).click();
  const got = await saved(one, () => main(one).getByRole('link', { name: 'Download version 1' }).click());
  assert.equal(got.text, PDF);
  for (const name of ['Withdraw version 1', 'Add the version']) assert.equal(await button(one, name).count(), 0, name);
  await unharmed(one, 'a document of an auditor');
  await one.end();
});

test('a version is withdrawn with a reason', async () => {
  const one = await signedIn(ADMIN);
  await one.go('#/procurement/documents');
  await main(one).getByRole('link', { name: /SOC 2 report/ }).click();
  await button(one, 'Withdraw version 1').click();
  const withdrawing = dialogue(one, 'Withdraw version 1');
  await withdrawing.getByRole('button', { name: 'Withdraw it' }).click();
  await withdrawing.getByText('Say why.').waitFor();
  await withdrawing.getByLabel('Reason').fill('the report of another company');
  await withdrawing.getByLabel('Remove the file, too').check();
  await withdrawing.getByRole('button', { name: 'Withdraw it' }).click();
  await main(one).getByText('the report of another company').waitFor();
  await main(one).getByText('the file was removed').waitFor();
  assert.equal(await main(one).getByRole('link', { name: 'Download version 1' }).count(), 0);
  await main(one).getByText('No version', { exact: true }).waitFor();
  await one.end();
});

test('questionnaires and answers are for those who act for all tenants, documents for everybody', async () => {
  for (const name of ['clerk@example.com', 'analyst@example.com', 'privacy@example.com']) {
    const one = await signedIn(name);
    const places = one.page.getByRole('navigation', { name: 'Main' });
    assert.equal(await places.getByRole('link', { name: 'Procurement' }).count(), 0, name);
    for (const part of ['questionnaires', 'questionnaires/new', 'answers', 'answers/new', 'documents/new', 'requests']) {
      await one.go(`#/procurement/${part}`);
      await main(one).getByRole('heading', { name: 'There is no such page' }).waitFor();
    }
    await places.getByRole('link', { name: 'Documents' }).click();
    await main(one).getByRole('link', { name: /Our NDA/ }).waitFor();
    assert.equal(await main(one).getByRole('link', { name: 'Add a document' }).count(), 0, name);
    await one.end();
  }
});
