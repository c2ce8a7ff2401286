// What is changed in procurement by who administers all tenants: documents, answers of the vendor's own, requests for access, bundles; and a proof that has grown old.
// Behind procurement.test.mjs, on the same appliance.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { base, close, open, portal, signedIn, stepUp, unharmed } from './support.mjs';
import { unzip } from './zip.mjs';

before(open);
after(close);

const ADMIN = 'admin@example.com';
const ANALYST = 'ada@example.com';
const AHEAD_S = 16 * 60;

const main = (one) => one.page.getByRole('main');
const button = (one, name) => main(one).getByRole('button', { name, exact: true });
const dialogue = (one, name) => one.page.getByRole('dialog', { name, exact: true });
const file = (name, text) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });
const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const ask = async (one, path) => (await one.context.request.get(`${base}${path}`)).json();

async function addDocument(one, kind, title) {
  await one.go('#/procurement/documents/new');
  await one.page.getByLabel('Kind').selectOption(kind);
  await one.page.getByLabel('Title').fill(title);
  await button(one, 'Add it').click();
  await main(one).getByText('There is no version yet: add a file.').waitFor();
}

test('title, owner, confidentiality and reminders of a document are changed', async () => {
  const one = await signedIn(ADMIN);
  await addDocument(one, 'insurance', 'Cyber insurance');
  const pair = (name) => main(one).locator('.pairs > div').filter({ has: one.page.getByText(name, { exact: true }) }).locator('dd');
  assert.equal(await pair('Owner').innerText(), 'you');
  await button(one, 'Change…').click();
  const editing = dialogue(one, 'Change the document');
  await editing.getByLabel('Title').fill('  ');
  await editing.getByLabel('Owner').fill('the <b>insurance</b> lead');
  await editing.getByLabel('Confidentiality').selectOption('public');
  await editing.getByText('Auditors see it, and everybody on the trust page, where that is on.').waitFor();
  await editing.getByLabel(/^Remind/).fill('90, soon');
  await editing.getByRole('button', { name: 'Save' }).click();
  await editing.getByText('It cannot be empty.').waitFor();
  await editing.getByText('Numbers from 1 to 730, at most ten.').waitFor();
  await one.readable('procurement-document-change');
  await editing.getByLabel('Title').fill('Insurance <i>against</i> everything');
  await editing.getByLabel(/^Remind/).fill('7, 90, 30');
  await editing.getByRole('button', { name: 'Save' }).click();
  await editing.waitFor({ state: 'detached' });
  await main(one).getByRole('heading', { name: 'Insurance <i>against</i> everything' }).waitFor();
  assert.deepEqual([await pair('Owner').innerText(), await pair('Confidentiality').innerText(), await pair('Reminders').innerText()], ['the <b>insurance</b> lead', 'Public', '90, 30, 7 days before it ends']);
  await unharmed(one, 'a document that was changed');
  // What was given up is not kept, and what is as it was is not sent.
  await button(one, 'Change…').click();
  await editing.getByRole('button', { name: 'Make me the owner' }).click();
  await editing.getByRole('button', { name: 'Cancel' }).click();
  const sent = [];
  one.page.on('request', (request) => request.method() === 'PATCH' && sent.push(request.postData()));
  await button(one, 'Change…').click();
  await editing.getByRole('button', { name: 'Save' }).click();
  await editing.waitFor({ state: 'detached' });
  await button(one, 'Change…').click();
  await editing.getByRole('button', { name: 'Make me the owner' }).click();
  await editing.getByRole('button', { name: 'Save' }).click();
  await editing.waitFor({ state: 'detached' });
  await one.page.waitForFunction(() => [...document.querySelectorAll('.pairs dd')].some((each) => each.textContent === 'you'));
  assert.deepEqual(sent.map((each) => Object.keys(JSON.parse(each))), [['owner']]);
  await one.end();
});

