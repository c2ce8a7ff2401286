// The list of events and one event: found, narrowed down, followed live, understood, and checked in the browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { base, close, open, portal, signedIn } from './support.mjs';

before(open);
after(close);

const MILLION = 1_000_000;
let made = 0;

async function send(...events) {
  const whole = events.map((one) => ({
    id: `portal-${process.pid}-${++made}`,
    time: new Date().toISOString(),
    type: 'challenge.sent',
    tenant: 'acme',
    actor: { id: 'portal-ana', email: 'portal-ana@mail.example' },
    challenge: { id: `portal-${process.pid}-${made}`, purpose: 'login', factor: 'voice', provider: 'twilio' },
    ...one,
  }));
  const answer = await fetch(`${base}/v1/events`, { method: 'POST', headers: { Authorization: `Bearer ${portal.token}`, 'Content-Type': 'application/json' }, body: JSON.stringify(whole) });
  const { results } = await answer.json();
  return results.map((one) => one.receipt.seq);
}

const grid = (one) => one.page.getByRole('grid', { name: 'Events' });
const rows = (one) => grid(one).getByRole('row').filter({ has: one.page.getByRole('gridcell') });
const place = (one) => decodeURIComponent(new URL(one.page.url()).hash.replaceAll('+', ' '));
const found = (one, text) => one.page.locator('.status-line').getByText(text).waitFor();

/** Answers searches with a log of a million records that nobody has to send. */
async function ofAMillion(one, asked) {
  await one.page.route(/\/records\/(search|facets)$/, async (route) => {
    const body = route.request().postDataJSON();
    if (route.request().url().endsWith('facets')) return route.fulfill({ json: { total: MILLION, exact: true, counted: MILLION, days: [], fields: {} } });
    asked.push(body);
    const records = [];
    for (let seq = Math.min(body.below ?? MILLION, MILLION) - 1; seq > (body.above ?? -1) && records.length < body.limit; --seq) {
      records.push({ seq, received: '2026-01-31T09:30:00.000000Z', hash: '', record: JSON.stringify({ event: { id: `e${seq}`, time: '2026-01-31T09:30:00Z', type: 'challenge.sent', action: { name: `act ${seq}` } } }) });
    }
    const last = records.at(-1)?.seq ?? 0;
    return route.fulfill({ json: { records, more: last > 0, next: last > 0 ? last : null, searched_to: last, newest: MILLION } });
  });
}

test('a search is suggested, narrowed down, and stands in the address with all that belongs to it', async () => {
  const one = await signedIn('auditor@example.com');
  await one.go('#/t/acme/events');
  await rows(one).first().waitFor();
  await one.readable('events');
  await one.page.keyboard.press('/');
  await one.page.keyboard.type('fact');
  await one.page.keyboard.press('ArrowDown');
  await one.page.keyboard.press('Enter');
  await one.page.getByRole('option', { name: 'factor:sms' }).click();
  await one.page.keyboard.press('Enter');
  await found(one, / of /);
  assert.equal(place(one), '#/t/acme/events?q=factor:sms');
  await one.page.getByRole('button', { name: /^Only Challenge failed:/ }).click();
  await one.page.getByRole('button', { name: /^Without login$/ }).click();
  await one.page.getByRole('button', { name: '7 days' }).click();
  await one.page.getByRole('button', { name: '7 days', pressed: true }).waitFor();
  assert.equal(place(one), '#/t/acme/events?q=factor:sms type:challenge.failed -purpose:login&range=7d');
  await one.readable('events-narrowed');
  const texts = await rows(one).allInnerTexts();
  const other = await one.context.newPage();
  await other.goto(one.page.url());
  await other.getByRole('grid').getByRole('row').nth(1).waitFor();
  assert.deepEqual(await other.getByRole('grid').getByRole('row').filter({ has: other.getByRole('gridcell') }).allInnerTexts(), texts);
  await one.page.getByRole('button', { name: 'Remove type:challenge.failed' }).click();
  await one.page.getByRole('button', { name: 'Clear all' }).click();
  assert.equal(place(one), '#/t/acme/events?range=7d');
  await one.page.goBack();
  assert.equal(place(one), '#/t/acme/events?q=factor:sms -purpose:login&range=7d');
  await one.end();
});

test('what the appliance refuses is said at the box, and nothing found says what to do', async () => {
  const one = await signedIn('auditor@example.com');
  await one.go('#/t/acme/events?q=nosuch:1');
  await one.page.getByRole('alert').getByText("There is no member 'nosuch' to search by").waitFor();
  await one.readable('events-refused');
  await one.go('#/t/acme/events?q=nobodywrotethis&range=24h');
  await one.page.getByText('Nothing was found').waitFor();
  await one.page.getByRole('button', { name: 'Search all times' }).click();
  assert.equal(place(one), '#/t/acme/events?q=nobodywrotethis');
  await one.end();
});

