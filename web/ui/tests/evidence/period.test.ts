import assert from 'node:assert/strict';
import test from 'node:test';
import { fromLocalInput, PRESETS, spanOf, within, type Preset } from '../../src/screens/evidence/period';
import { localInput } from '../../src/ui/local_input';

process.env['TZ'] = 'Europe/Berlin';

test('months, quarters and years are those of the reader’s zone', () => {
  const now = new Date('2026-01-01T00:30:00+01:00');
  const spans: Partial<Record<Preset, [string, string]>> = {
    last_month: ['2025-11-30T23:00:00Z', '2025-12-31T23:00:00Z'],
    last_quarter: ['2025-09-30T22:00:00Z', '2025-12-31T23:00:00Z'],
    this_year: ['2025-12-31T23:00:00Z', '2025-12-31T23:30:00Z'],
    last_year: ['2024-12-31T23:00:00Z', '2025-12-31T23:00:00Z'],
    last_30_days: ['2025-12-01T23:00:00Z', '2025-12-31T23:30:00Z'],
  };
  for (const [preset, [from, to]] of Object.entries(spans)) assert.deepEqual(spanOf(preset as Exclude<Preset, 'exact'>, now), { from, to }, preset);
});

test('what a preset gives is never turned around and never lies ahead', () => {
  for (let day = 0; day < 800; ++day) {
    const now = new Date(Date.UTC(2024, 0, 1, 12, 34, 56, 789) + day * 86_400_000);
    for (const preset of PRESETS) {
      if (preset === 'exact') continue;
      const span = spanOf(preset, now);
      assert.ok(new Date(span.from) < new Date(span.to), `${preset} on ${now.toISOString()}`);
      assert.ok(new Date(span.to) <= now, `${preset} on ${now.toISOString()}`);
    }
  }
});

test('a period is cut to what one may see', () => {
  const span = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
  assert.deepEqual(within(span, undefined), span);
  assert.deepEqual(within(span, { from: '2025-01-01T00:00:00Z', before: '2027-01-01T00:00:00Z' }), span);
  assert.deepEqual(within(span, { from: '2026-01-10T00:00:00Z', before: '2026-01-20T00:00:00Z' }), { from: '2026-01-10T00:00:00Z', to: '2026-01-20T00:00:00Z' });
  assert.equal(within(span, { from: '2026-02-01T00:00:00Z', before: '2026-03-01T00:00:00Z' }), undefined, 'they only touch');
});

test('a field for a time keeps the moment', () => {
  for (const time of ['2026-01-31T09:30:00Z', '2026-07-01T00:00:00Z', '2026-03-29T00:59:59Z', '2026-03-29T01:00:00Z']) assert.equal(fromLocalInput(localInput(time)), time);
  assert.equal(localInput('2026-07-01T00:00:00Z'), '2026-07-01T02:00:00');
  for (const none of ['', 'x', '2026-13-01T00:00']) assert.equal(fromLocalInput(none), '');
  assert.equal(localInput('yesterday'), '');
});
