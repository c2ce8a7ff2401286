import { useState } from 'preact/hooks';
import type { Rights } from '../../api/admin';
import { useStore } from '../../store';
import { tenants } from '../../tenants';
import { t } from '../../texts';
import { SelectField, TextField } from '../../ui/controls';
import { minuteOf, timeOf } from '../../ui/local_input';
import { utcText } from '../../ui/time';
import { Radios } from './radios';
import { TenantChecks } from './tenant_checks';

/** What somebody may do, as the form has it. Times are as the fields have them, in the reader's zone. */
export interface RightsDraft {
  role: string;
  any: boolean;
  tenants: readonly string[];
  from: string;
  before: string;
  expires: string;
}

const AUDITOR = 'auditor';
const PROVISIONER = 'provisioner';
const DAY = 86_400_000;

/** An auditor is offered the present year, and three months more to finish. */
export function emptyRights(role: string, all: boolean, known: readonly string[], now = new Date()): RightsDraft {
  const from = new Date(now.getFullYear(), 0, 1);
  const before = new Date(now.getFullYear() + 1, 0, 1);
  return { role, any: all || known.length === 0, tenants: known.slice(0, 1), from: minuteOf(from), before: minuteOf(before), expires: role === AUDITOR ? minuteOf(new Date(before.getTime() + 90 * DAY)) : '' };
}

export interface RightsFaults {
  tenants?: string;
  from?: string;
  before?: string;
  expires?: string;
}

export function faultsOf(draft: RightsDraft, now = new Date()): RightsFaults {
  const out: RightsFaults = {};
  const expires = timeOf(draft.expires);
  if (expires && expires <= now) out.expires = t.admin.invite.faults.past;
  if (draft.role !== AUDITOR) {
    if (draft.role !== PROVISIONER && !draft.any && draft.tenants.length === 0) out.tenants = t.admin.invite.faults.tenant;
    return out;
  }
  if (draft.tenants.length === 0) out.tenants = t.admin.invite.faults.noTenant;
  const from = timeOf(draft.from);
  const before = timeOf(draft.before);
  if (!from) out.from = t.admin.invite.faults.time;
  if (!before) out.before = t.admin.invite.faults.time;
  else if (from && before <= from) out.before = t.admin.invite.faults.order;
  if (!expires) out.expires = t.admin.invite.faults.time;
  return out;
}

export function rightsOf(draft: RightsDraft): Rights {
  const auditor = draft.role === AUDITOR;
  const all = draft.role === PROVISIONER || (!auditor && draft.any);
  const out: Rights = { role: draft.role, ...(all ? { all_tenants: true } : { tenants: auditor ? draft.tenants.slice(0, 1) : [...draft.tenants] }) };
  const from = timeOf(draft.from);
  const before = timeOf(draft.before);
  const expires = timeOf(draft.expires);
  if (auditor && from && before) out.period = { from: from.toISOString(), before: before.toISOString() };
  if (expires) out.expires = expires.toISOString();
  return out;
}

/** The part of a form that says what somebody may do; `otherwise` is the role where the address names none that may be given. */
export function useRights(query: URLSearchParams, roles: readonly string[], otherwise: string) {
  const known = useStore(tenants)?.tenants.map((one) => one.tenant) ?? [];
  const wanted = query.get('role') ?? '';
  const [draft, setDraft] = useState(() => emptyRights(roles.includes(wanted) ? wanted : otherwise, false, known));
  const [tried, setTried] = useState(false);
  const faults = faultsOf(draft);
  /** Whether the form may be sent; from then on it says what is wrong. */
  const ready = () => {
    setTried(true);
    return Object.keys(faults).length === 0;
  };
  return { ready, rights: () => rightsOf(draft), fields: { roles, draft, faults: tried ? faults : {}, known, onDraft: setDraft } };
}

interface Props {
  legend: string;
  roles: readonly string[];
  /** What each role lets one do. */
  what: Readonly<Record<string, string>>;
  draft: RightsDraft;
  faults: RightsFaults;
  known: readonly string[];
  /** Whether all tenants may be given. */
  mayAll: boolean;
  onDraft: (draft: RightsDraft) => void;
}

/** Role, tenants, and of an auditor her period and when access ends. */
export function RightsFields({ legend, roles, what, draft, faults, known, mayAll, onDraft }: Props) {
  const set = (next: Partial<RightsDraft>) => onDraft({ ...draft, ...next });
  const names: Record<string, string> = { ...t.roles, ...t.admin.invite.roles };
  const choose = (role: string) => set({ role, expires: emptyRights(role, mayAll, known).expires });
  return (
    <>
      <Radios legend={legend} options={roles.map((value) => ({ value, text: names[value] ?? value, what: what[value] }))} value={draft.role} onValue={choose} />
      {draft.role === AUDITOR && (
        <>
          <SelectField label={t.admin.invite.tenant} value={draft.tenants[0] ?? ''} error={faults.tenants} options={known.map((value) => ({ value, text: value }))} onValue={(one) => set({ tenants: [one] })} />
          <div class="form-row">
            <Moment label={t.admin.invite.from} value={draft.from} error={faults.from} onValue={(from) => set({ from })} />
            <Moment label={t.admin.invite.before} value={draft.before} error={faults.before} onValue={(before) => set({ before })} />
          </div>
          <p class="hint">{t.admin.invite.periodHint}</p>
        </>
      )}
      {draft.role !== AUDITOR && draft.role !== PROVISIONER && (
        <>
          <TenantChecks
            legend={t.admin.invite.scope}
            anyText={t.admin.invite.scopeAll}
            namedText={t.admin.invite.scopeNamed}
            mayAny={mayAll}
            any={draft.any}
            chosen={draft.tenants}
            known={known}
            onChange={(any, chosen) => set({ any, tenants: chosen })}
          />
          {faults.tenants && (
            <p class="error" role="alert">
              {faults.tenants}
            </p>
          )}
        </>
      )}
      <Moment label={t.admin.invite.expires} hint={draft.role === AUDITOR ? undefined : t.admin.invite.expiresOptional} value={draft.expires} error={faults.expires} onValue={(expires) => set({ expires })} />
    </>
  );
}

/** A moment in the reader's zone, with UTC below it. */
export function Moment({ label, hint, value, error, onValue }: { label: string; hint?: string | undefined; value: string; error?: string | undefined; onValue: (value: string) => void }) {
  const time = timeOf(value);
  return <TextField label={label} type="datetime-local" value={value} error={error} hint={time ? t.admin.invite.utc(utcText(time.toISOString())) : hint} onValue={onValue} />;
}
