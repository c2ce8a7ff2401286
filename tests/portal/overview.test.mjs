// The overview: how the evidence of a tenant stands, where each figure leads, what each role is told, and what an empty one says.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { base, close, open, portal, signedIn } from './support.mjs';

before(open);
after(close);

const place = (one) => decodeURIComponent(new URL(one.page.url()).hash.replaceAll('+', ' '));
const part = (one, name) => one.page.getByRole('region', { name });

test('the overview says how the evidence stands, and each figure leads to what it counts', async () => {
  const one = await signedIn('admin@example.com');
  await one.go('#/t/acme/overview');
  const ledger = part(one, 'The ledger');
  await ledger.getByText(/^Covers all [\d,]+ records\.$/).waitFor();
  const records = await ledger.getByRole('link').first().innerText();
  assert.equal(await ledger.getByText(`Covers all ${records} records.`).count(), 1);
  const told = await (await one.context.request.get(`${base}/v1/tenants/acme/overview`)).json();
  assert.equal(records, told.log.size.toLocaleString('en-GB'));
  await one.page.getByRole('row', { name: /silent-source/ }).getByText('Never heard').waitFor();
  await one.readable('overview');
  // By keyboard along the bars, and from one to the events of its day.
  const bars = one.page.getByRole('toolbar', { name: /events in 30 days$/ });
  const last = bars.getByRole('button').last();
  const [, count] = (await last.getAttribute('aria-label')).split(': ');
  assert.notEqual(count, '0');
  await last.focus();
  await one.page.keyboard.press('Home');
  assert.ok(await bars.getByRole('button').first().evaluate((bar) => bar === document.activeElement));
  await one.page.keyboard.press('End');
  await one.page.keyboard.press('Enter');
  await one.page.locator('.status-line').getByText(`of ${count}`).waitFor();
  await one.page.goBack();
  await one.heading('Overview').waitFor();
  for (const [name, heading, hash] of [
    [records, 'Events', '#/t/acme/events'],
    ['shop', 'Events', '#/t/acme/events?q=source:shop'],
    ['To controls and reports', 'Controls and reports', '#/t/acme/reports'],
  ]) {
    await one.page.getByRole('main').getByRole('link', { name, exact: true }).click();
    await one.heading(heading).waitFor();
    assert.equal(place(one), hash);
    await one.page.goBack();
    await one.heading('Overview').waitFor();
  }
  const findings = part(one, 'Findings').getByRole('link');
  await findings.first().waitFor();
  assert.deepEqual(await findings.evaluateAll((links) => links.map((link) => new URL(link.href).hash)), ['opened', 'acknowledged', 'resolved'].map((state) => `#/t/acme/findings?state=${state}`));
  await one.end();
});

test('witnesses are named with what they signed, and an alarm is not to be missed', async () => {
  const one = await signedIn('admin@example.com');
  await one.go('#/t/acme/overview');
  await part(one, 'The ledger').getByText(/alpha:\s+signed (all|the first) [\d,]+ records/).waitFor();
  await one.go('#/t/careful/overview');
  await part(one, 'The ledger').getByText('More records of this log were signed than are here.').waitFor();
  await part(one, 'The ledger').getByText('countersign alarm show 0123456789abcdef').waitFor();
  await one.readable('overview-alarm');
  await one.go('#/admin/health');
  await one.page.getByRole('main').getByText('more was signed than is here').waitFor();
  await one.end();
});

test('what could not be refreshed stays, and says so', async () => {
  const one = await signedIn('analyst@example.com');
  await one.go('#/t/acme/overview');
  await part(one, 'The ledger').waitFor();
  await one.page.route(/\/overview$/, (route) => route.abort());
  await one.page.getByRole('button', { name: 'Refresh' }).click();
  await one.page.getByText('This is what was known then; it could not be refreshed.').waitFor();
  assert.ok(await part(one, 'The ledger').isVisible());
  await one.readable('overview-stale');
  await one.page.unroute(/\/overview$/);
  await one.page.getByRole('alert').getByRole('button').click();
  await one.page.getByRole('alert').waitFor({ state: 'detached' });
  await one.end();
});

test('the overview tells each role what it may know', async () => {
  const seen = {
    'privacy@example.com': { findings: 0, text: 'Events that are kept for good', admin: 0 },
    'auditor@example.com': { findings: 1, text: 'Events received in your period', admin: 0 },
    'clerk@example.com': { findings: 1, text: 'Events that are kept for good', admin: 1 },
  };
  for (const [name, wanted] of Object.entries(seen)) {
    const one = await signedIn(name);
    await one.go('#/t/acme/overview');
    await part(one, 'The ledger').getByText(wanted.text).waitFor();
    assert.equal(await part(one, 'Findings').count(), wanted.findings, name);
    assert.equal(await part(one, 'Sources').first().getByRole('link', { name: 'Administration' }).count(), wanted.admin, name);
    assert.equal(await one.page.getByText('Set timestamp.url in the configuration').count(), 0, name);
    if (name === 'auditor@example.com') await one.readable('overview-auditor');
    await one.end();
  }
});

test('an empty tenant says what to do first, and fills when it is done', async () => {
  const one = await signedIn('admin@example.com');
  await one.go('#/t/blank/overview');
  const steps = part(one, 'Bring in the first evidence');
  await steps.getByRole('link', { name: 'Register a source' }).waitFor().catch(async (error) => {
    throw new Error(`${one.waitsFor()}\n${await one.page.locator('body').innerText()}\n${error.message}`);
  });
  await steps.getByText('Registered: shop.').waitFor();
  await one.readable('overview-empty');
  await steps.getByRole('button', { name: 'Copy' }).click();
  await steps.getByRole('status').getByText('Copied').waitFor();
  const command = await one.page.evaluate(() => navigator.clipboard.readText());
  const receipt = execFileSync('sh', ['-c', command.replace('TOKEN', portal.token)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  assert.match(receipt, /"seq":0/);
  await part(one, 'The ledger').getByText('Covers the one record that there is.').waitFor({ timeout: 30_000 });
  await one.end();
});
