/**
 * Sends OTP and MFA events to a Countersign appliance. One file, no dependency, Node.js 18 or later.
 *
 *   import { Client } from './countersign.mjs';
 *
 *   const audit = new Client({ url: 'https://audit.example.com:8443', token });
 *   audit.send({ type: 'challenge.verified', tenant: 'acme', actor: { id: 'u-17' }, challenge: { id: 'c-9', factor: 'sms' } });
 *   await audit.close();
 *
 * `send` returns at once. What waits is sent in batches, and tried again with growing pauses whatever may pass: a broken connection,
 * 429, 5xx. An event gets its `id` when it is handed over, so trying again never makes a second record. `flush` and `close` wait until
 * everything is on the appliance's disk. For a certificate of the appliance's own set NODE_EXTRA_CA_CERTS to its file.
 */
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** The appliance refuses requests as such: a wrong token, address or content type. What waits is kept. */
export class CountersignError extends Error {}

/** More events wait than `waitingMax`. */
export class FullError extends Error {}

export class Client {
  #url; #token; #batch; #intervalMs; #waitingMax; #timeoutMs; #onRejected;
  #waiting = []; #timer = null; #sending = null; #closed = false; #refused = null;
  appended = 0; duplicate = 0; rejected = 0;

  /**
   * @param {object} options
   * @param {string} options.url       of the appliance, such as https://audit.example.com:8443
   * @param {string} options.token     of a source
   * @param {number} [options.batch]   events in a request
   * @param {number} [options.intervalMs]  how long an event waits for others
   * @param {number} [options.waitingMax]  how many events may wait; beyond it `send` throws FullError
   * @param {number} [options.timeoutMs]   of one request
   * @param {(event: object, errors: {path: string, reason: string}[]) => void} [options.onRejected]  called for each event that the
   *   appliance cannot use; sending it again would not help
   */
  constructor({ url, token, batch = 500, intervalMs = 1000, waitingMax = 50_000, timeoutMs = 15_000, onRejected = () => {} }) {
    this.#url = url.replace(/\/+$/, '') + '/v1/events';
    this.#token = token;
    this.#batch = batch;
    this.#intervalMs = intervalMs;
    this.#waitingMax = waitingMax;
    this.#timeoutMs = timeoutMs;
    this.#onRejected = onRejected;
  }

  /** Hands over an event and returns its id. `id` and `time` are filled in where they are missing. */
  send(event) {
    if (this.#closed) throw new Error('the client is closed');
    if (this.#waiting.length >= this.#waitingMax) throw new FullError('too many events wait to be sent');
    const whole = { id: randomUUID(), time: new Date().toISOString(), ...event };
    this.#waiting.push(JSON.stringify(whole));
    if (this.#waiting.length >= this.#batch) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), this.#intervalMs);
    return whole.id;
  }

  /** Waits until everything that was handed over is stored or rejected. Throws CountersignError where the appliance refuses requests. */
  async flush() {
    while (this.#waiting.length > 0 || this.#sending) {
      this.#refused = null;
      this.#start();
      await this.#sending;
      if (this.#refused) throw new CountersignError(this.#refused);
    }
  }

  /** As flush; nothing can be sent afterwards. */
  async close() {
    try {
      await this.flush();
    } finally {
      this.#closed = true;
      clearTimeout(this.#timer);
    }
  }

  #start() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#sending ??= this.#run().finally(() => { this.#sending = null; });
  }

  async #run() {
    let pause = 0;
    while (this.#waiting.length > 0 && !this.#closed) {
      const batch = this.#waiting.splice(0, this.#batch);
      const { again, waitMs } = await this.#try(batch);
      this.#waiting.unshift(...again);
      if (again.length === 0) { pause = 0; continue; }
      if (this.#refused) return;
      pause = Math.min(Math.max(waitMs, pause * 2, 200), 60_000);
      await new Promise((resolve) => { setTimeout(resolve, pause * (0.8 + 0.4 * Math.random())); });
    }
  }

  /** Sends a batch: what has to be sent again, and how long the appliance asks to wait. */
  async #try(batch) {
    let answer;
    let body = null;
    try {
      answer = await fetch(this.#url, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body: await compress(`[${batch.join(',')}]`, { level: 1 }),
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      body = await answer.json().catch(() => null);
    } catch {
      return { again: batch, waitMs: 0 };
    }
    const waitMs = 1000 * (Number(answer.headers.get('retry-after')) || 0);
    if (answer.status === 413 && batch.length > 1) {
      const half = Math.floor(batch.length / 2);
      const first = await this.#try(batch.slice(0, half));
      const second = await this.#try(batch.slice(half));
      return { again: [...first.again, ...second.again], waitMs: Math.max(first.waitMs, second.waitMs) };
    }
    if (body?.results?.length === batch.length) return { again: this.#settle(batch, body.results), waitMs };
    if (answer.status === 413) {
      this.#reject(batch[0], [{ path: '', reason: 'the event is larger than the appliance takes' }]);
      return { again: [], waitMs: 0 };
    }
    if (answer.status < 500 && answer.status !== 408 && answer.status !== 429) this.#refused = `${answer.status}: ${body?.detail ?? ''}`;
    return { again: batch, waitMs };
  }

  #settle(batch, results) {
    const again = [];
    results.forEach((result, i) => {
      if (result.status === 'failed') again.push(batch[i]);
      else if (result.status === 'rejected') this.#reject(batch[i], result.errors ?? []);
      else if (result.status === 'duplicate') this.duplicate += 1;
      else this.appended += 1;
    });
    return again;
  }

  #reject(text, errors) {
    this.rejected += 1;
    this.#onRejected(JSON.parse(text), errors);
  }
}
