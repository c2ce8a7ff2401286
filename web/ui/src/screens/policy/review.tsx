import { useState } from 'preact/hooks';
import { putPolicy } from '../../api/policy';
import { Problem } from '../../api/problem';
import { useAction } from '../../load';
import { t } from '../../texts';
import { Button, ButtonLink } from '../../ui/controls';
import { focusHeading } from '../../ui/focus';
import { Card, Empty, Notice } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { tenantHref, type TenantProps } from '../props';
import { ChangeTable, changeList } from './changes';
import { faultsOf, type Fault } from './faults';
import type { Form } from './form';
import { Preview } from './preview';
import { PARAMETER, sectionOf, wishOf, withChanges } from './settings';
import { nameOf } from './words';

interface Props {
  place: TenantProps;
  form: Form;
  /** Whether the draft stands on the policy that is in force. */
  current: boolean;
  etag: string;
  reload: () => void;
}

/** The changes in words, what they would have flagged, and the button that puts them in force. */
export function Review({ place, form, current, etag, reload }: Props) {
  const [saved, setSaved] = useState(false);
  const action = useAction();
  const draft = form.editing?.draft;
  if (!draft)
    return saved ? (
      <Empty title={t.policy.saved} action={<ButtonLink kind="main" href={tenantHref(place, ['policy', 'history'], { fresh: 1 })}>{t.policy.toHistory}</ButtonLink>}>
        {t.policy.savedWhat}
      </Empty>
    ) : (
      <Empty title={t.policy.reviewNone} action={<ButtonLink href={tenantHref(place, ['policy'])}>{t.policy.toSettings}</ButtonLink>}>
        {t.policy.reviewNoneWhat}
      </Empty>
    );
  const faults = faultsOf(draft.changes, form.schema, form.parameters);
  const wish = wishOf(withChanges(form.inForce, draft.changes));
  const save = () =>
    action.run(async () => {
      try {
        await putPolicy(place.tenant, wish, etag);
      } catch (error) {
        // What holds now is read again: then it is shown what somebody else has changed.
        if (error instanceof Problem && [409, 412, 428, 503, 507].includes(error.status)) reload();
        if (error instanceof Problem && error.status === 412) return;
        throw error;
      }
      setSaved(true);
      form.editing?.discard();
      reload();
      focusHeading();
    });
  return (
    <>
      <Card title={t.policy.reviewTitle}>
        <ChangeTable caption={t.policy.reviewTitle} changes={changeList(form.inForce, draft.changes)} parameters={form.parameters} />
        {faults.length > 0 && <Faults place={place} form={form} faults={faults} />}
      </Card>
      {faults.length === 0 && current && <Preview place={place} wish={wish} />}
      {faults.length === 0 && current && (
        <Card title={t.policy.save}>
          <p>{t.policy.saveWhat}</p>
          <ProblemNotice error={action.error} />
          <div class="actions">
            <Button kind="main" busy={action.busy} onClick={save}>
              {t.policy.save}
            </Button>
          </div>
        </Card>
      )}
    </>
  );
}

function settingHref(place: TenantProps, setting: string): string {
  const find = setting.startsWith(PARAMETER) ? setting.slice(PARAMETER.length).split('.')[0] : undefined;
  return tenantHref(place, ['policy', sectionOf(setting)], { find });
}

function Faults({ place, form, faults }: { place: TenantProps; form: Form; faults: readonly Fault[] }) {
  return (
    <Notice tone="bad">
      <div>
        <p>
          <strong>{t.policy.someWrong}</strong>
        </p>
        <ul class="faults">
          {faults.map((one) => (
            <li key={one.setting}>
              <a href={settingHref(place, one.setting)}>{nameOf(one.setting, form.parameters)}</a>: <Raw text={one.text} />
            </li>
          ))}
        </ul>
      </div>
    </Notice>
  );
}