test('an answer of the vendor’s own is written with what evidence shows at hand, and answers a question', async () => {
  const one = await signedIn(ADMIN);
  await one.go('#/procurement/answers?tenant=vendor');
  await main(one).getByRole('link', { name: 'Add an answer of your own' }).click();
  await main(one).getByRole('heading', { level: 2, name: 'Add an answer of your own' }).waitFor();
  await one.page.getByLabel('Title', { exact: true }).fill('Data in the region');
  assert.equal(await one.page.getByLabel('Id', { exact: true }).inputValue(), 'data-in-the-region');
  await one.page.getByLabel('Topic', { exact: true }).selectOption({ label: 'Another topic' });
  await one.page.getByLabel('Name of the topic').fill('places');
  await one.page.getByLabel('Ways to ask it').fill('Is our purple ledger kept in a single place?');
  const claim = (number) => main(one).getByRole('group', { name: `Claim ${number}`, exact: true });
  const need = (number, of) => main(one).getByRole('group', { name: `Need ${number} of claim ${of}`, exact: true });
  const preview = main(one).getByRole('region', { name: 'What it would say now' });

  await claim(1).getByLabel('Text', { exact: true }).fill('It is kept in {figure.region}.');
  await preview.getByText('It cannot be said yet:').waitFor();
  await preview.getByText('claims[0].text').waitFor();
  await button(one, 'Save').click();
  await claim(1).getByText('it shows {figure.region}, which none of its needs covers').waitFor();
  assert.ok(await claim(1).getByLabel('Text', { exact: true }).evaluate((field) => field === document.activeElement), 'what is wrong is not where one is led');

  // The names of facts are offered, with how they stand; a choice brings what it most likely means.
  const offered = await one.page.locator('datalist option').evaluateAll((all) => Object.fromEntries(all.map((each) => [each.value, each.label])));
  assert.equal(offered['figure.region'], 'eu-1');
  await need(1, 1).getByLabel('Fact').fill('figure.region');
  await need(1, 1).getByText('Now: eu-1').waitFor();
  assert.equal(await need(1, 1).getByLabel('Values, one a line').inputValue(), 'eu-1');
  await need(1, 1).getByText('fits', { exact: true }).waitFor();
  await claim(1).getByText('holds now', { exact: true }).waitFor();
  await preview.getByText('It is kept in eu-1.').waitFor();
  await need(1, 1).getByLabel('Values, one a line').fill('us-1');
  await need(1, 1).getByText('does not fit', { exact: true }).waitFor();
  await preview.getByText('The evidence shows none of the claims. Missing:').waitFor();
  await preview.getByText("the figure region is 'eu-1' and would have to be 'us-1'").waitFor();

  await button(one, 'Add a claim').click();
  await claim(2).getByLabel('Answer', { exact: true }).selectOption('partial');
  await need(1, 2).getByLabel('Fact').fill('control.FACTOR-ALLOWED.state');
  assert.equal(await need(1, 2).getByLabel('Values, one a line').inputValue(), 'passed');
  await claim(2).getByLabel('Text', { exact: true }).fill('Items:');
  await claim(2).getByLabel('Put a fact into the text').selectOption('control.FACTOR-ALLOWED.items');
  assert.equal(await claim(2).getByLabel('Text', { exact: true }).inputValue(), 'Items: {control.FACTOR-ALLOWED.items}');
  await preview.getByText(/^Partially\s+Items: \d+$/).waitFor();
  await preview.getByText('control:FACTOR-ALLOWED').waitFor();
  await claim(2).getByLabel('Cite more').selectOption('figure:region');
  await preview.getByText('figure:region').waitFor();
  await button(one, 'Add a need to claim 2').click();
  await need(2, 2).getByLabel('Fact').fill('figure.no_such');
  await need(2, 2).getByText('Not known now: what needs it does not hold.').waitFor();
  await button(one, 'Save').click();
  await need(2, 2).locator('.error').waitFor();
  await one.readable('procurement-own-answer');
  await button(one, 'Remove need 2 of claim 2').click();
  await one.page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Add a need to claim 2');

  // By the evidence of another tenant it may say something else; what was typed stays.
  await preview.getByLabel('By the evidence of').selectOption('acme');
  await need(1, 2).getByText('does not fit', { exact: true }).waitFor();
  await preview.getByText('The evidence shows none of the claims. Missing:').waitFor();
  await preview.getByLabel('By the evidence of').selectOption('vendor');
  await preview.getByText(/^Partially\s+Items: \d+$/).waitFor();

  // The order of claims counts: the second one becomes the first.
  await button(one, 'Move claim 2 up').click();
  await claim(1).getByText('holds now', { exact: true }).waitFor();
  await claim(2).getByText('does not hold now', { exact: true }).waitFor();
  await button(one, 'Save').click();
  const item = main(one).locator('.library-answer').filter({ has: one.page.getByText('data-in-the-region', { exact: true }) });
  await item.getByText('the vendor’s own').waitFor();
  await item.getByText(/^Partially\s+Items: \d+$/).waitFor();
  const kept = (await ask(one, '/v1/answers?tenant=vendor')).answers.find((each) => each.id === 'data-in-the-region');
  assert.deepEqual([kept.topic, kept.claims.map((each) => each.answer), kept.claims[0].cites, kept.claims[1].needs], ['places', ['partial', 'yes'], ['figure:region'], [{ fact: 'figure.region', is: 'us-1' }]]);

  await one.go('#/procurement/questionnaires/new');
  await one.page.locator('input[type=file]').setInputFiles(file('purple.csv', 'Question,Answer\r\nIs our purple ledger kept in a single place?,\r\n'));
  await one.page.getByLabel('Tenant', { exact: true }).last().selectOption('vendor');
  await button(one, 'Add it').click();
  await main(one).getByText('Data in the region', { exact: true }).first().waitFor();
  await one.end();
});

