// Coming in: password, invitation, second factors, recovery, the account, signing out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, close, open, portal, signedIn, totp, visit } from './support.mjs';

before(open);
after(close);

test('an invitation sets the password, an app is enrolled, recovery codes are shown once', async () => {
  const one = await visit();
  await one.page.goto(portal.invitation);
  await one.heading('Choose your password').waitFor();
  await one.readable('invitation');
  await one.page.getByLabel('New password').fill('short');
  await one.page.getByLabel('The same once more').fill('short');
  await one.page.getByRole('button', { name: 'Set the password' }).click();
  assert.ok(await one.heading('Choose your password').isVisible());
  await one.page.getByLabel('New password').fill(portal.password);
  await one.page.getByLabel('The same once more').fill(`${portal.password}.`);
  await one.page.getByText('The two are not the same.').waitFor();
  await one.page.getByLabel('The same once more').fill(portal.password);
  await one.page.getByRole('button', { name: 'Set the password' }).click();
  await one.heading('Set up your second factor').waitFor();
  // The link is neither in the address nor in the history any more.
  assert.equal(one.page.url(), `${base}/#/`);
  await one.readable('enrolment');
  await one.page.getByRole('button', { name: 'Set up an authenticator app' }).click();
  await one.page.getByRole('img', { name: 'The key of the authenticator app as a QR code' }).waitFor();
  const secret = await one.page.locator('code').first().textContent();
  await one.page.getByLabel('Code of six digits').fill('000000');
  await one.page.getByRole('button', { name: 'Confirm' }).click();
  await one.page.getByRole('alert').waitFor();
  await one.page.getByLabel('Code of six digits').fill(totp(secret));
  await one.page.getByRole('button', { name: 'Confirm' }).click();
  await one.heading('Your recovery codes').waitFor();
  assert.equal(await one.page.getByRole('list', { name: 'Your recovery codes' }).getByRole('listitem').count(), 10);
  await one.readable('recovery-codes');
  await one.page.getByRole('button', { name: 'I have kept them' }).click();
  await one.page.getByRole('navigation', { name: 'Main' }).waitFor();
  await one.end();
  const again = await visit();
  await again.page.goto(portal.invitation);
  await again.page.getByLabel('New password').fill(portal.password);
  await again.page.getByLabel('The same once more').fill(portal.password);
  await again.page.getByRole('button', { name: 'Set the password' }).click();
  await again.page.getByText('This link was used already').waitFor();
  await again.end();
});

test('a wrong password and a wrong code say so and let one try again', async () => {
  const one = await visit();
  await one.go('');
  await one.heading('Sign in').waitFor();
  await one.readable('sign-in');
  await one.password('analyst@example.com', 'not that one');
  await one.page.getByText('The user name or the password is wrong.').waitFor();
  assert.equal(await one.page.getByLabel('Password').inputValue(), '');
  await one.password('analyst@example.com');
  await one.heading('Show a second factor').waitFor();
  await one.readable('second-factor');
  await one.page.getByLabel('Code of six digits').fill('000000');
  await one.page.getByRole('button', { name: 'Go on' }).click();
  await one.page.getByText('That code is wrong, or was used already.').waitFor();
  await one.end();
});

test('a passkey is enrolled, and from then on opens the portal', async () => {
  const first = await signedIn('auditor@example.com');
  await first.end();
  const second = await signedIn('auditor@example.com');
  await second.page.getByText('auditor@example.com').waitFor();
  await second.page.getByText('Your period:').waitFor();
  await second.end();
});

test('a recovery code lets one enrol anew and see nothing before', async () => {
  const one = await visit();
  await one.go('');
  await one.password('lost@example.com');
  await one.page.getByRole('button', { name: 'I have lost it: use a recovery code' }).click();
  await one.page.getByLabel('Recovery code').fill('aaaa-bbbb-cccc-dddd');
  await one.page.getByRole('button', { name: 'Go on' }).click();
  await one.page.getByText('That is no recovery code of yours').waitFor();
  await one.page.getByLabel('Recovery code').fill(portal.people['lost@example.com'].recovery[0]);
  await one.page.getByRole('button', { name: 'Go on' }).click();
  await one.page.getByText('You used a recovery code.').waitFor();
  assert.equal(await one.page.getByRole('navigation', { name: 'Main' }).count(), 0);
  await one.end();
});

test('signing out ends the session for the server, too', async () => {
  const one = await signedIn('auditor@example.com');
  const cookies = await one.context.cookies();
  await one.page.getByRole('button', { name: 'Sign out' }).click();
  await one.heading('Sign in').waitFor();
  await one.context.addCookies(cookies);
  assert.equal((await one.context.request.get(`${base}/v1/session`)).status(), 401);
  await one.end();
});

test('a session that has ended leads back to the sign-in, and then to where one was', async () => {
  const one = await signedIn('auditor@example.com');
  await one.go('#/account');
  await one.heading('Your account').waitFor();
  await one.readable('account');
  await one.context.clearCookies();
  await one.page.getByRole('button', { name: 'Make ten new codes' }).click();
  await one.page.getByText('Your session has ended. Sign in again.').waitFor();
  await one.password('auditor@example.com');
  await one.page.getByRole('button', { name: 'Use a passkey' }).click();
  await one.heading('Your account').waitFor();
  await one.end();
});

test('a provider signs one in, and the second factor is asked for all the same', async () => {
  const one = await visit();
  one.allowed.push(new URL(portal.provider).origin);
  await one.go('');
  await one.page.getByRole('link', { name: 'Sign in with Example Corp' }).click();
  await one.page.locator('input[name=login]').fill('ana');
  await one.page.locator('input[name=password]').fill('x');
  await one.page.getByRole('button', { name: 'Sign in' }).click();
  await one.heading('Set up your second factor').waitFor();
  assert.equal(one.page.url(), `${base}/`);
  await one.end();
});

test('the theme that was chosen stays', async () => {
  const one = await signedIn('auditor@example.com');
  const ground = () => one.page.evaluate(() => getComputedStyle(document.body.parentElement).backgroundColor);
  const light = await ground();
  await one.page.getByLabel('Appearance').selectOption('dark');
  const dark = await ground();
  assert.notEqual(dark, light);
  await one.page.reload();
  await one.page.getByLabel('Appearance').waitFor();
  assert.equal(await ground(), dark);
  await one.end();
});

test('who opens the address of a place that is not there is led on', async () => {
  const one = await signedIn('auditor@example.com');
  for (const hash of ['#/nowhere', '#/t/acme/nothing', '#/admin', '#/%E0%A4%A']) {
    await one.go(hash);
    await one.heading('There is no such page').waitFor();
  }
  await one.page.getByRole('link', { name: 'To the overview' }).click();
  await one.page.getByRole('navigation', { name: 'Main' }).waitFor();
  await one.end();
});
