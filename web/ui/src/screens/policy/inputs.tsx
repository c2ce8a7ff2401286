import { useEffect, useState } from 'preact/hooks';
import { t } from '../../texts';
import type { Option } from '../../ui/controls';
import { numberText } from '../../ui/time';
import { valueIn, type Form, type SettingIds } from './form';
import { same, schemaOf, type Value } from './settings';
import { secondsText } from './words';

interface InputProps {
  ids: SettingIds;
  value: string;
  onValue: (value: string) => void;
  /** Stands behind the number. */
  unit?: string | undefined;
  /** The number as people say it. */
  inWords?: string | undefined;
}

export function NumberInput({ ids, value, onValue, unit, inWords }: InputProps) {
  return (
    <div class="number-input">
      <input id={ids.id} type="text" inputMode="numeric" autocomplete="off" value={value} aria-describedby={ids.describedBy} aria-invalid={ids.invalid || undefined} onInput={(event) => onValue(event.currentTarget.value.trim())} />
      {unit && <span>{unit}</span>}
      {inWords && inWords !== `${value} ${unit ?? ''}` && <span class="hint">= {inWords}</span>}
    </div>
  );
}

/** Seconds or a count that the policy itself has, within the bounds of the schema. */
export function NumberSetting({ form, setting, ids }: { form: Form; setting: string; ids: SettingIds }) {
  const value = valueIn(form, setting);
  const { minimum, maximum } = schemaOf(form.schema, setting);
  const seconds = setting.endsWith('_s');
  return (
    <>
      <NumberInput
        ids={ids}
        value={String(value ?? '')}
        unit={seconds ? t.policy.seconds : undefined}
        inWords={seconds && typeof value === 'number' && value >= 60 ? secondsText(value) : undefined}
        onValue={(text) => form.editing?.set(setting, /^\d{1,15}$/.test(text) ? Number(text) : text)}
      />
      {minimum !== undefined && maximum !== undefined && <div class="hint">{t.policy.bounds(numberText(minimum), numberText(maximum))}</div>}
    </>
  );
}

export function SwitchSetting({ form, setting, ids }: { form: Form; setting: string; ids: SettingIds }) {
  const on = valueIn(form, setting) === true;
  return (
    <div class="switch">
      <input id={ids.id} type="checkbox" checked={on} aria-describedby={ids.describedBy} onChange={(event) => form.editing?.set(setting, event.currentTarget.checked)} />
      <span aria-hidden="true">{on ? t.common.yes : t.common.no}</span>
    </div>
  );
}

export function Select({ ids, value, options, onValue }: { ids: Pick<SettingIds, 'id' | 'describedBy' | 'invalid'>; value: string; options: readonly Option[]; onValue: (value: string) => void }) {
  // What the appliance says and this page does not know is not lost.
  const known = options.some((one) => one.value === value) ? options : [...options, { value, text: value }];
  return (
    <select id={ids.id} value={value} aria-describedby={ids.describedBy} aria-invalid={ids.invalid || undefined} onChange={(event) => onValue(event.currentTarget.value)}>
      {known.map((one) => (
        <option key={one.value} value={one.value} selected={one.value === value}>
          {one.text}
        </option>
      ))}
    </select>
  );
}

/** A list, one item a line. Blank lines are typed and do not count. */
export function LinesInput({ ids, items, onItems, rows = 4 }: { ids: SettingIds; items: readonly string[]; onItems: (items: string[]) => void; rows?: number }) {
  const [text, setText] = useState(() => items.join('\n'));
  useEffect(() => {
    // It was changed from elsewhere: undone, or saved.
    if (!same(itemsOf(text), items)) setText(items.join('\n'));
  }, [JSON.stringify(items)]);
  return (
    <>
      <textarea
        id={ids.id}
        rows={Math.max(rows, Math.min(12, items.length + 1))}
        value={text}
        spellcheck={false}
        autocapitalize="none"
        aria-describedby={ids.describedBy}
        aria-invalid={ids.invalid || undefined}
        onInput={(event) => {
          setText(event.currentTarget.value);
          onItems(itemsOf(event.currentTarget.value));
        }}
      />
      <div class="hint">{t.policy.oneALine}</div>
    </>
  );
}

function itemsOf(text: string): string[] {
  return [...new Set(text.split('\n').map((line) => line.trim()))].filter((line) => line !== '');
}

export function LinesSetting({ form, setting, ids }: { form: Form; setting: string; ids: SettingIds }) {
  return <LinesInput ids={ids} items={(valueIn(form, setting) ?? []) as string[]} onItems={(items) => form.editing?.set(setting, items)} />;
}

/** Several of a few, as checkboxes. */
export function ChecksSetting({ form, setting, ids, options }: { form: Form; setting: string; ids: SettingIds; options: readonly Option[] }) {
  const chosen = (valueIn(form, setting) ?? []) as readonly string[];
  const toggle = (value: string, on: boolean): Value => (on ? [...chosen, value] : chosen.filter((one) => one !== value));
  return (
    <div class="checks" role="group" aria-labelledby={ids.labelledBy} aria-describedby={ids.describedBy}>
      {options.map((one) => (
        <label key={one.value} class="check">
          <input type="checkbox" checked={chosen.includes(one.value)} onChange={(event) => form.editing?.set(setting, toggle(one.value, event.currentTarget.checked))} />
          {one.text}
        </label>
      ))}
    </div>
  );
}