test('an answer is changed, and removed; one that comes with the appliance is replaced, and is back', async () => {
  const one = await signedIn(ADMIN);
  await one.go('#/procurement/answers?tenant=vendor');
  const item = (id) => main(one).locator('.library-answer').filter({ has: one.page.getByText(id, { exact: true }) });
  await item('data-in-the-region').getByRole('button', { name: /^Adopt/ }).click();
  // Who is told once it is stale: a name that an account has.
  assert.equal(await dialogue(one, 'Adopt an answer').getByLabel('Owner').inputValue(), ADMIN);
  await dialogue(one, 'Adopt an answer').getByRole('button', { name: 'Adopt', exact: true }).click();
  await one.page.getByLabel('Show', { exact: true }).selectOption('adopted');
  await one.page.waitForFunction(() => document.querySelectorAll('.library-answer').length === 1);
  await one.readable('procurement-answers-admin');
  await main(one).getByRole('link', { name: 'Change “Data in the region”' }).click();
  await main(one).getByRole('heading', { level: 2, name: /^Data in the region/ }).waitFor();
  assert.equal(await one.page.getByLabel('Id', { exact: true }).count(), 0, 'an id stays');
  await one.page.getByText('Show how questions are matched').click();
  await one.page.getByLabel('What speaks against it').fill('no_such_concept');
  await button(one, 'Save').click();
  await main(one).getByText('a word with _ must be a concept, and there is none of that name').first().waitFor();
  assert.equal(await one.page.getByLabel('What speaks against it').getAttribute('aria-invalid'), 'true');
  await one.readable('procurement-own-answer-matching');
  await one.page.getByLabel('What speaks against it').fill('');
  await one.page.getByLabel('Title', { exact: true }).fill('<img src=x onerror=window.owned=1>');
  await button(one, 'Save').click();
  await item('data-in-the-region').getByText('<img src=x onerror=window.owned=1>').waitFor();
  await unharmed(one, 'the library');
  await item('data-in-the-region').getByRole('button', { name: /^Drop/ }).click();
  await dialogue(one, 'Drop').getByRole('button', { name: 'Drop', exact: true }).click();
  await item('data-in-the-region').getByText('Adopted', { exact: true }).waitFor({ state: 'detached' });
  await button(one, 'Remove “<img src=x onerror=window.owned=1>”').click();
  await dialogue(one, 'Remove the answer').getByRole('button', { name: 'Remove it' }).click();
  await item('data-in-the-region').waitFor({ state: 'detached' });

  // The one with most members, so that one that the form does not know would be lost.
  const library = (await ask(one, '/v1/answers?tenant=vendor')).answers;
  const members = (list) => new Set(list.flatMap((each) => Object.keys(each)));
  const known = ['id', 'topic', 'title', 'asks', 'keys', 'form', 'must', 'may', 'must_not', 'figures', 'part', 'exact', 'claims', 'own', 'proposal', 'adopted'];
  assert.deepEqual([...members(library)].filter((name) => !known.includes(name)), [], 'the form does not know all members of an answer');
  const built = library.reduce((most, each) => (members([each]).size > members([most]).size ? each : most));
  await item(built.id).getByRole('link', { name: /^Replace/ }).click();
  await main(one).getByText('It comes with the appliance. What you save takes its place; once yours is removed it is back.').waitFor();
  await one.page.getByLabel('Title', { exact: true }).fill('Ours on it');
  await button(one, 'Save').click();
  await item(built.id).getByText('Ours on it').waitFor();
  const { own, title, proposal, ...ours } = (await ask(one, '/v1/answers?tenant=vendor')).answers.find((each) => each.id === built.id);
  assert.deepEqual({ ...ours, own: false, title: built.title, proposal: built.proposal }, built, 'what the form does not show is lost');
  assert.deepEqual([own, title, proposal.holds], [true, 'Ours on it', built.proposal.holds]);
  await main(one).getByRole('link', { name: 'Change “Ours on it”' }).click();
  await button(one, 'Remove “Ours on it”').click();
  await dialogue(one, 'Remove the answer').getByRole('button', { name: 'Remove it' }).click();
  await item(built.id).getByText(built.title, { exact: true }).waitFor();
  await one.end();
});

