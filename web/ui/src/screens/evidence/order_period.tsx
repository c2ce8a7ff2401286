import { t } from '../../texts';
import { TextField } from '../../ui/controls';
import { Card } from '../../ui/parts';
import { localInput } from '../../ui/local_input';
import { Time, utcText } from '../../ui/time';
import { spanOfDraft } from './draft';
import type { PartProps } from './order_page';
import { fromLocalInput, PRESETS, spanOf, within, type Preset } from './period';
import { Period } from './bundle_parts';
import { Radios } from './radio';

type Access = { from: string; before: string } | undefined;

export function PeriodCard({ draft, change, faults, now, access }: PartProps & { now: Date; access: Access }) {
  const span = spanOfDraft(draft, now, access);
  const options = PRESETS.map((value) => {
    const outside = value !== 'exact' && within(spanOf(value, now), access) === undefined;
    const text = t.evidence.form.presets[value];
    return { value, text: outside ? `${text} (${t.evidence.form.outside})` : text, disabled: outside };
  });
  const cut = draft.preset !== 'exact' && span !== undefined && isCut(draft.preset, now, span.from, span.to);
  const choose = (preset: Preset) => change(preset === 'exact' && span ? { preset, exact: span } : { preset });
  return (
    <Card title={t.evidence.form.periodTitle}>
      <p class="hint">{t.evidence.form.periodWhat}</p>
      {access && (
        <p class="hint">
          {t.evidence.form.yourPeriod} <Time at={access.from} /> {t.evidence.form.yourPeriodBefore} <Time at={access.before} />
        </p>
      )}
      <Radios inline legend={t.evidence.form.periodTitle} options={options} value={draft.preset} onValue={choose} />
      {draft.preset === 'exact' ? <Exact draft={draft} change={change} faults={faults} access={access} /> : span ? <Period from={span.from} to={span.to} /> : <p class="error">{t.evidence.form.badAccess}</p>}
      {cut && <p class="hint">{t.evidence.form.cut}</p>}
    </Card>
  );
}

function isCut(preset: Exclude<Preset, 'exact'>, now: Date, from: string, to: string): boolean {
  const whole = spanOf(preset, now);
  return whole.from !== from || whole.to !== to;
}

function Exact({ draft, change, faults, access }: PartProps & { access: Access }) {
  const { from, to } = draft.exact;
  const order = faults.includes('badOrder') ? t.evidence.form.badOrder : undefined;
  const wrong = (text: string, beyond: boolean) => {
    if (faults.includes('badTime') && !text) return t.evidence.form.badTime;
    return faults.includes('badAccess') && beyond ? t.evidence.form.badAccess : undefined;
  };
  const early = access !== undefined && new Date(from) < new Date(access.from);
  const late = access !== undefined && new Date(to) > new Date(access.before);
  const utc = (text: string) => text && !Number.isNaN(new Date(text).getTime()) && t.evidence.form.utc(utcText(text));
  return (
    <div class="form-row">
      <TextField
        label={t.evidence.form.from}
        type="datetime-local"
        step={1}
        value={localInput(from)}
        hint={utc(from)}
        error={wrong(from, early)}
        onValue={(text) => change({ exact: { from: fromLocalInput(text), to } })}
      />
      <TextField
        label={t.evidence.form.before}
        type="datetime-local"
        step={1}
        value={localInput(to)}
        hint={utc(to)}
        error={wrong(to, late) ?? order}
        onValue={(text) => change({ exact: { from, to: fromLocalInput(text) } })}
      />
    </div>
  );
}
