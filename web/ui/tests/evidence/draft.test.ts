import assert from 'node:assert/strict';
import test from 'node:test';
import { isFresh, type Limits } from '../../src/api/bundles';
import { draftOf, faultsOf, orderOf, queryOf, queryOfBundle, spanOfDraft, type Draft } from '../../src/screens/evidence/draft';

const NOW = new Date('2026-11-27T12:00:00Z');

function searchOf(draft: Draft): URLSearchParams {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(queryOf(draft))) if (value !== undefined && value !== null && value !== '') out.set(name, String(value));
  return out;
}

const EXACT = { preset: 'exact', exact: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' } } as const;
const PLAIN: Draft = { ...EXACT, terms: undefined, profile: 'pseudonymous', report: false, framework: 'soc2', clauses: undefined, documents: [], questionnaire: '' };
const DOCUMENTS = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210@2'];

test('a draft stands in the address and comes back from it', () => {
  const drafts: Draft[] = [
    PLAIN,
    { ...PLAIN, preset: 'last_quarter', exact: { from: '', to: '' } },
    { ...PLAIN, terms: [{ field: 'type', value: 'challenge.sent' }, { field: 'action.name', value: 'a=b & c?#' }], profile: 'none' },
    { ...PLAIN, terms: [{ field: 'source', value: '' }] },
    { ...PLAIN, report: true, framework: 'hipaa', clauses: ['164.312(d)', '164.312(b)'], profile: 'full' },
    { ...PLAIN, report: true, clauses: [] },
    { ...PLAIN, documents: DOCUMENTS, questionnaire: DOCUMENTS[0]! },
  ];
  for (const draft of drafts) assert.deepEqual(draftOf(searchOf(draft), 'full'), draft);
});

test('an address cannot ask for more than the role is given, nor for words that there are not', () => {
  assert.equal(draftOf(new URLSearchParams('profile=full'), 'masked').profile, 'masked');
  assert.equal(draftOf(new URLSearchParams('profile=everything'), 'full').profile, 'pseudonymous');
  assert.equal(draftOf(new URLSearchParams(''), 'none').profile, 'none');
  assert.equal(draftOf(new URLSearchParams('framework=sox&period=always'), 'full').framework, 'soc2');
  assert.equal(draftOf(new URLSearchParams('period=always'), 'full').preset, 'last_month');
  assert.deepEqual(draftOf(new URLSearchParams(`documents=x,${DOCUMENTS[1]},../y,${DOCUMENTS[1]}`), 'full').documents, [DOCUMENTS[1]]);
  assert.equal(draftOf(new URLSearchParams('questionnaire=<script>'), 'full').questionnaire, '');
  assert.deepEqual(draftOf(new URLSearchParams('from=x&to=2026-02-01T00:00:00Z'), 'full').exact, { from: '', to: '2026-02-01T00:00:00Z' });
});

test('what is wrong is named', () => {
  const access = { from: '2026-01-15T00:00:00Z', before: '2026-03-01T00:00:00Z' };
  assert.deepEqual(faultsOf(PLAIN, NOW, undefined), []);
  assert.deepEqual(faultsOf(PLAIN, NOW, access), ['badAccess']);
  assert.deepEqual(faultsOf({ ...PLAIN, exact: { from: '', to: EXACT.exact.to } }, NOW, undefined), ['badTime']);
  assert.deepEqual(faultsOf({ ...PLAIN, exact: { from: EXACT.exact.to, to: EXACT.exact.from } }, NOW, undefined), ['badOrder']);
  assert.deepEqual(faultsOf({ ...PLAIN, preset: 'last_year' }, NOW, access), ['outside']);
  assert.deepEqual(faultsOf({ ...PLAIN, terms: [{ field: 'type', value: '' }] }, NOW, undefined), ['badTerm']);
  assert.deepEqual(faultsOf({ ...PLAIN, report: true, clauses: [] }, NOW, undefined), ['clausesNone']);
  // Without records to report on, what is chosen of the report does not matter.
  assert.deepEqual(faultsOf({ ...PLAIN, report: true, clauses: [], profile: 'none' }, NOW, undefined), []);
});

test('an order says what the form says', () => {
  const span = spanOfDraft(PLAIN, NOW, undefined);
  assert.ok(span);
  const times = { from: span.from, to: span.to };
  assert.deepEqual(orderOf(PLAIN, span), { ...times, profile: 'pseudonymous' });
  assert.deepEqual(orderOf({ ...PLAIN, report: true }, span), { ...times, profile: 'pseudonymous', report: ['all'], framework: 'soc2' });
  const filtered: Draft = { ...PLAIN, report: true, terms: [{ field: 'challenge.factor', value: 'sms' }] };
  assert.deepEqual(orderOf(filtered, span), { ...times, profile: 'pseudonymous', filter: ['challenge.factor=sms'] }, 'no report of a filtered bundle');
});

test('a bundle can be asked for once more', () => {
  const bundle = { from: EXACT.exact.from, to: EXACT.exact.to, filter: ['type=a=b'], profile: 'masked' as const, report: [] };
  const search = new URLSearchParams(Object.entries(queryOfBundle(bundle)).filter(([, value]) => value) as [string, string][]);
  const draft = draftOf(search, 'full');
  assert.deepEqual(draft.terms, [{ field: 'type', value: 'a=b' }]);
  assert.deepEqual(orderOf(draft, draft.exact), { from: bundle.from, to: bundle.to, profile: 'masked', filter: bundle.filter });
});

test('documents and a questionnaire are asked for, and once more', () => {
  const draft: Draft = { ...PLAIN, documents: DOCUMENTS, questionnaire: DOCUMENTS[0]!, terms: [{ field: 'source', value: 'shop' }], profile: 'none' };
  const order = orderOf(draft, PLAIN.exact);
  assert.deepEqual([order.documents, order.questionnaire], [DOCUMENTS, DOCUMENTS[0]], 'neither a filter nor a profile forbids them');
  const bundle = { from: EXACT.exact.from, to: EXACT.exact.to, filter: [], profile: 'masked' as const, report: [], documents: DOCUMENTS, questionnaire: DOCUMENTS[0]! };
  const search = new URLSearchParams(Object.entries(queryOfBundle(bundle)).filter(([, value]) => value) as [string, string][]);
  const again = draftOf(search, 'full');
  assert.deepEqual([again.documents, again.questionnaire], [DOCUMENTS, DOCUMENTS[0]]);
});

test('a second factor serves within the window, if the tenant allows it', () => {
  const limits: Limits = { most: 'full', fourEyes: false, windowS: 900, factors: ['sms', 'totp', 'passkey'] };
  const shown = (secondsAgo: number) => ({ factor: 'totp' as const, time: new Date(NOW.getTime() - secondsAgo * 1_000).toISOString() });
  assert.equal(isFresh(limits, shown(60), NOW.getTime()), true);
  assert.equal(isFresh(limits, shown(899), NOW.getTime()), false, 'it would have ended when the download begins');
  assert.equal(isFresh(limits, null, NOW.getTime()), false);
  assert.equal(isFresh({ ...limits, windowS: 0 }, shown(1), NOW.getTime()), false, 'each look needs its own');
  assert.equal(isFresh({ ...limits, factors: ['passkey'] }, shown(1), NOW.getTime()), false);
  assert.equal(isFresh({ ...limits, factors: ['sms'] }, shown(1), NOW.getTime()), true, 'where it allows none of ours, each of them serves');
});

test('a bundle with a report is asked for once more with the same one', () => {
  const bundle = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z', filter: [], profile: 'masked' as const, report: ['8.4.2'], framework: 'pci_dss' as const };
  const search = new URLSearchParams(Object.entries(queryOfBundle(bundle)).filter(([, value]) => value) as [string, string][]);
  const draft = draftOf(search, 'full');
  assert.deepEqual(orderOf(draft, draft.exact), { from: bundle.from, to: bundle.to, profile: 'masked', report: ['8.4.2'], framework: 'pci_dss' });
});