test('the library is changed by who administers all tenants, and by nobody else', async () => {
  const one = await signedIn(ANALYST);
  await one.go('#/procurement/answers?tenant=vendor');
  await main(one).locator('.library-answer').first().waitFor();
  for (const name of ['Add an answer of your own', /^Change “/, /^Replace “/]) assert.equal(await main(one).getByRole('link', { name }).count(), 0, String(name));
  assert.equal(await main(one).getByRole('link', { name: 'Access requests' }).count(), 0);
  for (const place of ['answers/new', 'answers/edit/log-retention-period', 'requests']) {
    await one.go(`#/procurement/${place}?tenant=vendor`);
    await main(one).getByRole('heading', { name: 'There is no such page' }).waitFor();
  }
  await one.go('#/procurement/documents');
  await main(one).getByRole('link', { name: /^Insurance/ }).click();
  await main(one).getByRole('heading', { name: /^Insurance/ }).waitFor();
  assert.equal(await button(one, 'Change…').count(), 0);
  await one.end();
});

const part = (one, name) => one.page.getByRole('region', { name, exact: true });

async function asked(name, email, company, reason) {
  const answer = await fetch(`${base}/v1/trust/requests`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name, email, company, reason }) });
  assert.equal(answer.status, 202, await answer.text());
}

