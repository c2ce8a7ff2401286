// Policy and administration: read by everybody, changed by administrators, tried out, reviewed by a second one; sources, people, tokens and the appliance itself.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { base, close, open, portal, reach, signedIn as come, totp, visit } from './support.mjs';

before(open);
after(close);

const AHEAD_S = 16 * 60;
const ASKED = 'Show your second factor once more';

const place = (one) => decodeURIComponent(new URL(one.page.url()).hash.replaceAll('+', ' '));
const button = (one, name) => one.page.getByRole('button', { name, exact: true });
const link = (one, name) => one.page.getByRole('link', { name, exact: true });
const field = (one, name) => one.page.getByLabel(name, { exact: true });
const part = (one, name) => one.page.getByRole('region', { name, exact: true });
const dialogue = (one, name) => one.page.getByRole('dialog', { name, exact: true });
const said = (one, text) => one.page.getByText(text).first().waitFor();
const table = (one, name) => one.page.getByRole('table', { name, exact: true });
const row = (one, name, text) => table(one, name).getByRole('row').filter({ has: one.page.getByRole('rowheader', { name: text }) });
const title = (one, name) => one.page.getByRole('heading', { level: 2, name });

/** What the appliance answers to the person herself. */
const ask = (one, path) => one.page.evaluate(async (address) => (await fetch(address)).json(), path);

async function until(done, what) {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(what);
}

async function send(token, ...events) {
  const whole = events.map((each) => ({ id: `admin-${process.pid}-${Math.random()}`, time: new Date().toISOString(), type: 'source.heartbeat', tenant: 'acme', ...each }));
  const answer = await fetch(`${base}/v1/events`, { method: 'POST', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: JSON.stringify(whole) });
  return { status: answer.status, ...(await answer.json()) };
}

/** Once the focus is on the heading of the screen, because what had it is gone. */
const headed = (one) => one.page.waitForFunction(() => document.activeElement?.tagName === 'H1');

/** Opens a dialogue that asks, sees that it is readable, gives it up once, and then says yes. */
async function confirm(one, opens, name, yes, what) {
  await button(one, opens).click();
  if (what) await one.readable(what);
  await dialogue(one, name).getByRole('button', { name: 'Cancel' }).click();
  await dialogue(one, name).waitFor({ state: 'detached' });
  await button(one, opens).click();
  await dialogue(one, name).getByRole('button', { name: yes, exact: true }).click();
  await dialogue(one, name).waitFor({ state: 'detached' });
}

/** What is shown this once, in the part of the page that says so. */
async function shownOnce(one, name, label) {
  await part(one, name).waitFor();
  return (await part(one, name).getByLabel(label, { exact: true }).textContent()).trim();
}

/** Whether a text stands anywhere where somebody could find it later. */
const isKept = (one, text) =>
  one.page.evaluate((secret) => [document.documentElement.innerHTML, location.href, JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), JSON.stringify(history.state)].some((each) => each?.includes(secret)), text);

// --- Policy

