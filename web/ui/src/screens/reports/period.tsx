import { useState } from 'preact/hooks';
import { t } from '../../texts';
import { Field, SelectField } from '../../ui/controls';
import { localInput } from '../../ui/local_input';
import { utcText } from '../../ui/time';
import { PRESETS, presetOf, spanOf, type Preset, type Span } from './spans';

interface PeriodProps {
  span: Span;
  /** An auditor's period. */
  bounds: Span | undefined;
  onSpan: (span: Span) => void;
  fault: string | undefined;
}

/** A period: one of some that are often wanted, or any. One types in one's own zone, and UTC stands beside it. */
export function PeriodField({ span, bounds, onSpan, fault }: PeriodProps) {
  const offered = PRESETS.filter((preset) => (preset !== 'whole' || bounds) && spanOf(preset, bounds));
  return (
    <fieldset class="form" aria-describedby={fault ? 'period-fault' : undefined}>
      <legend class="unseen">{t.period.legend}</legend>
      <SelectField
        label={t.period.preset}
        value={presetOf(span, bounds) ?? 'exact'}
        options={[...offered, 'exact' as const].map((value) => ({ value, text: t.period.presets[value] }))}
        onValue={(value) => {
          const chosen = value === 'exact' ? undefined : spanOf(value as Preset, bounds);
          if (chosen) onSpan(chosen);
        }}
        hint={t.period.presetHint}
      />
      <div class="form-row">
        <Moment label={t.period.from} hint={t.period.fromHint} at={span.from} onAt={(from) => onSpan({ ...span, from })} />
        <Moment label={t.period.to} hint={t.period.toHint} at={span.to} onAt={(to) => onSpan({ ...span, to })} />
      </div>
      {fault && (
        <p class="error" id="period-fault" role="alert">
          {fault}
        </p>
      )}
    </fieldset>
  );
}

/** An empty text where no moment is chosen. */
function Moment({ label, hint, at, onAt }: { label: string; hint: string; at: string; onAt: (at: string) => void }) {
  const [missing, setMissing] = useState(false);
  const take = (input: HTMLInputElement) => {
    const chosen = input.value ? new Date(input.value) : undefined;
    if (chosen && !Number.isNaN(chosen.getTime())) onAt(chosen.toISOString().replace('.000Z', 'Z'));
  };
  return (
    <Field label={label} hint={<>{at && <span class="amount">{t.common.utc(utcText(at))}</span>} {hint}</>} error={missing ? t.period.missing : undefined}>
      {({ id, describedBy, invalid }) => (
        <input
          id={id}
          type="datetime-local"
          step="1"
          value={localText(at)}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          onChange={(event) => take(event.currentTarget)}
          // Half a moment is none, and drawing it anew while one types would take it away.
          onBlur={(event) => setMissing(event.currentTarget.value === '')}
        />
      )}
    </Field>
  );
}

/** As the input field gives it back, without seconds where there are none: what differs is put into it anew, also while one types. */
function localText(at: string): string {
  return localInput(at).replace(/(T\d\d:\d\d):00$/, '$1');
}
