import { page } from './page';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ComponentType, h, options, render } from 'preact';
import { lazy } from '../../src/ui/lazy';

// What components do after they were drawn waits until it is called for.
const waiting: (() => void)[] = [];
options.requestAnimationFrame = (done) => void waiting.push(done);
const settled = async () => {
  waiting.splice(0).forEach((done) => done());
  await new Promise(setImmediate);
};

test('a script that comes for a place that one has left is shown where one is now', async () => {
  let come: (component: ComponentType) => void = () => undefined;
  const script = new Promise<ComponentType>((resolve) => (come = resolve));
  const Screen = lazy(() => script);
  const root = page.createElement('main');
  render(h(Screen, { key: 'acme' }), root);
  await settled();
  render(h(Screen, { key: 'globex' }), root);
  come(() => h('p', null, 'the screen'));
  await new Promise(setImmediate);
  for (let i = 0; i < 3; i++) await settled();
  assert.equal(root.firstChild?.firstChild?.nodeValue, 'the screen');
});