test('a million rows are scrolled through, to both ends and anywhere, with few of them in the page', async () => {
  const one = await signedIn('auditor@example.com');
  const asked = [];
  await ofAMillion(one, asked);
  await one.go('#/t/acme/events');
  await found(one, 'of 1,000,000');
  await grid(one).focus();
  await one.page.keyboard.press('End');
  await rows(one).getByText('act 0', { exact: true }).waitFor();
  assert.equal(await grid(one).getAttribute('aria-rowcount'), String(MILLION + 1));
  const active = () => grid(one).locator('[role=row][aria-selected=true]');
  assert.equal(await active().getAttribute('aria-rowindex'), String(MILLION + 1));
  await grid(one).evaluate((box) => (box.scrollTop = box.scrollHeight / 3));
  await rows(one).getByText(/^act 66/).first().waitFor();
  assert.ok((await rows(one).count()) < 60);
  await one.page.keyboard.press('Home');
  await rows(one).getByText('act 999999', { exact: true }).waitFor();
  assert.ok(asked.length < 20, `${asked.length} pages were asked for`);
  await one.end();
});

test('new events come in by themselves, and move nothing that somebody reads', async () => {
  const one = await signedIn('analyst@example.com');
  await one.go('#/t/acme/events');
  await rows(one).first().waitFor();
  await one.page.getByRole('switch', { name: 'Live' }).click();
  await send({ action: { name: 'comes in at the top' } });
  await rows(one).nth(0).getByText('comes in at the top').waitFor();
  await grid(one).evaluate((box) => (box.scrollTop = 700));
  await one.page.waitForTimeout(200);
  const before = await rows(one).allInnerTexts();
  await send({ action: { name: 'waits' } }, { action: { name: 'waits, too' } });
  const button = one.page.getByRole('button', { name: '2 new events' });
  await button.waitFor();
  assert.deepEqual(await rows(one).allInnerTexts(), before);
  await button.click();
  await rows(one).nth(0).getByText('waits, too').waitFor();
  assert.equal(place(one), '#/t/acme/events?live=1');
  await one.end();
});

test('a person is found by the exact value, which never stands in the address', async () => {
  const one = await signedIn('privacy@example.com');
  await send({}, {});
  await one.go('#/t/acme/events');
  await one.page.getByRole('combobox', { name: 'Search for words and member:value' }).fill('portal-ana@mail.example factor:voice');
  await one.page.keyboard.press('Enter');
  await one.page.getByText('looks like an e-mail address').waitFor();
  await one.page.getByRole('button', { name: 'Find the person exactly' }).click();
  await rows(one).first().waitFor();
  await one.page.getByText('A personal value is kept out of the address').waitFor();
  assert.equal(place(one), '#/t/acme/events?q=factor:voice');
  await one.readable('events-person');
  await rows(one).first().getByRole('link').click();
  await one.heading(/^Event / ).waitFor();
  assert.ok(!one.page.url().includes('ana'));
  await one.page.getByRole('link', { name: 'Back to the events' }).click();
  await one.page.getByRole('button', { name: 'Remove actor.email:portal-ana@mail.example' }).click();
  await one.page.getByRole('button', { name: 'Find a person' }).click();
  await one.page.getByLabel('Exactly as the source sent it').fill('nobody@mail.example');
  await one.page.getByRole('button', { name: 'Find', exact: true }).click();
  await one.page.getByText('Nothing was found').waitFor();
  await one.end();
});

test('an event tells what happened, what it lacks, and what became of the challenge', async () => {
  const one = await signedIn('auditor@example.com');
  await one.go('#/t/acme/events?q=type:challenge.verified+factor:sms');
  await rows(one).first().waitFor();
  await grid(one).focus();
  await one.page.keyboard.press('ArrowDown');
  await one.page.keyboard.press('Enter');
  await one.heading(/^Event /).waitFor();
  await one.page.getByText('A challenge was answered correctly by').waitFor();
  await one.page.getByText('All four are here').waitFor();
  const life = one.page.getByRole('region', { name: 'The life of the challenge' });
  await life.getByText('Challenge sent').waitFor();
  await life.getByText('This record').waitFor();
  // By default an auditor is given no personal values.
  await one.page.getByText('The tenant’s policy gives your role no personal values.').waitFor();
  assert.equal(await one.page.getByRole('button', { name: 'Show personal values' }).count(), 0);
  await one.readable('event');
  await life.getByRole('link', { name: /^Record / }).first().click();
  await one.page.getByText('A challenge was sent to').waitFor();
  await one.end();
});

