import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { PAGE, RecordList } from '../../src/screens/events/record_list';

interface Body {
  query: string;
  limit: number;
  below?: number;
  above?: number;
}

/** A log in which every `rare`-th record is found, and a search looks at `budget` records. */
const log = { size: 0, rare: 1, budget: Infinity, asked: [] as Body[], fails: 0 };

function search(body: Body) {
  log.asked.push(body);
  const records = [];
  let at = Math.min(body.below ?? log.size, log.size) - 1;
  const end = body.above ?? -1;
  for (let looked = 0; at > end && records.length < body.limit && looked < log.budget; --at, ++looked) {
    if (at % log.rare === 0) records.push({ seq: at, received: '2026-01-31T09:30:00.000000Z', hash: '', record: `{"event":{"id":"e${at}"}}` });
  }
  return { records, more: at > end, next: at > end ? at + 1 : null, searched_to: at + 1, newest: log.size };
}

globalThis.fetch = (async (_: unknown, init?: RequestInit) => {
  await new Promise((done) => setTimeout(done, 1));
  if (init?.signal?.aborted) throw new DOMException('', 'AbortError');
  if (log.fails > 0 && log.fails--) return new Response('{"detail":"busy"}', { status: 503 });
  return new Response(JSON.stringify(search(JSON.parse(String(init?.body)) as Body)));
}) as typeof fetch;

beforeEach(() => Object.assign(log, { size: 0, rare: 1, budget: Infinity, asked: [], fails: 0 }));

const place = { tenant: 'acme', region: null };
const make = (query: string) => new RecordList(place, { query }, query === '');
const settled = async (list: RecordList) => {
  do await new Promise((done) => setTimeout(done, 5));
  while (list.busy);
};
const seqAt = (list: RecordList, at: number) => {
  const row = list.at(at);
  return typeof row === 'string' ? row : row.seq;
};

test('one page leads to the next, and each record is there once', async () => {
  Object.assign(log, { size: 1_000, rare: 3 });
  const list = make('x');
  for (let row = 0; row < 400; row += 50) {
    list.want(row, row + 50);
    await settled(list);
  }
  assert.ok(list.complete);
  assert.equal(list.length, 334);
  for (let at = 0; at < 334; ++at) assert.equal(seqAt(list, at), 999 - 3 * at);
});

test('a search that looks at a few at a time goes on until the page is full, and stops and goes on where it was', async () => {
  Object.assign(log, { size: 100_000, rare: 10_000, budget: 1_000 });
  const list = make('x');
  list.want(0, 10);
  await new Promise((done) => setTimeout(done, 40));
  list.stop();
  const asked = log.asked.length;
  assert.ok(asked > 2 && asked < 100);
  await settled(list);
  assert.equal(log.asked.length, asked);
  list.goOn();
  await settled(list);
  assert.ok(list.complete);
  assert.equal(list.length, 10);
  assert.ok(log.asked.length <= 102, String(log.asked.length));
});

test('of a stretch of the log any place is gone to at once, and little is kept', async () => {
  Object.assign(log, { size: 1_000_000 });
  const list = make('');
  list.want(0, 50);
  await settled(list);
  assert.equal(list.length, PAGE);
  list.setTotal(1_000_000);
  assert.equal(list.length, 1_000_000);
  log.asked = [];
  list.want(700_000, 700_040);
  await settled(list);
  assert.equal(seqAt(list, 700_020), 299_979);
  assert.ok(log.asked.length <= 2);
  assert.equal(seqAt(list, 350_000), 'loading');
  list.want(999_980, 1_000_040);
  await settled(list);
  assert.equal(seqAt(list, 999_999), 0);
  assert.equal(seqAt(list, 700_020), 'loading');
  assert.equal(seqAt(list, 0), 999_999);
});

test('pages that were dropped are loaded again', async () => {
  Object.assign(log, { size: 10_000, rare: 2 });
  const list = make('x');
  for (let row = 0; row < 5_000; row += 90) {
    list.want(row, row + 90);
    await settled(list);
  }
  assert.equal(list.length, 5_000);
  assert.equal(seqAt(list, 150), 'loading');
  list.want(140, 190);
  await settled(list);
  assert.equal(seqAt(list, 150), 9_998 - 300);
  assert.equal(list.length, 5_000);
});

test('what comes in waits until it is let in, and then stands above', async () => {
  Object.assign(log, { size: 300 });
  const list = make('');
  list.want(0, 50);
  await settled(list);
  list.setTotal(300);
  log.size = 303;
  await list.poll(new AbortController().signal);
  assert.deepEqual(list.fresh.map((one) => one.seq), [302, 301, 300]);
  assert.equal(seqAt(list, 0), 299);
  list.active = 4;
  assert.ok(list.letIn());
  assert.equal(list.active, 7);
  assert.equal(list.length, 303);
  assert.deepEqual([0, 1, 2, 3].map((at) => seqAt(list, at)), [302, 301, 300, 299]);
  list.want(210, 260);
  await settled(list);
  assert.equal(seqAt(list, 250), 52);
  await list.poll(new AbortController().signal);
  assert.equal(list.fresh.length, 0);
});

test('the first event of an empty log comes in', async () => {
  const list = make('');
  list.want(0, 50);
  await settled(list);
  assert.ok(list.complete);
  assert.equal(list.length, 0);
  log.size = 1;
  await list.poll(new AbortController().signal);
  list.letIn();
  assert.equal(seqAt(list, 0), 0);
});

test('far more than one can look at makes the list begin anew', async () => {
  Object.assign(log, { size: 10 });
  const list = make('');
  list.want(0, 50);
  await settled(list);
  log.size = 10_000;
  await list.poll(new AbortController().signal);
  assert.ok(list.freshMany);
  assert.equal(list.letIn(), false);
});

test('a failure is kept until one goes on', async () => {
  Object.assign(log, { size: 10, fails: 1 });
  const list = make('x');
  list.want(0, 10);
  await settled(list);
  assert.ok(list.error);
  list.want(0, 20);
  assert.equal(list.busy, false);
  list.goOn();
  await settled(list);
  assert.equal(list.length, 10);
});
