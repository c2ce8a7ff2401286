import assert from 'node:assert/strict';
import test from 'node:test';
import { citedDocuments } from '../../src/screens/procurement/cited';
import { daysLeft, daysOf } from '../../src/screens/procurement/days';
import { letterOf } from '../../src/screens/procurement/letters';

test('columns are named as spreadsheets name them', () => {
  assert.deepEqual([0, 25, 26, 51, 52, 701, 702].map(letterOf), ['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA']);
});

test('the last day counts, in UTC', () => {
  const late = Date.parse('2026-03-01T23:59:59Z');
  assert.deepEqual(['2026-03-01', '2026-03-02', '2026-02-28'].map((until) => daysLeft(until, late)), [1, 2, 0]);
  // A year with a day more.
  assert.equal(daysLeft('2028-03-01', Date.parse('2028-02-28T00:00:00Z')), 3);
});

test('days to remind of are numbers from 1 to 730, at most ten', () => {
  assert.deepEqual(daysOf('90, 30;7'), [90, 30, 7]);
  assert.deepEqual(daysOf(' '), []);
  for (const wrong of ['0', '731', '1.5', 'soon', '-1', Array(11).fill('1').join(' ')]) assert.equal(daysOf(wrong), undefined, wrong);
});

test('documents that approved answers cite are told by their kinds', () => {
  const approved = (...cites: string[]) => ({ approved: { value: 'yes' as const, text: '', cites, evidence: [], own_words: false, approved_by: '', approved: '', state: 'current' as const, since: '' } });
  assert.deepEqual(citedDocuments([approved('document:soc2-type2', 'control:X'), {}, approved('document:insurance', 'document:soc2-type2')]), ['insurance', 'soc2-type2']);
});
