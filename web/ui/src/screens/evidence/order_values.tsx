import { PROFILES, type Limits } from '../../api/bundles';
import { t } from '../../texts';
import { Card } from '../../ui/parts';
import type { PartProps } from './order_page';
import { Radios } from './radio';

/** How much of personal values the bundle shows: what the tenant's policy gives the role, and no more. */
export function ValuesCard({ draft, change, limits }: PartProps & { limits: Limits }) {
  const given = PROFILES.slice(0, PROFILES.indexOf(limits.most) + 1);
  return (
    <Card title={t.evidence.form.valuesTitle}>
      <Radios
        legend={t.evidence.form.valuesTitle}
        options={given.map((value) => ({
          value,
          text: t.evidence.profiles[value],
          hint: value === 'full' && limits.fourEyes ? `${t.evidence.profilesWhat.full} ${t.evidence.form.valuesFourEyes}` : t.evidence.profilesWhat[value],
        }))}
        value={draft.profile}
        onValue={(profile) => change({ profile })}
      />
      {limits.most !== 'full' && <p class="hint">{t.evidence.form.valuesLimit(t.evidence.profiles[limits.most])}</p>}
    </Card>
  );
}
