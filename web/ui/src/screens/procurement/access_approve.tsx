import { useState } from 'preact/hooks';
import { approveRequest, type AccessRequest } from '../../api/access';
import { useAction } from '../../load';
import { useStore } from '../../store';
import { tenants } from '../../tenants';
import { t } from '../../texts';
import { Button, SelectField } from '../../ui/controls';
import { Dialog } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { Moment } from '../admin/rights';
import { showOnce } from '../admin/shown_once';
import { emptyGrant, grantFaults, grantOf, type GrantDraft, type GrantFault } from './access_grant';

const words = t.procurement.access;

/** For which tenant, of which period and for how long somebody is let in; the link is shown this once. */
export function ApproveDialog({ request, close, done }: { request: AccessRequest; close: () => void; done: () => void }) {
  const known = useStore(tenants)?.tenants.map((one) => one.tenant) ?? [];
  const [draft, setDraft] = useState(() => emptyGrant());
  const [tried, setTried] = useState(false);
  const action = useAction();
  const faults = grantFaults(draft);
  const said = (fault: GrantFault | undefined) => (tried && fault ? t.admin.invite.faults[fault] : undefined);
  const set = (part: Partial<GrantDraft>) => setDraft({ ...draft, ...part });
  const shut = () => {
    if (!action.busy) close();
  };
  const submit = () => {
    setTried(true);
    const grant = grantOf(draft);
    if (Object.keys(faults).length > 0 || !grant) return;
    action.run(async () => {
      const made = await approveRequest(request.id, grant);
      showOnce({ title: t.admin.invite.made(made.account.user), what: t.admin.invite.madeWhat, label: t.admin.invite.link, secret: made.link });
      done();
    });
  };
  return (
    <Dialog title={words.approveTitle} onClose={shut}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p>
          {words.approveWhat}{' '}
          <strong>
            <Raw text={request.email ?? ''} most={128} inline />
          </strong>
        </p>
        <SelectField
          label={t.admin.invite.tenant}
          value={draft.tenant}
          options={[{ value: '', text: words.tenantOfPage }, ...known.map((value) => ({ value, text: value }))]}
          onValue={(tenant) => set({ tenant })}
        />
        <div class="form-row">
          <Moment label={t.admin.invite.from} value={draft.from} error={said(faults.from)} onValue={(from) => set({ from })} />
          <Moment label={t.admin.invite.before} value={draft.before} error={said(faults.before)} onValue={(before) => set({ before })} />
        </div>
        <Moment label={t.admin.invite.expires} value={draft.expires} error={said(faults.expires)} onValue={(expires) => set({ expires })} />
        <ProblemNotice error={action.error} />
        <div class="actions">
          <Button kind="main" type="submit" busy={action.busy}>
            {words.approveYes}
          </Button>
          <Button onClick={shut}>{t.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
