import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Facets } from '../../src/api/records';
import { suggestionsFor, taken, wordAt } from '../../src/screens/events/suggest';

const facets: Facets = { total: 1, exact: true, counted: 1, days: [], fields: { factor: [{ value: 'sms', events: 3 }], source: [{ value: 'the shop', events: 2 }, { value: 'a "b"', events: 1 }] } };
const known = { 'challenge.factor': ['sms', 'totp', 'passkey'] };
const at = (query: string, caret = query.length) => suggestionsFor(wordAt(query, caret), facets, known).map((one) => one.term);

test('members are suggested by their shortest name', () => {
  assert.deepEqual(at('failed fact'), ['factor:']);
  assert.deepEqual(at('-fact'), ['-factor:']);
  assert.ok(at('action').includes('action.name:'));
  assert.deepEqual(at(''), []);
  assert.deepEqual(at('failed '), []);
  assert.ok(!at('e').some((one) => one.startsWith('email') || one.startsWith('actor.email')));
});

test('values are those that were counted, then those that there are', () => {
  assert.deepEqual(at('factor:'), ['factor:sms', 'factor:totp', 'factor:passkey']);
  assert.deepEqual(at('factor:p'), ['factor:passkey', 'factor:totp']);
  assert.deepEqual(at('factor:sms'), []);
  assert.deepEqual(at('-source:'), ['-source:"the shop"']);
  assert.deepEqual(at('email:'), []);
  assert.deepEqual(at('"in quotes fact'), []);
});

test('what is taken stands in the place of the word', () => {
  const query = 'failed fact -source:x';
  const word = wordAt(query, 11);
  assert.ok(word);
  const [one] = suggestionsFor(word, facets, known);
  assert.ok(one);
  assert.deepEqual(taken(query, word, one), { query: 'failed factor: -source:x', caret: 14 });
  const value = wordAt('factor:s', 8);
  const [sms] = suggestionsFor(value, facets, known);
  assert.deepEqual(value && sms && taken('factor:s', value, sms), { query: 'factor:sms ', caret: 11 });
});
