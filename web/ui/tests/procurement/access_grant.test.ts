import assert from 'node:assert/strict';
import test from 'node:test';
import { emptyGrant, grantFaults, grantOf } from '../../src/screens/procurement/access_grant';

const NOW = new Date('2026-04-02T09:30:00Z');

test('two weeks are offered, to look at the last twelve months', () => {
  const draft = emptyGrant(NOW);
  assert.deepEqual(grantFaults(draft, NOW), {});
  assert.deepEqual(grantOf(draft), { period: { from: '2025-04-02T09:30:00.000Z', before: '2026-04-16T09:30:00.000Z' }, expires: '2026-04-16T09:30:00.000Z' });
  assert.equal(grantOf({ ...draft, tenant: 'acme' })?.tenant, 'acme');
});

test('what is no time, out of order or over is named, and nothing is sent', () => {
  const draft = emptyGrant(NOW);
  assert.deepEqual(grantFaults({ ...draft, from: '', before: 'soon', expires: '' }, NOW), { from: 'time', before: 'time', expires: 'time' });
  assert.deepEqual(grantFaults({ ...draft, before: draft.from, expires: '2026-04-01T00:00' }, NOW), { before: 'order', expires: 'past' });
  assert.equal(grantOf({ ...draft, before: '' }), undefined);
});