test('who asks on the trust page is let in with a link that is shown this once, refused with a reason, or deleted', async () => {
  const one = await signedIn(ADMIN);
  await one.go('#/procurement/requests');
  await main(one).getByRole('heading', { name: 'Nobody waits for an answer' }).waitFor();
  await main(one).getByText('The trust page is on, for Example <b>Corp</b>.').waitFor();
  assert.equal(await main(one).getByRole('link', { name: 'Show the page' }).getAttribute('href'), '/trust');
  await one.readable('procurement-access-none');
  const hostile = '<img src=x onerror=window.owned=1>';
  await asked('Mona Buyer', 'mona@buyer.example', 'Buyer & Sons', 'We look at vendors.');
  await asked(hostile, 'odd@buyer.example', hostile, `${hostile} \u202egnp.exe`);
  await asked('Gus Gone', 'gus@buyer.example', 'Gone', 'Not any more.');
  await asked('Ada Again', ANALYST, 'Ours', 'There is an account of this name.');
  await one.page.reload();
  const waiting = (name) => main(one).getByRole('list', { name: 'Requests that wait' }).locator(':scope > li').filter({ has: one.page.getByRole('heading', { level: 2, name, exact: true }) });
  await waiting('Mona Buyer').getByText('Buyer & Sons').waitFor();
  assert.deepEqual((await ask(one, '/v1/access-requests')).requests.map((each) => each.state), Array(4).fill('pending'));
  await waiting(hostile).getByText(hostile).first().waitFor();
  await unharmed(one, 'requests for access');
  await one.readable('procurement-access');

  await button(one, 'Approve the request of Mona Buyer').click();
  const approving = dialogue(one, 'Let somebody in');
  await approving.getByText('mona@buyer.example').waitFor();
  await approving.getByLabel('Until before').fill('2020-01-01T00:00');
  await approving.getByLabel('Access ends').fill('2020-01-01T00:00');
  await approving.getByRole('button', { name: 'Approve, and make the link' }).click();
  await approving.getByText('It must lie after the beginning.').waitFor();
  await approving.getByText('This has passed already.').waitFor();
  await one.readable('procurement-access-approve');
  const ends = `${day(9)}T12:00`;
  await approving.getByLabel('Tenant').selectOption('acme');
  for (const name of ['Until before', 'Access ends']) await approving.getByLabel(name).fill(ends);
  await approving.getByRole('button', { name: 'Approve, and make the link' }).click();
  const made = part(one, 'A link for mona@buyer.example');
  await made.getByText('Shown only now').waitFor();
  assert.ok(await made.evaluate((card) => card === document.activeElement), 'what is shown this once is not where one is led');
  assert.ok((await made.getByLabel('Link', { exact: true }).innerText()).startsWith(`${base}/invitation#`));
  await waiting('Mona Buyer').waitFor({ state: 'detached' });
  const decided = main(one).getByRole('table', { name: 'Decided' });
  await decided.getByText('Approved', { exact: true }).waitFor();
  await one.readable('procurement-access-link');
  await made.getByRole('button', { name: 'I have kept it' }).click();
  await made.waitFor({ state: 'detached' });
  assert.equal(await main(one).getByText('Mona').count(), 0, 'who asked is still shown');

  // There is an account of that name already: the appliance says so, and the request still waits.
  await button(one, 'Approve the request of Ada Again').click();
  await approving.getByRole('button', { name: 'Approve, and make the link' }).click();
  await approving.getByRole('alert').getByText(/There is an account of that name/).waitFor();
  await approving.getByRole('button', { name: 'Cancel' }).click();
  await button(one, 'Refuse the request of Ada Again').click();
  const refusing = dialogue(one, 'Refuse the request');
  await refusing.getByRole('button', { name: 'Refuse it' }).click();
  await refusing.getByText('Say why.').waitFor();
  await refusing.getByLabel('Why').fill('is here already');
  await refusing.getByRole('button', { name: 'Refuse it' }).click();
  await waiting('Ada Again').waitFor({ state: 'detached' });
  await decided.getByText('Refused', { exact: true }).waitFor();
  assert.equal(await decided.getByRole('button').count(), 0, 'what is decided cannot be deleted');
  await one.page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  await button(one, 'Delete the request of Gus Gone').click();
  await dialogue(one, 'Delete the request').getByText('Nothing of it stays here. In records stand tokens in place of who asked.').waitFor();
  await dialogue(one, 'Delete the request').getByRole('button', { name: 'Delete it' }).click();
  await waiting('Gus Gone').waitFor({ state: 'detached' });
  assert.deepEqual((await ask(one, '/v1/access-requests')).requests.map((each) => each.state).sort(), ['approved', 'pending', 'refused']);

  await decided.getByRole('link', { name: 'Show it' }).click();
  await main(one).getByRole('heading', { level: 2, name: /^mona@buyer\.example/ }).waitFor();
  const { account } = (await ask(one, '/v1/access-requests')).requests.find((each) => each.state === 'approved');
  const user = (await ask(one, '/v1/admin/users')).users.find((each) => each.id === account);
  assert.deepEqual([user.user, user.role, user.tenants, user.state, Date.parse(user.expires)], ['mona@buyer.example', 'auditor', ['acme'], 'invited', await one.page.evaluate((text) => new Date(text).getTime(), ends)]);
  await one.end();
});

