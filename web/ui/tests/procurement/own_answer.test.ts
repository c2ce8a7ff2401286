import assert from 'node:assert/strict';
import test from 'node:test';
import type { Fact, LibraryAnswer } from '../../src/api/answers';
import { changeOf } from '../../src/screens/procurement/document_change';
import { answerOf, draftOf, emptyAnswer, emptyNeed, faultOf, idOf, isAbout, needFor, sentNumber, shownBy } from '../../src/screens/procurement/own_answer_draft';

const fact = (value: string): Fact => ({ value, cites: 'figure:x', as_of: '2026-04-02T09:00:00Z' });

const LIBRARY: LibraryAnswer = {
  id: 'own-region',
  topic: 'residency',
  title: 'Region',
  asks: ['Where is it?', 'In which\u00a0region?'],
  form: 'open',
  keys: ['acme-2.0:4.17'],
  must: ['region|country', 'data'],
  may: ['place'],
  must_not: ['vpn'],
  figures: ['any'],
  part: true,
  exact: true,
  claims: [
    { answer: 'yes', text: 'In {figure.region}.', needs: [{ fact: 'figure.region', is: ['eu-1', 'eu-2'] }, { fact: 'figure.factors_used', is_not: '' }, { fact: 'figure.records', at_least: '1' }], cites: ['report:standing'] },
    { answer: 'partial', text: 'Somewhere.\nIndeed.', needs: [{ fact: 'figure.region', known: true }] },
    { answer: 'text', text: 'Ask us.' },
  ],
  own: true,
  proposal: { holds: false },
};

test('an answer goes through the form as it is', () => {
  const { id, own, proposal, ...sent } = LIBRARY;
  assert.deepEqual(answerOf(draftOf(LIBRARY)), sent);
  assert.deepEqual([id, own, proposal.holds], ['own-region', true, false]);
});

test('what nobody has filled in is not sent, and numbers of needs are those of what is', () => {
  const draft = emptyAnswer();
  assert.deepEqual(answerOf({ ...draft, title: ' T ', asks: '\n a \n\nb\n' }), { topic: 'mfa', title: 'T', asks: ['a', 'b'], claims: [{ answer: 'yes', text: '' }] });
  const claim = { ...draft.claims[0]!, needs: [emptyNeed(), { fact: 'figure.region', test: 'is' as const, values: 'eu-1' }, emptyNeed(), { fact: 'figure.records', test: 'known' as const, values: '' }] };
  assert.deepEqual([1, 3].map((row) => sentNumber(claim, row)), [0, 1]);
});

test('an id is made of a title', () => {
  assert.deepEqual(['Data in the EU', '24/7 Überwachung!', '  -- ', 'x'.repeat(80), `${'y'.repeat(63)} z`].map(idOf), ['data-in-the-eu', 'uberwachung', '', 'x'.repeat(64), 'y'.repeat(63)]);
});

test('a fact that is chosen brings what is most likely meant', () => {
  assert.deepEqual(needFor('control.X.state', fact('failed')), { fact: 'control.X.state', test: 'is', values: 'passed' });
  assert.deepEqual(needFor('document.policy.state', undefined), { fact: 'document.policy.state', test: 'is', values: 'valid' });
  assert.deepEqual(needFor('figure.records', fact('12')), { fact: 'figure.records', test: 'at_least', values: '12' });
  assert.deepEqual(needFor('figure.verified_at', fact('2026-04-02T09:00:00Z')).test, 'known');
  assert.deepEqual(needFor('policy.access.factors', fact('totp, passkey')), { fact: 'policy.access.factors', test: 'includes', values: 'totp\npasskey' });
  assert.deepEqual(needFor('figure.region', fact('eu-1')), { fact: 'figure.region', test: 'is', values: 'eu-1' });
  assert.deepEqual(needFor('figure.nothing', undefined).test, 'known');
});

test('a text may show what its needs cover, and no other facts', () => {
  const facts = { 'control.X.state': fact('passed'), 'control.X.items': fact('7'), 'control.XY.items': fact('8'), 'figure.region': fact('eu-1'), 'figure.records': fact('9') };
  const claim = { ...emptyAnswer().claims[0]!, needs: [needFor('control.X.state', undefined), needFor('figure.region', fact('eu-1')), needFor('figure.unknown', undefined)] };
  assert.deepEqual(shownBy(claim, facts), ['control.X.items', 'control.X.state', 'figure.region']);
});

test('a refusal is about the part that it names', () => {
  assert.deepEqual(faultOf('claims[0].needs[1].fact: it is none: or is it?'), { path: 'claims[0].needs[1].fact', text: 'it is none: or is it?' });
  assert.deepEqual(faultOf('must_not[2]: a word'), { path: 'must_not[2]', text: 'a word' });
  assert.deepEqual(faultOf('tenant is whose evidence the answer goes by'), { path: '', text: 'tenant is whose evidence the answer goes by' });
  assert.ok(isAbout(faultOf('asks: none'), 'asks') && isAbout(faultOf('must[0]: x'), 'must'));
  assert.ok(!isAbout(faultOf('must_not[0]: x'), 'must') && !isAbout(undefined, ''));
});

test('of a document that is changed only what differs is sent', () => {
  const document = { title: 'T', owner: 'ana', confidentiality: 'nda' as const, remind_days: [90, 30] };
  const same = { title: 'T ', owner: 'ana', confidentiality: 'nda' as const, days: '30, 90, 30' };
  assert.deepEqual(changeOf(document, same), {});
  assert.deepEqual(changeOf(document, { ...same, days: '7;14' }), { remind_days: [14, 7] });
  assert.deepEqual(changeOf(document, { title: 'U', owner: 'bob', confidentiality: 'public', days: '' }), { title: 'U', owner: 'bob', confidentiality: 'public', remind_days: [] });
  assert.equal(changeOf(document, { ...same, days: 'soon' }), undefined);
});
