import { useMemo } from 'preact/hooks';
import type { Judged, Parameter } from '../../api/policy';
import { go } from '../../route';
import { t } from '../../texts';
import { Button, Checkbox, TextField } from '../../ui/controls';
import { Badge, Empty } from '../../ui/parts';
import { numberText } from '../../ui/time';
import { tenantHref, type TenantProps } from '../props';
import { takesNumbers } from './faults';
import { isChanged, Setting, valueIn, type Form, type SettingIds } from './form';
import { LinesInput, NumberInput, Select } from './inputs';
import { PARAMETER } from './settings';
import { isSwitch, listOf, meaningOf, ownValue, secondsText } from './words';

interface Props {
  form: Form;
  judged: readonly Judged[];
  place: TenantProps;
  /** Shows those that the policy sets, and nothing to look for. */
  setOnly?: boolean;
}

/** Values of controls and detections, to be found by what they say. */
export function ControlsSection({ form, judged, place, setOnly = false }: Props) {
  const find = place.query.get('find') ?? '';
  const differing = place.query.get('differing') === '1';
  const show = (query: { find?: string; differing?: boolean }) =>
    go(tenantHref(place, ['policy', 'controls'], { find: query.find ?? find, differing: (query.differing ?? differing) ? 1 : undefined }), 'replace');
  const shown = useMemo(() => judged.filter((one) => fits(one, find)), [judged, find]).filter((one) => !differing || countSet(form, one) > 0);
  if (setOnly) {
    const set = judged.filter((one) => countSet(form, one) > 0);
    return set.length === 0 ? <p>{t.policy.noneSet}</p> : <>{set.map((one) => <Control key={one.id} form={form} judged={one} open />)}</>;
  }
  return (
    <>
      <div class="find-row">
        <TextField type="search" label={t.policy.findControl} hint={t.policy.findControlHint} value={find} onValue={(text) => show({ find: text })} />
        <Checkbox label={t.policy.onlyChanged} checked={differing} onChecked={(on) => show({ differing: on })} />
      </div>
      <p class="hint" role="status">
        {t.policy.controlCount(shown.length, judged.length)}
      </p>
      {shown.length === 0 && (
        <Empty title={t.policy.noControls} action={<Button onClick={() => show({ find: '', differing: false })}>{t.policy.showAll}</Button>}>
          {t.policy.noControlsWhat}
        </Empty>
      )}
      {shown.map((one) => (
        <Control key={one.id} form={form} judged={one} open={shown.length <= 3 || hasChanges(form, one)} />
      ))}
    </>
  );
}

function fits(judged: Judged, find: string): boolean {
  const text = [judged.id, judged.title, judged.objective, ...judged.parameters.flatMap((one) => [one.id, one.meaning])].join(' ').toLowerCase();
  return find.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

const settingOf = (judged: Judged, parameter: Parameter) => `${PARAMETER}${judged.id}.${parameter.id}`;

function countSet(form: Form, judged: Judged): number {
  return judged.parameters.filter((one) => valueIn(form, settingOf(judged, one)) !== undefined).length;
}

function hasChanges(form: Form, judged: Judged): boolean {
  return judged.parameters.some((one) => isChanged(form, settingOf(judged, one)));
}

function Control({ form, judged, open }: { form: Form; judged: Judged; open: boolean }) {
  const set = countSet(form, judged);
  return (
    <details class="control" open={open}>
      <summary>
        <span class="control-title">{judged.title}</span>
        <span class="control-marks">
          {set > 0 && <Badge tone="warn">{t.policy.parametersSet(set)}</Badge>}
          {hasChanges(form, judged) && <Badge tone="info">{t.policy.changedBadge}</Badge>}
          <Badge>{t.policy.kinds[judged.kind] ?? judged.kind}</Badge>
          <code>{judged.id}</code>
        </span>
      </summary>
      <p class="hint">{judged.objective}</p>
      {judged.parameters.map((one) => (
        <ParameterSetting key={one.id} form={form} judged={judged} parameter={one} />
      ))}
    </details>
  );
}

function ParameterSetting({ form, judged, parameter }: { form: Form; judged: Judged; parameter: Parameter }) {
  const setting = settingOf(judged, parameter);
  const said = meaningOf(parameter);
  const meaning = said.charAt(0).toUpperCase() + said.slice(1);
  return (
    <Setting
      form={form}
      setting={setting}
      name={meaning}
      what={
        <>
          <code>{parameter.id}</code>
          {parameter.origin && ` · ${t.policy.origin}: ${parameter.origin}`}
        </>
      }
      byDefault={ownValue(parameter)}
    >
      {(ids) => <ParameterInput form={form} setting={setting} parameter={parameter} ids={ids} />}
    </Setting>
  );
}

function ParameterInput({ form, setting, parameter, ids }: { form: Form; setting: string; parameter: Parameter; ids: SettingIds }) {
  const own = ownValue(parameter);
  const value = String(valueIn(form, setting) ?? own);
  // What is as the control has it anyway is left to the control.
  const put = (text: string) => form.editing?.set(setting, text === own ? null : text);
  if (typeof parameter.default !== 'number' && listOf(own)) {
    const numbers = takesNumbers(parameter.meaning);
    const written = (items: string[]) => JSON.stringify(numbers && items.every((one) => /^\d+$/.test(one)) ? items.map(Number) : items);
    return <LinesInput ids={ids} items={listOf(value) ?? []} onItems={(items) => put(written(items))} />;
  }
  if (typeof parameter.default !== 'number') return <input id={ids.id} type="text" value={value} aria-describedby={ids.describedBy} aria-invalid={ids.invalid || undefined} onInput={(event) => put(event.currentTarget.value)} />;
  if (isSwitch(parameter)) return <Select ids={ids} value={value} options={['0', '1'].map((one) => ({ value: one, text: `${one}: ${t.policy.yesNo[one]}` }))} onValue={put} />;
  const unit = parameter.unit && (t.policy.parameterUnits[parameter.unit] ?? parameter.unit);
  return (
    <>
      <NumberInput ids={ids} value={value} unit={unit} inWords={parameter.unit === 's' && Number(value) >= 60 ? secondsText(Number(value)) : undefined} onValue={put} />
      <Bounds parameter={parameter} />
    </>
  );
}

function Bounds({ parameter: { least, most } }: { parameter: Parameter }) {
  if (least === undefined) return null;
  return <div class="hint">{most === undefined ? t.policy.boundsLeast(numberText(least)) : t.policy.bounds(numberText(least), numberText(most))}</div>;
}
