import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPersonal, looksPersonal, memberTerm, pathOfName, termsOf, withMember, withoutTerm, withoutValue } from '../../src/screens/events/query';
import { partQuery } from '../../src/screens/events/state';

const texts = (query: string) => termsOf(query).map((one) => one.text);

test('a query is taken apart as the appliance does it', () => {
  assert.deepEqual(texts('failed  factor:sms -source:test expor* "export users"'), ['failed', 'factor:sms', '-source:test', 'expor*', '"export users"']);
  assert.deepEqual(texts('action.name:"delete workspace" x'), ['action.name:"delete workspace"', 'x']);
  assert.deepEqual(texts('"one two"* three'), ['"one two"*', 'three']);
  assert.deepEqual(texts('- a "not closed'), ['-', 'a', '"not closed']);
  const [term] = termsOf('-factor:sms');
  assert.deepEqual([term?.excluded, term?.path, term?.name, term?.value], [true, 'challenge.factor', 'factor', 'sms']);
});

test('a name stands for a member where one alone has it', () => {
  assert.equal(pathOfName('factor'), 'challenge.factor');
  assert.equal(pathOfName('email'), 'actor.email');
  assert.equal(pathOfName('name'), '');
  assert.equal(pathOfName('id'), 'id');
  assert.equal(pathOfName('constructor'), '');
});

test('personal values are kept out of what stands in an address, tokens are not', () => {
  const token = 'A'.repeat(43);
  const { open, personal } = partQuery(`failed actor.email:ana@example.com -ip:203.0.113.7 actor.id:${token} factor:sms`);
  assert.equal(open, `failed actor.id:${token} factor:sms`);
  assert.deepEqual(personal, ['actor.email:ana@example.com', '-ip:203.0.113.7']);
  assert.equal(termsOf('email:"Ana Example"').every(isPersonal), true);
  const long = `${'a'.repeat(31)}@example.com`;
  assert.equal(long.length, 43);
  assert.deepEqual(partQuery(`email:${long}`).personal, [`email:${long}`]);
});

test('words that look like a person are told', () => {
  const looks = (query: string) => termsOf(query).map(looksPersonal);
  assert.deepEqual(looks('ana@example.com +14155550100 shop actor.email:ana@example.com 2026'), ['email', 'phone', undefined, undefined, undefined]);
});

test('a member is asked for once, and left out once', () => {
  assert.equal(withMember('failed factor:sms', 'factor', 'totp'), 'failed factor:totp');
  assert.equal(withMember('-factor:totp', 'factor', 'totp'), 'factor:totp');
  assert.equal(withMember('-factor:sms', 'factor', 'totp'), '-factor:sms factor:totp');
  assert.equal(withoutValue('factor:sms', 'factor', 'sms'), '-factor:sms');
  assert.equal(withoutValue('-factor:sms', 'factor', 'sms'), '-factor:sms');
  assert.equal(withoutTerm('a b c', 1), 'a c');
  assert.equal(memberTerm('action.name', 'delete workspace'), 'action.name:"delete workspace"');
  assert.equal(memberTerm('outcome.reason', 'a "quoted" one'), undefined);
});
