import { useState } from 'preact/hooks';
import { inviteUser, type InvitedUser } from '../../api/admin';
import { ROLES } from '../../api/session';
import { useAction } from '../../load';
import { go, hrefOf } from '../../route';
import { t } from '../../texts';
import { Button, ButtonLink, TextField } from '../../ui/controls';
import { Card } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import type { AdminProps } from '../props';
import { RightsFields, useRights } from './rights';
import { showOnce } from './shown_once';

/** Shows an invitation's link, which is in this one answer. */
export function showLink(made: InvitedUser): void {
  showOnce({ title: t.admin.invite.made(made.user), what: t.admin.invite.madeWhat, label: t.admin.invite.link, secret: made.link });
}

/** Who acts for some tenants invites auditors and analysts of them. */
const OF_TENANTS = ['auditor', 'analyst'] as const;

export function InviteForm({ place }: { place: AdminProps }) {
  const all = place.session.account.all_tenants;
  const roles: readonly string[] = all ? ROLES : OF_TENANTS;
  const [user, setUser] = useState('');
  const [displayName, setDisplayName] = useState('');
  const rights = useRights(place.query, roles, 'auditor');
  const action = useAction();
  const submit = () => {
    if (!rights.ready()) return;
    action.run(async () => {
      const made = await inviteUser({ user: user.trim(), ...(displayName.trim() ? { display_name: displayName.trim() } : {}), ...rights.rights() });
      showLink(made);
      go(hrefOf(['admin', 'users', made.id]), 'replace');
    });
  };
  return (
    <>
      <div>
        <ButtonLink href={hrefOf(['admin', 'users'])}>{t.admin.users.back}</ButtonLink>
      </div>
      <Card title={t.admin.invite.title}>
        <p class="hint">{t.admin.invite.lead}</p>
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <div class="form-row">
            <TextField label={t.admin.invite.user} hint={t.admin.invite.userHint} value={user} onValue={setUser} autocomplete="off" autoCapitalize="none" spellcheck={false} maxLength={128} required />
            <TextField label={t.admin.invite.displayName} value={displayName} onValue={setDisplayName} autocomplete="off" maxLength={128} />
          </div>
          <RightsFields legend={t.admin.invite.role} what={t.admin.invite.roleWhat} {...rights.fields} mayAll={all} />
          <ProblemNotice error={action.error} />
          <div class="actions">
            <Button kind="main" type="submit" busy={action.busy}>
              {t.admin.invite.submit}
            </Button>
            <ButtonLink href={hrefOf(['admin', 'users'])}>{t.common.cancel}</ButtonLink>
          </div>
        </form>
      </Card>
    </>
  );
}
