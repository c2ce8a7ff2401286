import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HEIGHT_MOST, Scroller } from '../../src/screens/events/scroller';

const ROW = 50;
const VIEW = 600;

/** What a browser does with scrollTop. */
function pane(count: number) {
  let top = 0;
  const most = Math.min(count * ROW, HEIGHT_MOST) - VIEW;
  return {
    clientHeight: VIEW,
    get scrollTop() {
      return top;
    },
    set scrollTop(to: number) {
      top = Math.min(Math.max(0, Math.round(to)), Math.max(0, most));
    },
    most,
  };
}

function scroller(count: number) {
  const element = pane(count);
  return { element, one: new Scroller(element as unknown as HTMLElement, ROW, count, 0) };
}

test('few rows are scrolled as they are', () => {
  const { element, one } = scroller(100);
  element.scrollTop = 1234;
  one.scrolled();
  assert.equal(one.top, 1234);
  one.goTo(1e9);
  assert.equal(one.top, 100 * ROW - VIEW);
});

test('both ends of ten million rows are reached, by dragging, by keys and by hand', () => {
  const count = 10_000_000;
  const end = count * ROW - VIEW;
  const { element, one } = scroller(count);
  element.scrollTop = element.most;
  one.scrolled();
  assert.equal(one.top, end);
  one.goTo(0);
  assert.equal(one.top, 0);
  one.goTo(end);
  assert.equal(one.top, end);
  // By hand, upwards from the end and back: never past the end, never stuck before it.
  for (let step = 0; step < 200; ++step) {
    element.scrollTop -= 300;
    one.scrolled();
  }
  assert.ok(Math.abs(one.top - (end - 60_000)) < 5, String(one.top));
  for (let step = 0; step < 400; ++step) {
    element.scrollTop += 300;
    one.scrolled();
  }
  assert.equal(one.top, end);
});

test('by hand each step moves as far as it should, wherever one is, and at most one is cut short', () => {
  const { element, one } = scroller(1_000_000);
  for (const part of [0, 0.001, 0.3, 0.9, 0.9999]) {
    element.scrollTop = element.most * part;
    one.scrolled();
    let short = 0;
    for (let step = 0; step < 2_000; ++step) {
      const before = one.top;
      const moved = Math.min(100, 1_000_000 * ROW - VIEW - before);
      element.scrollTop += 100;
      one.scrolled();
      const by = one.top - before;
      assert.ok(by >= Math.min(1, moved) && by <= moved + 1, `${part} ${step}: ${by}`);
      if (by < moved - 1) ++short;
    }
    assert.ok(short <= 1, `${part}: ${short}`);
  }
});

test('going to a row is exact', () => {
  const { one } = scroller(5_000_000);
  for (const row of [0, 1, 17, 4_000, 2_500_000, 2_500_001, 4_999_900]) {
    one.goTo(row * ROW);
    assert.ok(Math.abs(one.top - row * ROW) < 1, `${row}: ${one.top / ROW}`);
  }
});