test('everybody reads the policy, and who is no administrator can change nothing and sees nothing of administration', async () => {
  for (const name of ['auditor@example.com', 'analyst@example.com', 'privacy@example.com']) {
    const one = await come(name);
    await one.go('#/t/acme/policy');
    await said(one, 'You see the policy. Administrators of the tenant change it.');
    await part(one, 'Second factors').getByText('Failures until a lock-out').waitFor();
    const parts = one.page.getByRole('navigation', { name: 'Parts of the policy' });
    assert.deepEqual(await parts.getByRole('link').allInnerTexts(), ['Second factors', 'Personal values', 'Not personal', 'Controls', 'Retention', 'History']);
    for (const section of ['Second factors', 'Personal values', 'Not personal', 'Retention']) {
      await parts.getByRole('link', { name: section }).click();
      await part(one, section).waitFor();
      for (const role of ['textbox', 'checkbox', 'combobox', 'button']) assert.equal(await part(one, section).getByRole(role).count(), 0, `${section}: ${role}`);
      if (name.startsWith('auditor') && section !== 'Not personal') await one.readable(`policy-read-${section.replace(' ', '-').toLowerCase()}`);
    }
    await parts.getByRole('link', { name: 'History' }).click();
    await title(one, 'The policy was never changed').waitFor();
    await one.go('#/t/acme/policy/review');
    await part(one, 'Second factors').waitFor();
    assert.equal(await one.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Administration' }).count(), 0);
    await one.go('#/admin/users');
    await one.heading('There is no such page').waitFor();
    await one.end();
  }
});

test('by keyboard alone a policy is changed, tried out on the last month, saved, and found in the history', async () => {
  const one = await come('admin@example.com');
  await one.go('#/t/acme/policy');
  await one.heading('Policy').waitFor();
  await one.readable('policy-factors');
  await reach(one, field(one, 'SMS'));
  await one.page.keyboard.press('Space');
  await reach(one, field(one, 'Failures until a lock-out'));
  await one.page.keyboard.press('ControlOrMeta+A');
  await one.page.keyboard.type('3');
  await part(one, 'Changes that are not saved').getByText('2 changes are not saved.').waitFor();
  await one.readable('policy-changed');
  await reach(one, part(one, 'Changes that are not saved').getByRole('link', { name: 'Review and save' }));
  await one.page.keyboard.press('Enter');
  const changes = 'What you are about to change';
  await row(one, changes, 'Failures until a lock-out').getByRole('cell', { name: '3', exact: true }).waitFor();
  await row(one, changes, 'Factors that may serve').getByText('removed').waitFor();
  assert.equal(await table(one, changes).getByRole('rowheader').count(), 2);
  await reach(one, button(one, 'Try it'));
  await one.page.keyboard.press('Enter');
  await said(one, / exceptions more, /);
  // What the events say themselves, counted without the appliance.
  const allowed = one.page.locator('section').filter({ has: one.page.getByRole('heading', { level: 3, name: /FACTOR-ALLOWED/ }) });
  await allowed.getByText(`+${portal.sms}`, { exact: true }).waitFor();
  const more = allowed.locator('summary');
  await reach(one, more);
  assert.equal(await more.innerText(), `${portal.sms} would be flagged as well`);
  await one.page.keyboard.press('Enter');
  await allowed.getByRole('link', { name: /^Record / }).first().waitFor();
  await one.readable('policy-review');
  assert.notEqual((await ask(one, '/v1/tenants/acme/policy')).access.lockout.attempts, 3);
  await reach(one, button(one, 'Save the policy'));
  await one.page.keyboard.press('Enter');
  await title(one, 'The policy is saved and in force.').waitFor();
  await headed(one);
  await one.readable('policy-saved');
  const policy = await ask(one, '/v1/tenants/acme/policy');
  assert.deepEqual([policy.access.lockout.attempts, policy.access.factors.includes('sms')], [3, false]);
  await reach(one, link(one, 'Show it in the history'));
  await one.page.keyboard.press('Enter');
  await title(one, 'Version 1').waitFor();
  await said(one, 'by you');
  await said(one, 'Another administrator has to review your own change.');
  await one.end();
});

test('a record that a preview names is opened, and the way back leads to the draft', async () => {
  const one = await come('second@example.com');
  await one.go('#/t/acme/policy');
  await field(one, 'E-mail').uncheck();
  await one.go('#/t/acme/policy/controls?find=OTP-LIFETIME');
  await said(one, /^1 of [0-9]+ controls and detections/);
  const longest = field(one, 'How long after it was sent a code may be passed at the latest');
  await longest.fill('60');
  await one.readable('policy-controls-found');
  await part(one, 'Changes that are not saved').getByRole('link', { name: 'Review and save' }).click();
  await button(one, 'Try it').click();
  await one.page.locator('summary').filter({ hasText: 'would be flagged as well' }).first().click();
  const record = one.page.getByRole('link', { name: /^Record / }).first();
  const [, seq] = /Record (.*)/.exec(await record.innerText());
  await record.click();
  await one.heading(`Event ${seq}`).waitFor();
  await one.page.goBack();
  await row(one, 'What you are about to change', 'Factors that may serve').waitFor();
  await one.page.goBack();
  assert.equal(place(one), '#/t/acme/policy/controls?find=OTP-LIFETIME');
  assert.equal(await longest.inputValue(), '60');
  await button(one, 'Discard').click();
  await dialogue(one, 'Discard all changes?').waitFor();
  await one.readable('policy-discard');
  await dialogue(one, 'Discard all changes?').getByRole('button', { name: 'Discard them' }).click();
  await part(one, 'Changes that are not saved').waitFor({ state: 'detached' });
  await headed(one);
  assert.equal(await longest.inputValue(), '600');
  await one.end();
});

test('nothing that was typed is lost, and what is wrong is said where it is', async () => {
  const one = await come('admin@example.com');
  await one.go('#/t/globex/policy');
  await field(one, 'How long a step-up is good').fill('soon');
  await said(one, 'Write a whole number.');
  assert.equal(await field(one, 'How long a step-up is good').getAttribute('aria-invalid'), 'true');
  const parts = one.page.getByRole('navigation', { name: 'Parts of the policy' });
  await parts.getByRole('link', { name: 'Personal values' }).click();
  await field(one, 'Auditors').selectOption('Masked values');
  await one.readable('policy-sharing');
  await parts.getByRole('link', { name: 'Not personal' }).click();
  await field(one, 'Attributes that are not personal').fill('plan\norder.currency');
  await said(one, 'can never be erased, also not at a person’s request');
  await one.readable('policy-attributes');
  await parts.getByRole('link', { name: 'Retention' }).click();
  await field(one, 'Rule').selectOption('HIPAA');
  await button(one, 'Add a type').click();
  await one.page.getByRole('group', { name: 'Line 1' }).getByLabel('Type of event').fill('login.failed');
  await one.readable('policy-retention');
  await parts.getByRole('link', { name: 'Controls' }).click();
  await one.readable('policy-controls');
  await field(one, 'Find a control').fill('nothing is called so');
  await title(one, 'No control fits').waitFor();
  await button(one, 'Show all').click();
  await field(one, 'Only those that differ from the default').check();
  assert.equal(place(one), '#/t/globex/policy/controls?differing=1');
  await parts.getByRole('link', { name: /^Review and save/ }).click();
  await said(one, 'Put these right first');
  assert.equal(await button(one, 'Save the policy').count(), 0);
  await one.readable('policy-faults');
  // The browser asks before it leaves; and what was typed is there again all the same.
  one.page.removeAllListeners('dialog');
  const [asks] = await Promise.all([one.page.waitForEvent('dialog').then(async (each) => (await each.accept(), each)), one.page.reload()]);
  assert.equal(asks.type(), 'beforeunload');
  await said(one, 'Put these right first');
  await link(one, 'How long a step-up is good').click();
  assert.equal(await field(one, 'How long a step-up is good').inputValue(), 'soon');
  await button(one, 'Undo: How long a step-up is good').click();
  assert.match(await field(one, 'How long a step-up is good').inputValue(), /^\d+$/);
  await parts.getByRole('link', { name: /^Review and save/ }).click();
  await row(one, 'What you are about to change', 'Personal values: Auditors').getByText('Masked values').waitFor();
  await row(one, 'What you are about to change', 'Types that are kept otherwise').getByText('login.failed').waitFor();
  await button(one, 'Save the policy').click();
  await title(one, 'The policy is saved and in force.').waitFor();
  const policy = await ask(one, '/v1/tenants/globex/policy');
  assert.deepEqual([policy.sharing.auditor, policy.retention.rule, policy.attributes.not_personal, policy.retention.types.map((each) => each.types)], ['masked', 'hipaa', ['order.currency', 'plan'], ['login.failed']]);
  await one.end();
});

test('what a second administrator has saved meanwhile is shown, and neither change is lost', async () => {
  const one = await come('admin@example.com');
  const other = await come('second@example.com');
  await one.go('#/t/globex/policy');
  await field(one, 'Failures until a lock-out').fill('4');
  await field(one, 'Two people for full exports').check();
  await part(one, 'Changes that are not saved').getByRole('link', { name: 'Review and save' }).click();
  await button(one, 'Save the policy').waitFor();
  await other.go('#/t/globex/policy');
  await field(other, 'Failures until a lock-out').fill('6');
  await field(other, 'A second factor for single records').check();
  await part(other, 'Changes that are not saved').getByRole('link', { name: 'Review and save' }).click();
  await button(other, 'Save the policy').click();
  await title(other, 'The policy is saved and in force.').waitFor();
  await button(one, 'Save the policy').click();
  const conflict = 'Somebody else has changed the policy since you began';
  await one.page.getByRole('alert').getByText('Your changes are still here and are not saved.').waitFor();
  await row(one, conflict, 'Failures until a lock-out').getByText('You have changed this, too').waitFor();
  await row(one, conflict, 'Failures until a lock-out').getByRole('cell', { name: '6', exact: true }).waitFor();
  assert.equal(await row(one, conflict, 'A second factor for single records').getByText('You have changed this, too').count(), 0);
  assert.equal(await button(one, 'Save the policy').count(), 0);
  await one.readable('policy-conflict');
  await button(one, 'Go on with my changes on top').click();
  await button(one, 'Save the policy').click();
  await title(one, 'The policy is saved and in force.').waitFor();
  const { access } = await ask(one, '/v1/tenants/globex/policy');
  assert.deepEqual([access.lockout.attempts, access.audit_access.four_eyes, access.audit_access.single_records], [4, true, true]);
  await one.end();
  await other.end();
});

test('another administrator reviews a change, and each version can be seen as it was', async () => {
  const one = await come('second@example.com');
  await one.go('#/t/globex/policy/history');
  await title(one, 'Version 3').waitFor();
  await part(one, 'Version 2').getByText('Another administrator has to review your own change.').waitFor();
  await row(one, 'What version 3 changed', 'Failures until a lock-out').getByRole('cell', { name: '4', exact: true }).waitFor();
  await one.readable('policy-history');
  await button(one, 'Mark as reviewed: version 3').click();
  const review = dialogue(one, 'Review of version 3');
  await one.readable('policy-review-dialogue');
  await review.getByLabel('Note').fill('é'.repeat(200));
  await review.getByText('At most 256 bytes.').waitFor();
  await review.getByLabel('Note').fill('CHG-17');
  await review.getByRole('button', { name: 'Mark as reviewed' }).click();
  await said(one, 'The review is recorded.');
  await part(one, 'Version 3').getByText('CHG-17').waitFor();
  await until(async () => (await ask(one, '/v1/tenants/globex/policy/history')).versions.find((each) => each.version === 3)?.reviewed.length === 1, 'the review is not in the history');
  await part(one, 'Version 2').getByRole('link', { name: 'The whole policy of then' }).click();
  await one.heading('The policy as it was').waitFor();
  await part(one, 'Second factors').getByText('6', { exact: true }).waitFor();
  await one.readable('policy-then');
  await link(one, 'To the policy that is in force').click();
  assert.equal(await field(one, 'Failures until a lock-out').inputValue(), '4');
  await one.page.goBack();
  await one.heading('The policy as it was').waitFor();
  await one.page.goBack();
  await part(one, 'Version 3').getByRole('link', { name: /^Recorded as: / }).click();
  await one.heading(/^Event /).waitFor();
  await said(one, 'policy.changed');
  await one.end();
  const author = await come('admin@example.com');
  await author.go('#/t/globex/policy/history');
  await part(author, 'Version 3').getByText('CHG-17').waitFor();
  assert.equal(await button(author, 'Mark as reviewed: version 3').count(), 0);
  await author.end();
});

// --- Sources

test('a source is added, its token is shown once and works at once, it is tested, and revoked for good', async () => {
  const one = await come('admin@example.com');
  await one.go('#/admin');
  await row(one, 'Sources', 'shop').waitFor();
  await one.readable('admin-sources');
  await link(one, 'Add a source').click();
  await one.readable('admin-new-source');
  await field(one, 'Name').fill('shop');
  await button(one, 'Add the source').click();
  await one.page.getByRole('alert').getByText('That did not work').waitFor();
  await field(one, 'Name').fill('checkout');
  await one.page.getByRole('group', { name: 'Tenants for which it may send' }).getByLabel('These only').check();
  await one.page.getByRole('group', { name: 'Tenants', exact: true }).getByLabel('acme').check();
  await field(one, 'Note when it falls silent').selectOption('after an hour');
  await button(one, 'Add the source').click();
  const token = await shownOnce(one, 'The source “checkout” is added', 'Token');
  assert.match(token, /^\S{20,}$/);
  assert.equal(place(one), '#/admin/sources/checkout');
  await one.readable('admin-source-added');
  const sent = await send(token, {}, { tenant: 'globex' });
  assert.deepEqual([sent.status, sent.appended, sent.rejected], [200, 1, 1]);
  // So does the command that the page shows, and what comes of it shows by itself.
  const command = await field(one, 'Command').textContent();
  assert.match(command, /"source\.heartbeat"/);
  const run = spawnSync('sh', ['-c', command.trim().replace('TOKEN', token)], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  await part(one, 'What came of it').getByRole('definition').filter({ hasText: /^2$/ }).waitFor();
  assert.equal(await field(one, 'Command').textContent(), command);
  await button(one, 'Copy: Token').click();
  await one.page.getByRole('status').getByText('Copied').waitFor();
  assert.equal(await one.page.evaluate(() => navigator.clipboard.readText()), token);
  // It waits until somebody says so, on every screen.
  await link(one, 'All sources').click();
  assert.equal(await shownOnce(one, 'The source “checkout” is added', 'Token'), token);
  await button(one, 'I have kept it').click();
  await part(one, 'The source “checkout” is added').waitFor({ state: 'detached' });
  await headed(one);
  await one.page.goBack();
  await title(one, /^checkout/).waitFor();
  assert.equal(await isKept(one, token), false);
  await one.page.reload();
  await title(one, /^checkout active$/).waitFor();
  assert.equal(await isKept(one, token), false);
  assert.equal(JSON.stringify(await ask(one, '/v1/admin/sources')).includes(token), false);

  await button(one, 'Store a test event').click();
  const receipt = part(one, 'Test event').getByRole('status');
  await receipt.getByText('It is stored. This is its receipt:').waitFor();
  await one.readable('admin-source-tested');
  const shown = await receipt.innerText();
  await receipt.getByRole('link', { name: 'Show the record' }).click();
  await one.heading(/^Event /).waitFor();
  const { record, hash } = await ask(one, `/v1/tenants/acme/records/${place(one).split('/').pop()}`);
  assert.ok(shown.includes(hash), 'the receipt is of another record');
  assert.match(record, /"source.heartbeat"/);
  assert.match(record, /"checkout"/);
  await one.page.goBack();
  await part(one, 'What came of it').getByText('Stored', { exact: true }).waitFor();

  await confirm(one, 'Revoke the source', 'Revoke “checkout”?', 'Revoke “checkout”', 'admin-source-revoke');
  await title(one, /^checkout revoked$/).waitFor();
  assert.equal((await send(token, {})).status, 401);
  assert.equal(await button(one, 'Store a test event').count(), 0);
  await link(one, 'All sources').click();
  await row(one, 'Sources', 'shop').waitFor();
  assert.equal(await row(one, 'Sources', 'checkout').count(), 0);
  await field(one, 'Show revoked ones').check();
  assert.equal(place(one), '#/admin/sources?revoked=1');
  await row(one, 'Sources', 'checkout').getByText('revoked').waitFor();
  await one.go('#/admin/sources/nobody');
  await title(one, 'There is no such source, or you do not look after it').waitFor();
  await one.end();
});

test('of a provider the form asks for what its kind needs, and keeps no secret', async () => {
  const one = await come('admin@example.com');
  const secret = 'not-shown-0123456789abcdef';
  await one.go('#/admin/sources/new?kind=twilio_verify');
  await said(one, 'Say what sends; the form asks for what that needs and nothing else.');
  assert.equal(await field(one, 'What sends events?').inputValue(), 'twilio_verify');
  await field(one, 'Name').fill('sms');
  await one.page.getByRole('radio', { name: /^Signed: / }).check();
  assert.equal(await field(one, 'Secret').getAttribute('type'), 'password');
  await field(one, 'Secret').fill(secret);
  await one.readable('admin-new-source-signed');
  await button(one, 'Add the source').click();
  await title(one, /^sms never heard$/).waitFor();
  await part(one, 'What it is').getByText(/Twilio Verify/).waitFor();
  assert.equal(await part(one, 'What it is').getByLabel('Address', { exact: true }).textContent(), `${base}/v1/hooks/sms`);
  await said(one, 'The provider signs its requests, so only it can send.');
  const unsigned = await fetch(`${base}/v1/hooks/sms`, { method: 'POST', body: '[]' });
  assert.equal(unsigned.status, 401);
  // It shows by itself.
  await row(one, 'Requests that were refused', 'it was not signed').getByRole('cell', { name: '1', exact: true }).waitFor();

  await one.go('#/admin/sources/new');
  await field(one, 'What sends events?').selectOption({ label: await one.page.getByRole('option', { name: /^Okta/ }).innerText() });
  assert.equal(place(one), '#/admin/sources/new?kind=okta');
  await field(one, 'Name').fill('idp');
  await one.page.getByRole('radio', { name: 'It is polled: the appliance asks its log' }).check();
  await field(one, 'Address of the provider’s API').fill('http://127.0.0.1:1');
  await field(one, 'Secret').fill(secret);
  await button(one, 'Add the source').click();
  assert.equal(await field(one, 'Address of the provider’s API').evaluate((box) => box.validity.valid), false);
  await field(one, 'Address of the provider’s API').fill('https://127.0.0.1:1');
  await one.page.getByText('Further settings of polling').click();
  await field(one, 'Seconds of pause').fill('3600');
  await one.readable('admin-new-source-polled');
  await button(one, 'Add the source').click();
  await title(one, /^idp /).waitFor();
  await said(one, 'interval_s = 3600');
  assert.equal(await part(one, 'What it is').getByLabel('Polled at', { exact: true }).textContent(), 'https://127.0.0.1:1');
  await one.readable('admin-source-polled');
  assert.equal(await isKept(one, secret), false);
  assert.equal(JSON.stringify(await ask(one, '/v1/admin/sources')).includes(secret), false);
  await confirm(one, 'Revoke the source', 'Revoke “idp”?', 'Revoke “idp”');
  await one.end();
});

// --- People

test('an auditor is invited, comes in by the link, and is disabled, enabled, reset and removed', async () => {
  const one = await come('admin@example.com');
  await one.go('#/admin/users');
  await row(one, 'People', 'auditor@example.com').waitFor();
  await one.readable('admin-users');
  await field(one, 'Role').selectOption('auditor');
  assert.equal(place(one), '#/admin/users?role=auditor');
  assert.equal(await row(one, 'People', 'analyst@example.com').count(), 0);
  await link(one, 'Invite somebody').click();
  await field(one, 'User name').fill('vera@example.com');
  await field(one, 'Until before').fill('2020-01-01T00:00');
  await button(one, 'Make the link').click();
  await said(one, 'It must lie after the beginning.');
  await one.readable('admin-invite');
  await field(one, 'Until before').fill(`${new Date().getFullYear() + 1}-01-01T00:00`);
  await button(one, 'Make the link').click();
  const address = await shownOnce(one, 'A link for vera@example.com', 'Link');
  await one.readable('admin-invited');
  await title(one, /^vera@example.com invited$/).waitFor();

  const vera = await visit();
  await vera.page.goto(address);
  await vera.page.getByLabel('New password').fill(portal.password);
  await vera.page.getByLabel('The same once more').fill(portal.password);
  await button(vera, 'Set the password').click();
  await button(vera, 'Set up an authenticator app').click();
  const secret = await vera.page.locator('code').first().textContent();
  await vera.page.getByLabel('Code of six digits').fill(totp(secret));
  await button(vera, 'Confirm').click();
  await button(vera, 'I have kept them').click();
  await vera.page.getByText('Your period:').waitFor();
  await vera.go('#/t/acme/events');
  await vera.page.getByRole('grid', { name: 'Events' }).waitFor();
  await vera.go('#/t/globex/events');
  await said(vera, 'That did not work');

  await button(one, 'I have kept it').click();
  assert.equal(await isKept(one, address.split('#')[1]), false);
  await one.page.reload();
  await title(one, /^vera@example.com active$/).waitFor();
  await one.readable('admin-user');
  await confirm(one, 'Disable', 'Disable vera@example.com?', 'Disable', 'admin-user-disable');
  await title(one, /^vera@example.com disabled$/).waitFor();
  await said(one, 'Done.');
  // Her session has ended.
  await vera.go('#/account');
  await button(vera, 'Make ten new codes').click();
  await said(vera, 'Your session has ended. Sign in again.');
  await vera.password('vera@example.com');
  await said(vera, 'The user name or the password is wrong.');
  await confirm(one, 'Enable', 'Enable vera@example.com?', 'Enable');
  await title(one, /^vera@example.com active$/).waitFor();
  await vera.password('vera@example.com');
  await vera.heading('Show a second factor').waitFor();
  await confirm(one, 'Take second factors off', 'Take all second factors off vera@example.com?', 'Take them off');
  await vera.page.reload();
  await vera.password('vera@example.com');
  await vera.heading('Set up your second factor').waitFor();
  await vera.end();
  await confirm(one, 'Remove', 'Remove vera@example.com?', 'Remove');
  await row(one, 'People', 'auditor@example.com').waitFor();
  await row(one, 'People', 'vera@example.com').waitFor({ state: 'detached' });
  await one.end();
});

test('who is locked is unlocked, and nobody can do away with himself', async () => {
  const one = await come('admin@example.com');
  await one.go('#/admin/users');
  await row(one, 'People', 'locked@example.com').getByText('locked', { exact: true }).waitFor();
  await row(one, 'People', 'locked@example.com').getByRole('link').click();
  await part(one, 'The account').getByText('second factors', { exact: true }).waitFor();
  await confirm(one, 'Unlock', 'Unlock locked@example.com?', 'Unlock');
  await title(one, /^locked@example.com active$/).waitFor();
  assert.equal(await button(one, 'Unlock').count(), 0);
  await link(one, 'All people').click();
  await row(one, 'People', /^admin@example.com/).getByRole('link').click();
  await said(one, 'This is your own account.');
  for (const name of ['Disable', 'Remove', 'Take second factors off']) assert.equal(await button(one, name).count(), 0);
  await one.go('#/admin/users/nobody');
  await title(one, 'There is no such account, or you do not look after it').waitFor();
  await one.end();
});

// --- Tokens, tenants and the appliance

test('a token is made for a program, works, and is revoked', async () => {
  const one = await come('admin@example.com');
  const standing = async (token) => (await fetch(`${base}/v1/tenants/acme/policy`, { headers: { Authorization: `Bearer ${token}` } })).status;
  await one.go('#/admin/tokens');
  await title(one, 'No token yet').waitFor();
  await one.readable('admin-tokens-none');
  await link(one, 'Add a token').click();
  await field(one, 'Name').fill('reader');
  await one.page.getByRole('radio', { name: 'analyst' }).check();
  await one.page.getByRole('group', { name: 'Tenants', exact: true }).getByLabel('acme').uncheck();
  await button(one, 'Add the token').click();
  await said(one, 'Choose at least one tenant.');
  await one.readable('admin-new-token');
  await one.page.getByRole('group', { name: 'Tenants', exact: true }).getByLabel('acme').check();
  await button(one, 'Add the token').click();
  const token = await shownOnce(one, 'The token “reader” is added', 'Token');
  assert.equal(await standing(token), 200);
  await button(one, 'I have kept it').click();
  assert.equal(await isKept(one, token), false);
  await row(one, 'Tokens', /^reader/).getByText('active').waitFor();
  await one.readable('admin-tokens');
  await confirm(one, 'Revoke the token “reader”', 'Revoke “reader”?', 'Revoke');
  await title(one, 'No token yet').waitFor();
  assert.equal(await standing(token), 401);
  await field(one, 'Show revoked ones').check();
  await row(one, 'Tokens', /^reader/).getByText('revoked').waitFor();
  await one.end();
});

test('a tenant is added, and the way leads on to its first source', async () => {
  const one = await come('admin@example.com');
  await one.go('#/admin/tenants');
  await row(one, 'Tenants', 'acme').waitFor();
  await link(one, 'Add a tenant').click();
  await field(one, 'Name').fill('Initech!');
  await button(one, 'Add the tenant').click();
  assert.equal(await field(one, 'Name').evaluate((box) => box.validity.valid), false);
  await field(one, 'Name').fill('acme');
  await button(one, 'Add the tenant').click();
  await one.page.getByRole('alert').getByText('That did not work').waitFor();
  await one.readable('admin-new-tenant');
  await field(one, 'Name').fill('initech');
  await button(one, 'Add the tenant').click();
  await said(one, 'The tenant “initech” is added.');
  await row(one, 'Tenants', 'initech').getByRole('cell', { name: 'you' }).waitFor();
  await one.readable('admin-tenants');
  await link(one, 'Add a source for it').click();
  assert.ok(await one.page.getByRole('group', { name: 'Tenants', exact: true }).getByLabel('initech').isChecked());
  assert.equal(await one.page.getByRole('group', { name: 'Tenants', exact: true }).getByLabel('acme').isChecked(), false);
  await field(one, 'Tenant').selectOption('initech');
  await one.heading('Overview').waitFor();
  await one.end();
});

test('keys, regions, backups, health and the system log say how the appliance stands', async () => {
  const one = await come('admin@example.com');
  await one.go('#/admin/keys');
  await said(one, 'All keys can be read and belong to their files.');
  await row(one, 'Keys', /^Key-encryption key/).waitFor();
  await one.readable('admin-keys');
  await link(one, 'Regions').click();
  await part(one, 'eu-1').getByText('kept here').waitFor();
  await part(one, 'eu-1').getByRole('progressbar').waitFor();
  await one.readable('admin-regions');
  await link(one, 'Backups').click();
  await part(one, 'eu-1').getByText('never backed up').waitFor();
  await one.readable('admin-backups-none');
  const done = spawnSync(portal.countersign, ['backup', '--region', 'eu-1', '--to', join(portal.folder, 'backups')], { env: { ...process.env, COUNTERSIGN_CONFIG: portal.config }, encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  await until(async () => (await ask(one, '/v1/admin/backups')).backups[0].last, 'the backup is not known');
  await one.page.reload();
  await part(one, 'eu-1').getByText('Last backup').waitFor();
  await one.readable('admin-backups');
  await part(one, 'eu-1').getByRole('link', { name: 'Show the record' }).click();
  await one.heading(/^Event /).waitFor();
  assert.match(place(one), /^#\/t\/_system\/events\/\d+\?region=eu-1$/);
  await one.page.goBack();
  await link(one, 'Health').click();
  await said(one, 'the same as this computer’s');
  await said(one, 'in force as written');
  await one.readable('admin-health');
  await link(one, 'System log').click();
  await one.readable('admin-log');
  await link(one, 'Changes of policies').click();
  await one.page.getByRole('grid', { name: 'Events' }).getByRole('gridcell').getByText('Policy changed').first().waitFor();
  assert.equal(place(one), '#/t/_system/events?region=eu-1&q=type:policy.changed');
  await one.page.goBack();
  await one.heading('Administration: System log').waitFor();
  await one.go('#/admin/nowhere');
  await title(one, 'There is no such page').waitFor();
  await one.end();
});

test('an administrator of one tenant sees and does what is of it', async () => {
  const one = await come('clerk@example.com');
  await one.go('#/admin');
  const parts = one.page.getByRole('navigation', { name: 'Parts of administration' });
  await row(one, 'Sources', 'till').waitFor();
  assert.deepEqual(await parts.getByRole('link').allInnerTexts(), ['Sources', 'People', 'Tenants']);
  // That one sends for every tenant.
  assert.equal(await row(one, 'Sources', 'shop').count(), 0);
  await one.readable('admin-clerk-sources');
  await link(one, 'Add a source').click();
  await title(one, 'Add a source').waitFor();
  assert.equal(await one.page.getByRole('radio', { name: 'Any tenant that is registered' }).count(), 0);
  await field(one, 'What sends events?').selectOption({ label: await one.page.getByRole('option', { name: /^Okta/ }).innerText() });
  await field(one, 'Keep payloads as they come').waitFor();
  assert.equal(await one.page.getByRole('radio', { name: /polled/ }).count(), 0);
  await parts.getByRole('link', { name: 'People' }).click();
  await row(one, 'People', 'analyst@example.com').waitFor();
  for (const name of [/^admin@example.com/, 'second@example.com', 'privacy@example.com']) assert.equal(await row(one, 'People', name).count(), 0);
  await link(one, 'Invite somebody').click();
  await title(one, 'Invite somebody').waitFor();
  assert.equal(await one.page.getByRole('group', { name: 'What may she do?' }).getByRole('radio').count(), 2);
  await parts.getByRole('link', { name: 'Tenants' }).click();
  await row(one, 'Tenants', 'acme').waitFor();
  assert.equal(await table(one, 'Tenants').getByRole('rowheader').count(), 1);
  assert.equal(await link(one, 'Add a tenant').count(), 0);
  await one.go('#/procurement/requests');
  await one.page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  for (const name of ['tokens', 'keys', 'regions', 'backups', 'health', 'log']) {
    await one.go(`#/admin/${name}`);
    await title(one, 'Administrators of all tenants see this').waitFor();
  }
  await one.readable('admin-clerk-not-yours');
  await one.go('#/t/acme/policy/history');
  await button(one, 'Mark as reviewed: version 1').waitFor();
  assert.equal(await one.page.getByRole('link', { name: /^Recorded as/ }).count(), 0);
  await one.go('#/t/globex/policy');
  await said(one, 'That did not work');
  await one.end();
});

test('where the trust page is off, that is said, and how it is turned on', async () => {
  const one = await come('second@example.com');
  await one.go('#/procurement/requests');
  await title(one, 'The trust page is off').waitFor();
  const settings = part(one, 'The trust page is off').getByLabel('Settings of the trust page');
  assert.match(await settings.innerText(), /^\[trust\]\nenabled = true\nvendor = /);
  await title(one, 'Nobody waits for an answer').waitFor();
  assert.equal(await link(one, 'Show the page').count(), 0);
  await one.readable('admin-trust-off');
  // What is said is taken by the appliance.
  writeFileSync(join(portal.folder, 'trust.toml'), `${readFileSync(portal.config, 'utf8')}\n${await settings.innerText()}\n`);
  const checked = spawnSync(portal.countersign, ['--config', join(portal.folder, 'trust.toml'), 'trust', 'show']);
  assert.equal(checked.status, 0, String(checked.stderr));
  await one.end();
});

// The last one: the appliance's clock goes ahead and cannot go back.
test('a proof that has grown old is asked for anew over what is confirmed, and then that is done', async () => {
  const one = await come('second@example.com');
  await one.go('#/admin/sources/till');
  await title(one, /^till /).waitFor();
  const ahead = Buffer.alloc(8);
  ahead.writeBigInt64LE(BigInt(AHEAD_S));
  writeFileSync(portal.ahead, ahead);
  await button(one, 'Revoke the source').click();
  const revoke = dialogue(one, 'Revoke “till”?');
  const again = dialogue(one, ASKED);
  await revoke.getByRole('button', { name: 'Revoke “till”' }).click();
  await again.waitFor();
  await one.readable('admin-step-up');
  // Given up, nothing is done, and the question stays.
  await one.page.keyboard.press('Escape');
  await again.waitFor({ state: 'detached' });
  await revoke.getByRole('alert').waitFor();
  await one.readable('admin-step-up-given-up');
  assert.equal((await ask(one, '/v1/admin/sources')).sources.find((each) => each.source === 'till').revoked ?? null, null);
  await revoke.getByRole('button', { name: 'Revoke “till”' }).click();
  await again.getByRole('button', { name: 'Use a code of the app' }).click();
  await again.getByLabel('Code of six digits').fill('000000');
  await again.getByRole('button', { name: 'Go on' }).click();
  await again.getByText('That code is wrong, or was used already.').waitFor();
  await again.getByLabel('Code of six digits').fill(totp(portal.people['second@example.com'].secret, Math.floor((Date.now() / 1000 + AHEAD_S) / 30)));
  await again.getByRole('button', { name: 'Go on' }).click();
  await again.waitFor({ state: 'detached' });
  await revoke.waitFor({ state: 'detached' });
  await title(one, /^till revoked$/).waitFor();
  // From then on it is fresh.
  await one.go('#/admin/sources/shop');
  await button(one, 'Store a test event').click();
  await said(one, 'It is stored. This is its receipt:');
  await one.go('#/admin/health');
  await said(one, 'ahead of this computer’s clock');
  await said(one, /^(15|16) minutes/);
  await one.end();
});
