// Strings that have made other pages run what they should not, in every field of events, in what people say of findings, and in names of passkeys: shown on
// every screen, they run nothing, ask for nothing, and are seen as what they are.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, close, open, portal, signedIn, unharmed, visit } from './support.mjs';

before(open);
after(close);

const NAME = 'admin@example.com';

async function shown(one, hash) {
  await one.go(hash);
  await one.page.locator('main h1').waitFor().catch(async (error) => {
    throw new Error(`${hash}: ${one.waitsFor()}\n${await one.page.locator('body').innerText()}\n${error.message}`);
  });
  await one.page.waitForLoadState('networkidle');
  await unharmed(one, hash);
}

test('the guard of these tests sees a string that runs', async () => {
  const one = await visit({ bypassCSP: true });
  await one.go('');
  await one.page.evaluate(() => document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.owned=1">')).catch(() => {});
  await one.page.evaluate(() => { window.owned = 1; });
  await assert.rejects(() => unharmed(one, 'a page that was broken into'), /a string ran/);
  await one.context.close();
});

test('the policy of the page stops markup that would run, were it ever made', async () => {
  const one = await visit();
  await one.go('');
  const refused = await one.page.evaluate(() => {
    try {
      document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.owned=1">');
      return false;
    } catch {
      return true;
    }
  });
  assert.ok(refused, 'trusted types let markup through');
  assert.equal(await one.page.evaluate(() => window.owned), undefined);
  await one.context.close();
});

test('no screen runs them', async () => {
  const one = await signedIn(NAME);
  for (const screen of ['overview', 'events', 'evidence', 'reports', 'findings', 'policy']) await shown(one, `#/t/hostile/${screen}`);
  for (const control of portal.hostile.controls) await shown(one, `#/t/hostile/reports/${control}`);
  for (const finding of portal.hostile.findings) await shown(one, `#/t/hostile/findings/${finding}`);
  for (const screen of ['sources', 'users', 'tokens', 'tenants', 'keys', 'regions', 'backups', 'health']) await shown(one, `#/admin/${screen}`);
  await shown(one, '#/t/_system/events?region=eu-1');
  await one.end();
});

test('the list shows all of them, and goes on being a list', async () => {
  const one = await signedIn(NAME);
  await shown(one, '#/t/hostile/events');
  const grid = one.page.getByRole('grid');
  await grid.focus();
  for (let page = 0; page < portal.hostile.events / 8; ++page) {
    await one.page.keyboard.press('PageDown');
    await one.page.waitForTimeout(30);
  }
  await unharmed(one, 'the end of the list');
  await one.readable('hostile-events');
  await one.end();
});

test('the page of an event shows them, and what they stand for', async () => {
  const one = await signedIn(NAME);
  for (const seq of portal.hostile.shown) await shown(one, `#/t/hostile/events/${seq}`);
  await one.page.getByRole('button', { name: 'Show personal values' }).click();
  await one.page.waitForLoadState('networkidle');
  await unharmed(one, 'personal values');
  await one.readable('hostile-event');
  await one.end();
});

test('an address runs none of them', async () => {
  const one = await signedIn(NAME);
  for (const text of portal.hostile.scripts) {
    const part = encodeURIComponent(text);
    for (const hash of [`#/t/hostile/events?q=${part}`, `#/t/${part}/overview`, `#/t/hostile/findings/${part}`, `#/t/hostile/reports/${part}?state=${part}`, `#/${part}`]) {
      await one.page.evaluate((to) => { location.hash = to; }, hash);
      await one.page.waitForTimeout(40);
    }
    await unharmed(one, text);
  }
  await one.end();
});

test('a passkey may be called whatever one likes', async () => {
  const one = await signedIn(NAME);
  await one.go('#/account');
  await one.page.getByRole('button', { name: 'Add a passkey' }).click();
  await one.page.getByLabel('Name of the passkey').fill('<img src=x onerror=window.owned=1>');
  await one.page.getByRole('button', { name: 'Set up a passkey' }).click();
  // The authenticator has one of this person already, so the browser may refuse; the page says so, or shows the name.
  await one.page.locator('[role=alert], li strong').filter({ hasText: /onerror|The browser did not/ }).first().waitFor();
  await unharmed(one, 'the account');
  await one.end();
});

test('a report as a page of its own runs none of them', async () => {
  const one = await visit();
  const asked = [];
  one.page.on('request', (request) => asked.push(request.url()));
  await one.page.goto(`file://${portal.hostile.report}`);
  await one.page.locator('h1').first().waitFor();
  assert.equal(await one.page.evaluate(() => window.owned), undefined);
  assert.deepEqual(asked, [`file://${portal.hostile.report}`]);
  assert.ok(base);
  await one.context.close();
});
