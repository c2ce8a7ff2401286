import { useId } from 'preact/hooks';
import type { TypeRule } from '../../api/policy';
import { t } from '../../texts';
import { Button } from '../../ui/controls';
import { Notice } from '../../ui/parts';
import { kept, OwnSetting, valueIn, type Form, type SettingIds } from './form';
import { Select } from './inputs';
import { schemaOf } from './settings';
import { CUSTOM, daysOf, RULES, spanOf, spanText, UNITS, type Unit } from './spans';

export function RetentionSection({ form }: { form: Form }) {
  const rules = schemaOf(form.schema, 'retention.rule').enum ?? [];
  const rule = String(valueIn(form, 'retention.rule') ?? '');
  const shorter = daysOf(String(valueIn(form, 'retention.keep'))) < daysOf(String(form.inForce['retention.keep']));
  const choose = (next: string) => {
    form.editing?.set('retention.rule', next);
    const said = RULES[next];
    if (!said) return;
    form.editing?.set('retention.keep', said.keep);
    form.editing?.set('retention.at_hand', said.atHand);
  };
  return (
    <>
      <OwnSetting form={form} setting="retention.rule" reset={() => choose(String(schemaOf(form.schema, 'retention.rule').default ?? rule))} note={<div class="hint">{t.policy.ruleWhat[rule]}</div>}>
        {(ids) => <Select ids={ids} value={rule} options={rules.map((value) => ({ value, text: t.policy.rules[value] ?? value }))} onValue={choose} />}
      </OwnSetting>
      <OwnSetting form={form} setting="retention.keep" group note={shorter && <Notice tone="warn">{t.policy.shorterKeep}</Notice>}>
        {(ids) => <SpanSetting form={form} setting="retention.keep" ids={ids} />}
      </OwnSetting>
      <OwnSetting form={form} setting="retention.at_hand" group>
        {(ids) => <SpanSetting form={form} setting="retention.at_hand" ids={ids} />}
      </OwnSetting>
      <OwnSetting form={form} setting="retention.types" group>
        {(ids) => <TypesSetting form={form} ids={ids} rules={rules} />}
      </OwnSetting>
    </>
  );
}

function SpanSetting({ form, setting, ids }: { form: Form; setting: string; ids: SettingIds }) {
  return (
    <div role="group" aria-labelledby={ids.labelledBy} aria-describedby={ids.describedBy}>
      <SpanInput value={String(valueIn(form, setting) ?? '')} invalid={ids.invalid} onValue={(value) => form.editing?.set(setting, value)} />
    </div>
  );
}

function SpanInput({ value, invalid, onValue }: { value: string; invalid: boolean; onValue: (value: string) => void }) {
  const span = spanOf(value) ?? { count: '', unit: 'days' as Unit };
  const units = UNITS.filter((unit) => unit !== 'seconds' || span.unit === 'seconds');
  return (
    <div class="span-input">
      {span.unit !== 'forever' && (
        <input
          type="text"
          inputMode="numeric"
          autocomplete="off"
          aria-label={t.policy.spanNumber}
          aria-invalid={invalid || undefined}
          value={span.count}
          onInput={(event) => onValue(spanText({ ...span, count: event.currentTarget.value.replace(/\D/g, '').slice(0, 9) }))}
        />
      )}
      <select aria-label={t.policy.spanUnit} value={span.unit} onChange={(event) => onValue(spanText({ count: span.count || '12', unit: event.currentTarget.value as Unit }))}>
        {units.map((unit) => (
          <option key={unit} value={unit} selected={unit === span.unit}>
            {t.policy.units[unit]}
          </option>
        ))}
      </select>
    </div>
  );
}

function TypesSetting({ form, ids, rules }: { form: Form; ids: SettingIds; rules: readonly string[] }) {
  const setting = 'retention.types';
  const lines = (valueIn(form, setting) ?? []) as readonly TypeRule[];
  const most = schemaOf(form.schema, setting).maxItems ?? 64;
  const put = (next: readonly TypeRule[]) => form.editing?.set(setting, next);
  return (
    <div class="type-rules" role="group" aria-labelledby={ids.labelledBy} aria-describedby={ids.describedBy}>
      {lines.map((line, at) => (
        <TypeLine key={at} number={at + 1} line={line} rules={rules} onLine={(next) => put(lines.map((one, other) => (other === at ? next : one)))} onUp={at > 0 ? () => put(moved(lines, at)) : undefined} onRemove={() => put(lines.filter((_, other) => other !== at))} />
      ))}
      <div>
        <Button disabled={lines.length >= most} onClick={() => put([...lines, { types: '', rule: CUSTOM, keep: '12 months' }])}>
          {t.policy.addType}
        </Button>
      </div>
    </div>
  );
}

/** The line at a place, before the one that it followed. */
function moved(lines: readonly TypeRule[], at: number): TypeRule[] {
  const out = [...lines];
  out.splice(at - 1, 0, ...out.splice(at, 1));
  return out;
}

interface TypeLineProps {
  number: number;
  line: TypeRule;
  rules: readonly string[];
  onLine: (line: TypeRule) => void;
  onUp: (() => void) | undefined;
  onRemove: () => void;
}

function TypeLine({ number, line, rules, onLine, onUp, onRemove }: TypeLineProps) {
  const id = useId();
  const rule = (next: string) => onLine({ ...line, rule: next, keep: RULES[next]?.keep ?? line.keep });
  return (
    <fieldset class="type-rule">
      <legend>{t.policy.line(number)}</legend>
      <div class="field">
        <label for={`${id}-types`}>{t.policy.typeName}</label>
        <input id={`${id}-types`} type="text" autocomplete="off" spellcheck={false} autocapitalize="none" value={line.types} aria-describedby={`${id}-hint`} onInput={(event) => onLine({ ...line, types: event.currentTarget.value.trim() })} />
        <div class="hint" id={`${id}-hint`}>
          {t.policy.typeHint}
        </div>
      </div>
      <div class="field">
        <label for={`${id}-rule`}>{t.policy.typeRuleName}</label>
        <Select ids={{ id: `${id}-rule`, describedBy: `${id}-hint`, invalid: false }} value={line.rule} options={rules.map((value) => ({ value, text: t.policy.rules[value] ?? value }))} onValue={rule} />
      </div>
      <div class="field" role="group" aria-labelledby={`${id}-keep`}>
        <span class="label" id={`${id}-keep`}>
          {t.policy.typeKeep}
        </span>
        <SpanInput value={line.keep} invalid={Number.isNaN(daysOf(line.keep))} onValue={(keep) => onLine({ ...line, keep })} />
      </div>
      <div class="actions">
        {onUp && (
          <Button kind="quiet" label={t.policy.moveUpType(number)} onClick={onUp}>
            {t.policy.moveUp}
          </Button>
        )}
        <Button kind="quiet" label={t.policy.removeType(number)} onClick={kept(onRemove)}>
          {t.policy.remove}
        </Button>
      </div>
    </fieldset>
  );
}
