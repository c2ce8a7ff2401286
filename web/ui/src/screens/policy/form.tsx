import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { Schema } from '../../api/policy';
import { t } from '../../texts';
import { Button } from '../../ui/controls';
import { Badge } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import type { Editing } from './draft';
import { faultOf } from './faults';
import { same, schemaOf, type Settings, type Value } from './settings';
import { nameOf, valueText, type Parameters } from './words';

/** What every part of the editor works on. */
export interface Form {
  inForce: Settings;
  /** Absent where one may only read. */
  editing: Editing | undefined;
  schema: Schema;
  parameters: Parameters;
}

export function isChanged(form: Form, setting: string): boolean {
  return form.editing?.draft !== undefined && setting in form.editing.draft.changes;
}

/** As it stands in the form: what was typed, else what is in force. */
export function valueIn(form: Form, setting: string): Value | undefined {
  const changes = form.editing?.draft?.changes;
  return changes && setting in changes ? (changes[setting] ?? undefined) : form.inForce[setting];
}

export interface SettingIds {
  id: string;
  labelledBy: string;
  describedBy: string;
  invalid: boolean;
}

interface SettingProps {
  form: Form;
  setting: string;
  name: string;
  what: ComponentChildren;
  /** What holds where nobody says anything. */
  byDefault?: Value | undefined;
  children: (ids: SettingIds) => ComponentChildren;
  /** Whether the control has a heading of its own to be found by, as a group of checkboxes has. */
  group?: boolean;
  /** Shown while it is edited, below the control. */
  note?: ComponentChildren;
  /** What setting it to the default does, where that is more than the setting itself. */
  reset?: (() => void) | undefined;
}

/** One setting: what it does, its control, what is in force, and the default. */
export function Setting({ form, setting, name, what, byDefault, children, group = false, note, reset }: SettingProps) {
  const id = useId();
  const changed = isChanged(form, setting);
  const value = valueIn(form, setting);
  const fault = changed && form.editing ? faultOf(setting, form.editing.draft?.changes[setting] ?? null, form.schema, form.parameters) : undefined;
  const Label = form.editing && !group ? 'label' : 'div';
  const ids: SettingIds = { id, labelledBy: `${id}-label`, describedBy: [`${id}-what`, ...(fault ? [`${id}-fault`] : [])].join(' '), invalid: fault !== undefined };
  return (
    <div class={changed ? 'setting changed' : 'setting'} id={`setting-${setting}`}>
      <div class="setting-said">
        <div class="setting-head">
          <Label class="setting-name" id={ids.labelledBy} {...(Label === 'label' ? { for: id } : {})}>
            {name}
          </Label>
          {changed && <Badge tone="info">{t.policy.changedBadge}</Badge>}
        </div>
        <div class="hint" id={`${id}-what`}>
          {what}
        </div>
      </div>
      <div class="setting-control">
        {form.editing ? children(ids) : <p class="setting-value"><Raw text={valueText(setting, value, form.parameters)} /></p>}
        {fault && (
          <div class="error" id={`${id}-fault`}>
            {fault}
          </div>
        )}
        {form.editing && note}
        <Facts form={form} setting={setting} name={name} reset={reset} byDefault={byDefault} value={value} changed={changed} />
      </div>
    </div>
  );
}

/** For a button that goes with what it does: focus goes to the setting itself. */
export function kept(work: () => void): (event: MouseEvent) => void {
  return (event) => {
    const setting = event.currentTarget instanceof HTMLElement ? event.currentTarget.closest('.setting') : null;
    setting?.querySelector<HTMLElement>('input, select, textarea')?.focus();
    work();
  };
}

interface FactsProps extends Pick<SettingProps, 'form' | 'setting' | 'name' | 'reset'> {
  byDefault: Value | undefined;
  value: Value | undefined;
  changed: boolean;
}

function Facts({ form, setting, name, reset, byDefault, value, changed }: FactsProps) {
  const inForce = form.inForce[setting];
  const isDefault = byDefault !== undefined && (inForce === undefined || same(inForce, byDefault));
  const canReset = form.editing !== undefined && byDefault !== undefined && value !== undefined && !isDefault && !same(value, byDefault);
  return (
    <div class="setting-facts">
      {form.editing && changed && (
        <span>{isDefault ? t.policy.inForceDefault(valueText(setting, byDefault, form.parameters)) : t.policy.inForceIs(valueText(setting, inForce, form.parameters))}</span>
      )}
      {byDefault !== undefined && !isDefault && <span>{t.policy.defaultIs(valueText(setting, byDefault, form.parameters))}</span>}
      {!changed && isDefault && byDefault !== undefined && <span>{t.policy.isDefault}</span>}
      {changed && (
        <Button kind="quiet" label={t.policy.undoWhat(name)} onClick={kept(() => form.editing?.undo(setting))}>
          {t.policy.undo}
        </Button>
      )}
      {canReset && (
        <Button kind="quiet" label={t.policy.resetWhat(name)} onClick={kept(reset ?? (() => form.editing?.set(setting, byDefault)))}>
          {t.policy.reset}
        </Button>
      )}
    </div>
  );
}

/** A setting of the policy's own, with the texts and the default that belong to it. */
export function OwnSetting({ form, setting, ...rest }: Omit<SettingProps, 'name' | 'what' | 'byDefault'>) {
  const text = t.policy.settings[setting];
  return (
    <Setting
      form={form}
      setting={setting}
      name={text?.name ?? nameOf(setting, form.parameters)}
      what={text?.what}
      byDefault={schemaOf(form.schema, setting).default as Value | undefined}
      {...rest}
    />
  );
}
