import { attributesOf, PERSONAL, textMember, type Entry } from '../../api/record';
import { readPolicy } from '../../api/policy';
import type { Place, ValuesAnswer } from '../../api/records';
import type { Role } from '../../api/session';
import { useLoad } from '../../load';
import { SYSTEM } from '../../shell';
import { t } from '../../texts';
import { Button } from '../../ui/controls';
import { Notice } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { isToken } from '../../ui/token';

/** Whether the record has a token of anything. */
function hasTokens(entry: Entry): boolean {
  return Object.keys(PERSONAL).some((path) => textMember(entry, path) !== '') || attributesOf(entry).some((one) => isToken(one.value));
}

interface ValuesProps {
  place: Place;
  role: Role;
  entry: Entry;
  values: ValuesAnswer | undefined;
  error: unknown;
  busy: boolean;
  onShow: () => void;
  onHide: () => void;
}

/** Lets the person see what the tokens stand for, as far as the tenant's policy gives her role anything. */
export function ValuesBar({ place, role, entry, values, error, busy, onShow, onHide }: ValuesProps) {
  const sharing = useLoad(`${place.tenant}/${role}`, async (signal) => (place.tenant === SYSTEM ? undefined : (await readPolicy(place.tenant, signal)).policy.sharing[role]));
  // Where it is not known the appliance decides; an auditor has none by default.
  const given = sharing.data === undefined ? (sharing.loading ? undefined : role !== 'auditor') : sharing.data !== 'none' && sharing.data !== 'pseudonymous';
  if (!hasTokens(entry) || given === undefined) return null;
  if (!given) return <p class="hint">{t.events.valuesNot}</p>;
  if (values)
    return (
      <Notice>
        <span>{values.profile === 'full' ? t.events.valuesFull : t.events.valuesMasked}</span>
        <Button onClick={onHide}>{t.events.valuesHide}</Button>
      </Notice>
    );
  return (
    <>
      <ProblemNotice error={error} />
      <div class="values-bar">
        <Button busy={busy} onClick={onShow}>
          {t.events.values}
        </Button>
        <span class="hint">{t.events.valuesWhat}</span>
      </div>
    </>
  );
}
