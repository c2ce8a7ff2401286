// What the portal's tests share: a browser that people sign in with, each watched for whatever a page must not do. The file that PORTAL names says which
// appliance and people there are (tests/e2e/portal_test.py writes it).
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(`${process.env.CLIENTS}/`);
const { chromium } = require('playwright-core');
const AXE = readFileSync(join(process.env.CLIENTS, 'node_modules/axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export const portal = JSON.parse(readFileSync(process.env.PORTAL, 'utf8'));
export const base = `http://localhost:${portal.port}`;
export const DESK = { width: 1360, height: 900 };
export const PHONE = { width: 390, height: 844 };

let browser;

export async function open() {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

export async function close() {
  await browser?.close();
}

/** The code of an authenticator app (RFC 6238) at a step of 30 seconds. */
export function totp(secret, step = Math.floor(Date.now() / 30_000)) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', key).update(counter).digest();
  return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** A page in a window of its own. What it asks for, complains of and throws is written down; see Visit.quiet(). */
export async function visit(options = {}) {
  const context = await browser.newContext({ viewport: DESK, locale: 'en-GB', timezoneId: 'Europe/Berlin', acceptDownloads: true, ...options });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  return new Visit(context, await context.newPage());
}

export class Visit {
  constructor(context, page) {
    this.context = context;
    this.page = page;
    // On a machine that does much else a browser may rest for a long time.
    page.setDefaultTimeout(45_000);
    this.trouble = [];
    /** Others whom a page may lead to. */
    this.allowed = [];
    page.on('console', (message) => {
      // A refusal of the appliance is no fault of the page; the browser says so all the same.
      if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Failed to load resource')) this.trouble.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.trouble.push(`thrown: ${error.message}`));
    page.on('dialog', (dialog) => {
      this.trouble.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    /** Requests without an answer yet, and when they were made: what a page waits for that does not come. */
    this.pending = new Map();
    context.on('request', (request) => this.pending.set(request, Date.now()));
    for (const end of ['requestfinished', 'requestfailed']) context.on(end, (request) => this.pending.delete(request));
    context.on('request', (request) => {
      const url = new URL(request.url());
      if (!['data:', 'blob:'].includes(url.protocol) && url.origin !== base && !this.allowed.includes(url.origin)) this.trouble.push(`asked for ${url}`);
    });
  }

  /** Fails where the page asked anybody but the appliance, broke its policy, threw, or opened a dialogue of the browser. */
  quiet() {
    assert.deepEqual(this.trouble, []);
  }

  /** What the page has asked for and not been answered, with the milliseconds that it waits. */
  waitsFor() {
    return [...this.pending].map(([request, since]) => `${request.method()} ${request.url()} for ${Date.now() - since} ms`).join(', ') || 'it waits for nothing';
  }

  async end() {
    this.quiet();
    await this.context.close();
  }

  async go(hash) {
    await this.page.goto(`${base}/${hash}`);
  }

  heading(name) {
    return this.page.getByRole('heading', { level: 1, name });
  }

  /** Fills in name and password. */
  async password(name, password = portal.password) {
    await this.page.getByLabel('User name').fill(name);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  /** Gives the page an authenticator that holds the person's passkey. */
  async carryPasskey(name) {
    const client = await this.context.newCDPSession(this.page);
    await client.send('WebAuthn.enable');
    const { authenticatorId } = await client.send('WebAuthn.addVirtualAuthenticator', {
      options: { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    });
    const known = readPasskeys()[name];
    // Counters only go up; that of the time is above all before.
    if (known) await client.send('WebAuthn.addCredential', { authenticatorId, credential: { ...known, signCount: Math.floor(Date.now() / 100) % 0x7fffffff } });
    return {
      keep: async () => {
        const { credentials } = await client.send('WebAuthn.getCredentials', { authenticatorId });
        writePasskeys({ ...readPasskeys(), [name]: credentials[0] });
      },
    };
  }

  /** axe's findings in both themes and at both widths, and whether the page scrolls sideways. */
  async readable(what) {
    for (const [scheme, size] of [['light', DESK], ['dark', DESK], ['light', PHONE], ['dark', PHONE]]) {
      await this.page.emulateMedia({ colorScheme: scheme });
      await this.page.setViewportSize(size);
      // What is half behind the bar that stays on top is no small target.
      await this.page.evaluate(() => scrollTo(0, 0));
      await this.page.waitForTimeout(150);
      // A colour on its way from one theme to the other is neither's.
      await this.page.evaluate(() => Promise.all(document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished.catch(() => {}))));
      await this.page.evaluate(AXE);
      const found = await this.page.evaluate(async (rules) => (await axe.run(document, { runOnly: rules, resultTypes: ['violations'] })).violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`), RULES);
      assert.deepEqual(found, [], `${what}, ${scheme}, ${size.width}`);
      assert.ok((await this.page.evaluate(() => document.documentElement.scrollWidth)) <= size.width, `${what} scrolls sideways at ${size.width}`);
      await this.picture(`${what}-${scheme}-${size.width}`);
    }
    await this.page.emulateMedia({ colorScheme: 'light' });
    await this.page.setViewportSize(DESK);
  }

  async picture(name) {
    mkdirSync(process.env.PICTURES, { recursive: true });
    await this.page.screenshot({ path: join(process.env.PICTURES, `${name}.png`), fullPage: true });
  }
}

function readPasskeys() {
  try {
    return JSON.parse(readFileSync(`${process.env.PORTAL}.passkeys`, 'utf8'));
  } catch {
    return {};
  }
}

function writePasskeys(all) {
  writeFileSync(`${process.env.PORTAL}.passkeys`, JSON.stringify(all));
}

/** A person who has signed in with password and passkey. The first time she does so with her app, and enrols the passkey. */
export async function signedIn(name, options = {}) {
  const one = await visit(options);
  const passkey = await one.carryPasskey(name);
  await one.go('');
  await one.password(name);
  if (readPasskeys()[name]) {
    await one.page.getByRole('button', { name: 'Use a passkey' }).click();
  } else {
    await one.page.getByLabel('Code of six digits').fill(totp(portal.people[name].secret, Math.max(portal.people[name].step, Math.floor(Date.now() / 30_000))));
    await one.page.getByRole('button', { name: 'Go on' }).click();
    await one.page.getByRole('link', { name: 'Your account' }).click();
    await one.page.getByRole('button', { name: 'Add a passkey' }).click();
    await one.page.getByRole('button', { name: 'Set up a passkey' }).click();
    await one.page.getByText('My passkey', { exact: true }).waitFor();
    await passkey.keep();
    await one.go('');
  }
  await one.page.getByRole('navigation', { name: 'Main' }).waitFor();
  return one;
}

/** Answers the dialogue that asks for a second factor with the passkey. */
export async function stepUp(one) {
  const dialogue = one.page.getByRole('dialog', { name: 'Show your second factor once more' });
  await dialogue.getByRole('button', { name: 'Use a passkey' }).click();
  await dialogue.waitFor({ state: 'detached' });
}

/** Goes on by Tab alone until the focus is there. */
export async function reach(one, target) {
  await target.waitFor();
  for (let pressed = 0; pressed < 120; ++pressed) {
    await one.page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`${target} is not reached by keyboard`);
}

/** Fails where a string got to run, or to be markup. */
export async function unharmed(one, where) {
  assert.equal(await one.page.evaluate(() => window.owned), undefined, `a string ran on ${where}`);
  const foreign = await one.page.evaluate(() => [...document.querySelectorAll('#app :is(script, iframe, object, embed, base, meta, link, form[action], math, template)')].map((node) => node.outerHTML.slice(0, 100)));
  assert.deepEqual(foreign, [], `a string is markup on ${where}`);
  const links = await one.page.evaluate(() => [...document.querySelectorAll('#app [href], #app [src]')].map((node) => node.getAttribute('href') ?? node.getAttribute('src')).filter((to) => !/^(#|\/v1\/|\/trust$|\/assets\/|blob:|data:image\/svg)/.test(to)));
  assert.deepEqual(links, [], `a string is a link on ${where}`);
  one.quiet();
}