test('a questionnaire goes into a bundle with the documents that its answers cite', async () => {
  const one = await signedIn(ADMIN);
  await one.go('#/procurement/documents');
  await main(one).getByRole('link', { name: /^Insurance/ }).click();
  await one.page.locator('input[type=file]').setInputFiles(file('policy.txt', 'Everything is insured.\n'));
  await button(one, 'Add the version').click();
  await main(one).getByRole('heading', { level: 3, name: 'Version 1' }).waitFor();
  await addDocument(one, 'other', 'Kept in the house');
  await one.page.locator('input[type=file]').setInputFiles(file('internal.txt', 'Nobody else reads this.\n'));
  await button(one, 'Add the version').click();
  await main(one).getByRole('heading', { level: 3, name: 'Version 1' }).waitFor();

  await one.go('#/procurement');
  await main(one).getByRole('link', { name: 'purple.csv' }).click();
  assert.ok(await button(one, 'Export with evidence bundle…').isDisabled(), 'nothing is approved, so nothing goes out');
  await button(one, 'Answer question 1 in own words').click();
  const own = dialogue(one, 'Question 1 in own words');
  await own.getByLabel('Text', { exact: true }).fill('In one, and it is insured.');
  await own.getByLabel('Cite evidence').locator('option[value="document:insurance"]').waitFor({ state: 'attached' });
  await own.getByLabel('Cite evidence').selectOption('document:insurance');
  await own.getByRole('button', { name: 'Approve these words' }).click();
  await own.waitFor({ state: 'detached' });
  await button(one, 'Export with evidence bundle…').click();
  await one.heading('Make a bundle').waitFor();
  const card = part(one, 'Documents and a questionnaire?');
  const insurance = card.getByRole('checkbox', { name: 'Insurance: Insurance <i>against</i> everything' });
  await insurance.waitFor();
  assert.ok(await insurance.isChecked(), 'what answers cite is not in it');
  assert.ok(!(await card.getByRole('checkbox', { name: 'Policy: Our NDA' }).isChecked()));
  assert.equal(await card.getByText('Kept in the house').count(), 0, 'what is internal is offered');
  assert.equal(await card.getByLabel('Questionnaire').locator('option:checked').innerText(), 'purple.csv');
  await card.getByRole('checkbox', { name: 'Policy: Our NDA' }).check();
  await one.readable('procurement-bundle-order');
  await one.page.reload();
  assert.ok(await card.getByRole('checkbox', { name: 'Policy: Our NDA' }).isChecked(), 'the address does not hold what was chosen');
  await button(one, 'Make the bundle').click();
  const details = part(one, 'What it holds');
  await details.getByText('Ready', { exact: true }).waitFor();
  await details.getByRole('link', { name: 'Insurance <i>against</i> everything' }).waitFor();
  await details.getByRole('link', { name: 'Our NDA' }).waitFor();
  await unharmed(one, 'a bundle with documents');
  await one.readable('procurement-bundle');
  const got = await one.context.request.get(`${base}/v1/tenants/vendor/bundles/${new URL(one.page.url()).hash.split('/').at(-1)}/content`);
  assert.equal(got.status(), 200);
  const names = [...unzip(await got.body())].filter(([, content]) => content.equals(Buffer.from('Everything is insured.\n'))).map(([name]) => name);
  assert.equal(names.length, 1, 'the document is not in the bundle');

  await details.getByRole('link', { name: 'purple.csv' }).click();
  await main(one).getByRole('heading', { name: 'Bundles with it' }).waitFor();
  await part(one, 'Give it back').getByText('Ready', { exact: true }).waitFor();
  await one.readable('procurement-questionnaire-bundles');
  await one.go('#/t/vendor/evidence');
  await main(one).getByText('Everything, with a report, with 2 documents, with a questionnaire').waitFor();
  await one.go(`#/t/vendor/evidence/new?documents=${'0'.repeat(32)}@7&questionnaire=${'1'.repeat(32)}`);
  // What is not there can be seen and taken out again.
  const gone = card.getByRole('checkbox', { name: /^0{32}@7, which does not hold today/ });
  await gone.click();
  await gone.waitFor({ state: 'detached' });
  await card.getByLabel('Questionnaire').locator('option:checked').filter({ hasText: /^1{32}, which is not there any more/ }).waitFor({ state: 'attached' });
  await one.end();
});

