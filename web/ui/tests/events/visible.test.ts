import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginningOf, runsOf } from '../../src/ui/visible';

const shown = (text: string, lines = false) =>
  runsOf(text, lines)
    .map((run) => (run.escape ? `[${run.text}]` : run.text))
    .join('');

test('what turns the direction of writing or is not seen is shown as its escape', () => {
  assert.equal(shown('a\u202eb\u2066c\u200bd\u0007e\ufefff\u00adg'), 'a[\\u202e]b[\\u2066]c[\\u200b]d[\\u0007]e[\\ufeff]f[\\u00ad]g');
  assert.equal(shown('a\u{e0041}b\ud800c\u3164d'), 'a[\\u{e0041}]b[\\ud800]c[\\u3164]d');
  assert.equal(shown('a\u00a0b'), 'a[\\u00a0]b');
});

test('lines are kept where they are wanted', () => {
  assert.equal(shown('a\n\tb'), 'a[\\u000a][\\u0009]b');
  assert.equal(shown('a\n\tb\r', true), 'a\n\tb[\\u000d]');
});

test('emoji and other scripts stay as they are', () => {
  assert.equal(shown('👩‍👩‍👧 ❤️ Ñandú مرحبا 日本語 ไทย'), '👩‍👩‍👧 ❤️ Ñandú مرحبا 日本語 ไทย');
  assert.equal(shown('a\u200db'), 'a[\\u200d]b');
});

test('marks do not reach over the lines beside', () => {
  assert.ok(shown(`Z${'\u0301'.repeat(500)}!`).length < 10);
});

test('a text is never cut within a character', () => {
  assert.equal(beginningOf('ab😀cd', 3), 'ab');
  assert.equal(beginningOf('ab😀cd', 4), 'ab😀');
  assert.equal(beginningOf('ab', 4), 'ab');
});
