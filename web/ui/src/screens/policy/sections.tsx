import { ALLOWANCES } from '../../api/policy';
import { t } from '../../texts';
import { Notice, Pairs } from '../../ui/parts';
import { OwnSetting, valueIn, isChanged, type Form } from './form';
import { ChecksSetting, LinesSetting, NumberSetting, Select, SwitchSetting } from './inputs';
import { schemaOf, SHARING } from './settings';

export function FactorsSection({ form }: { form: Form }) {
  const factors = schemaOf(form.schema, 'access.factors').items?.enum ?? [];
  return (
    <>
      <OwnSetting form={form} setting="access.factors" group>
        {(ids) => <ChecksSetting form={form} setting="access.factors" ids={ids} options={factors.map((value) => ({ value, text: t.policy.factors[value] ?? value }))} />}
      </OwnSetting>
      <OwnSetting form={form} setting="access.step_up.actions">
        {(ids) => <LinesSetting form={form} setting="access.step_up.actions" ids={ids} />}
      </OwnSetting>
      {(['access.step_up.window_s', 'access.lockout.attempts', 'access.audit_access.window_s'] as const).map((setting) => (
        <OwnSetting key={setting} form={form} setting={setting}>
          {(ids) => <NumberSetting form={form} setting={setting} ids={ids} />}
        </OwnSetting>
      ))}
      {(['access.audit_access.single_records', 'access.audit_access.four_eyes'] as const).map((setting) => (
        <OwnSetting key={setting} form={form} setting={setting}>
          {(ids) => <SwitchSetting form={form} setting={setting} ids={ids} />}
        </OwnSetting>
      ))}
    </>
  );
}

export function SharingSection({ form }: { form: Form }) {
  const options = ALLOWANCES.map((value) => ({ value, text: t.policy.allowances[value] ?? value }));
  return (
    <>
      {SHARING.map((setting) => (
        <OwnSetting key={setting} form={form} setting={setting}>
          {(ids) => <Select ids={ids} value={String(valueIn(form, setting) ?? '')} options={options} onValue={(value) => form.editing?.set(setting, value)} />}
        </OwnSetting>
      ))}
      <div class="setting-legend">
        <h2>{t.policy.levels}</h2>
        <Pairs pairs={ALLOWANCES.map((level) => [t.policy.allowances[level] ?? level, t.policy.allowanceWhat[level]] as const)} />
      </div>
    </>
  );
}

export function AttributesSection({ form }: { form: Form }) {
  const setting = 'attributes.not_personal';
  return (
    <OwnSetting form={form} setting={setting} note={isChanged(form, setting) && <Notice tone="warn">{t.policy.lessPersonal}</Notice>}>
      {(ids) => <LinesSetting form={form} setting={setting} ids={ids} />}
    </OwnSetting>
  );
}