// The last one: the appliance's clock goes ahead and cannot go back.
test('a proof that has grown old is asked for anew, and what was typed goes on', async () => {
  const analyst = await signedIn(ANALYST);
  await analyst.go('#/procurement');
  await main(analyst).getByRole('link', { name: 'purple.csv' }).click();
  await button(analyst, 'Answer question 1 in own words').click();
  const own = dialogue(analyst, 'Question 1 in own words');
  await own.getByLabel('Text', { exact: true }).fill('In one place, said later.');
  const one = await signedIn(ADMIN);
  await one.go('#/procurement/answers/new?tenant=vendor');
  await one.page.getByLabel('Title', { exact: true }).fill('Said later');
  await one.page.getByLabel('Ways to ask it').fill('Is it said later?');
  await one.page.getByLabel('Text', { exact: true }).fill('Later.');

  const ahead = Buffer.alloc(8);
  ahead.writeBigInt64LE(BigInt(AHEAD_S));
  writeFileSync(portal.ahead, ahead);
  const again = (who) => dialogue(who, 'Show your second factor once more');
  await button(one, 'Save').click();
  await again(one).waitFor();
  await one.readable('procurement-step-up');
  // Given up, nothing is done and nothing is lost.
  await one.page.keyboard.press('Escape');
  await again(one).waitFor({ state: 'detached' });
  await main(one).getByRole('alert').waitFor();
  assert.equal(await one.page.getByLabel('Text', { exact: true }).inputValue(), 'Later.');
  assert.ok(!(await ask(one, '/v1/answers?tenant=vendor')).answers.some((each) => each.id === 'said-later'));
  await button(one, 'Save').click();
  await stepUp(one);
  await main(one).locator('.library-answer').filter({ has: one.page.getByText('said-later', { exact: true }) }).getByText('Later.', { exact: true }).waitFor();
  // From then on it is fresh.
  await button(one, 'Remove “Said later”').click();
  await dialogue(one, 'Remove the answer').getByRole('button', { name: 'Remove it' }).click();
  await main(one).getByText('said-later', { exact: true }).waitFor({ state: 'detached' });

  await own.getByRole('button', { name: 'Approve these words' }).click();
  await again(analyst).waitFor();
  await stepUp(analyst);
  await own.waitFor({ state: 'detached' });
  await main(analyst).getByText('In one place, said later.').waitFor();
  await one.end();
  await analyst.end();
});