test('personal values are shown as the role may see them', async () => {
  for (const [name, told, value] of [['analyst@example.com', 'Personal values are shown masked', '@mail.example'], ['privacy@example.com', 'Personal values are shown in full', '@mail.example']]) {
    const one = await signedIn(name);
    await one.go('#/t/acme/events/7');
    assert.equal(await one.page.getByText(value).count(), 0);
    await one.page.getByRole('button', { name: 'Show personal values' }).click();
    await one.page.getByText(told).waitFor();
    await one.page.getByText(value).first().waitFor();
    await one.page.getByRole('button', { name: 'Hide personal values' }).click();
    assert.equal(await one.page.getByText(value).count(), 0);
    await one.end();
  }
});

test('the proof is checked in the browser, and whatever is altered on the way is found', async () => {
  const one = await signedIn('auditor@example.com');
  const check = async (again = false) => one.page.getByRole('button', { name: again ? 'Check again' : 'Check the proof in this browser' }).click();
  await one.go('#/t/acme/events/7');
  await check();
  await one.page.getByText('Proven', { exact: true }).waitFor();
  await one.page.getByText('Do the same without this page').click();
  await one.readable('event-proof');
  const [file] = await Promise.all([one.page.waitForEvent('download'), one.page.getByRole('button', { name: 'Download the proof' }).first().click()]);
  assert.equal(file.suggestedFilename(), 'acme-7.tlog-proof');
  assert.match(readFileSync(await file.path(), 'utf8'), /^c2sp\.org\/tlog-proof@v1\n/);
  const lie = async (pattern, alter) => {
    await one.page.route(pattern, async (route) => {
      const answer = await route.fetch();
      const json = await answer.json();
      alter(json);
      return route.fulfill({ response: answer, json });
    });
    await one.page.reload();
    await check();
    await one.page.getByText('Not proven', { exact: true }).waitFor();
    await one.page.unroute(pattern);
  };
  await lie(/\/records\/7\/proof$/, (proof) => proof.path.reverse());
  await lie(/\/records\/7\/proof$/, (proof) => (proof.checkpoint = proof.checkpoint.replace(/\n[0-9]+\n/, '\n999999\n')));
  await lie(/\/records\/7$/, (record) => (record.record = record.record.replace('"owner"', '"admin"').replace('"member"', '"nobody"')));
  await one.readable('event-not-proven');
  await one.end();
});

test('strange values neither run nor hide nor break the page', async () => {
  const one = await signedIn('analyst@example.com');
  const strange = '\u202egnp.exe\u200b <img src=x onerror=alert(1)> \u2066';
  const [seq] = await send({
    action: { name: strange, resource: 'W'.repeat(512), context: `${strange}${'x'.repeat(900)}` },
    outcome: { reason: '"quoted" \u202e reason' },
    device: { country: 'DE\u202e', user_agent: 'u'.repeat(1000) },
    attributes: { plan: 'Q'.repeat(20_000), ['n'.repeat(60)]: [1, null, { deep: true }] },
  });
  await one.go(`#/t/acme/events/${seq}`);
  await one.page.getByText('1 of 4 is missing').waitFor();
  await one.page.getByText('\\u202e').first().waitFor();
  await one.readable('event-strange');
  await one.page.getByRole('button', { name: 'Check the proof in this browser' }).click();
  await one.page.getByText(/^(Proven|No signed checkpoint covers this record yet)/).first().waitFor();
  await one.go('#/t/acme/events?q=factor:voice');
  await rows(one).first().waitFor();
  await one.readable('events-strange');
  await one.end();
});

test('the system log has the same screens', async () => {
  const one = await signedIn('admin@example.com');
  await one.go('#/t/_system/events?region=eu-1');
  await rows(one).first().waitFor();
  await one.readable('events-system');
  await rows(one).first().getByRole('link').click();
  await one.heading(/^Event /).waitFor();
  assert.match(place(one), /region=eu-1/);
  await one.page.getByText('Reported by').waitFor();
  await one.readable('event-system');
  await one.end();
});

test('a record that there is not says so and leads back', async () => {
  const one = await signedIn('auditor@example.com');
  for (const number of ['99999999', 'none', '-1', '1e3']) {
    await one.go(`#/t/acme/events/${number}`);
    await one.page.getByRole('heading', { name: 'There is no such record that you may see' }).waitFor();
  }
  await one.end();
});
