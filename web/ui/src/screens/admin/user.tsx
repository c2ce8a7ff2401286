import { useState } from 'preact/hooks';
import { actOnUser, inviteAgain, removeUser, type User, type UserAction } from '../../api/admin';
import { go, hrefOf } from '../../route';
import { t } from '../../texts';
import { ConfirmButton } from '../../ui/confirm';
import { ButtonLink } from '../../ui/controls';
import { Card, Empty, Notice, Pairs } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { Time, utcDayText } from '../../ui/time';
import type { AdminProps } from '../props';
import { TenantsText } from './parts';
import { showLink } from './invite';
import { FactorsText, UserBadge } from './users';

interface Props {
  place: AdminProps;
  id: string;
  users: readonly User[];
  reload: () => void;
}

export function UserPage({ place, id, users, reload }: Props) {
  const [done, setDone] = useState(false);
  const user = users.find((one) => one.id === id);
  const back = <ButtonLink href={hrefOf(['admin', 'users'])}>{t.admin.users.back}</ButtonLink>;
  if (!user)
    return (
      <Empty title={t.admin.users.missing} action={back}>
        {t.admin.users.missingWhat}
      </Empty>
    );
  return (
    <>
      <div>{back}</div>
      <h2 class="page-name">
        <Raw text={user.user} inline most={160} /> <UserBadge user={user} />
      </h2>
      {done && <Notice tone="good">{t.admin.users.done}</Notice>}
      <div class="columns">
        <Facts user={user} />
        <Actions
          place={place}
          user={user}
          changed={() => {
            setDone(true);
            reload();
          }}
        />
      </div>
    </>
  );
}

function Facts({ user }: { user: User }) {
  return (
    <Card title={t.admin.users.facts}>
      <Pairs
        pairs={[
          ...(user.display_name ? [[t.admin.users.displayName, <Raw text={user.display_name} most={160} />] as const] : []),
          [t.admin.users.role, t.roles[user.role] ?? user.role],
          [t.admin.tenants, <TenantsText tenants={user.tenants} all={user.all_tenants} />],
          ...(user.period ? [[t.admin.invite.from, <Time at={user.period.from} />] as const, [t.admin.invite.before, <Time at={user.period.before} />] as const] : []),
          [t.admin.users.expires, user.expires ? <Time at={user.expires} ago /> : t.common.never],
          [t.admin.users.factors, <FactorsText user={user} />],
          [t.admin.users.seen, user.last_seen_on ? utcDayText(user.last_seen_on) : t.common.unknown],
          ...(user.locked ? [[t.admin.users.locked, user.locked.map((one) => t.admin.users.locks[one] ?? one).join('; ')] as const] : []),
          ...(user.disabled ? [[t.admin.users.disabledOn, <Time at={user.disabled} ago />] as const] : []),
          ...(user.invitation_expires ? [[t.admin.users.invitationExpires, <Time at={user.invitation_expires} ago />] as const] : []),
          [t.admin.users.origin, t.admin.users.origins[user.origin] ?? user.origin],
          ...(user.issuer ? [[t.admin.users.issuer, <Raw text={user.issuer} />] as const] : []),
          [t.admin.created, <Time at={user.created} />],
          [t.admin.users.id, <code>{user.id}</code>],
        ]}
      />
      <p class="hint">{t.admin.users.seenHint}</p>
    </Card>
  );
}

/** What the appliance would do to an account as it stands. */
function actionsFor(user: User, self: boolean): readonly (UserAction | 'invite' | 'remove')[] {
  const out: (UserAction | 'invite' | 'remove')[] = [];
  if (!user.issuer && !user.disabled && user.state !== 'expired') out.push('invite');
  if (user.locked) out.push('unlock');
  if (user.disabled) out.push('enable');
  if (self) return out;
  if (user.factors.length > 0) out.push('reset-factors');
  if (!user.disabled) out.push('disable');
  if (user.origin !== 'scim') out.push('remove');
  return out;
}

const DANGEROUS: readonly string[] = ['disable', 'remove', 'reset-factors'];

function Actions({ place, user, changed }: { place: AdminProps; user: User; changed: () => void }) {
  const { account } = place.session;
  const self = user.id === account.id;
  const looksAfter = account.all_tenants || user.role === 'auditor' || user.role === 'analyst';
  const run = async (action: UserAction | 'invite' | 'remove') => {
    if (action === 'remove') {
      await removeUser(user.id);
      changed();
      return go(hrefOf(['admin', 'users']), 'replace');
    }
    if (action === 'invite') showLink(await inviteAgain(user.id));
    else await actOnUser(user.id, action);
    changed();
  };
  return (
    <Card title={t.admin.userActions.title}>
      {!looksAfter && <p>{t.admin.users.noMore}</p>}
      {self && <p>{t.admin.userActions.self}</p>}
      {looksAfter && user.origin === 'scim' && <p>{t.admin.users.scimWhat}</p>}
      {looksAfter &&
        actionsFor(user, self).map((action) => {
          const text = t.admin.userActions[action];
          return (
            <div key={action} class="user-action">
              <ConfirmButton kind={DANGEROUS.includes(action) ? 'danger' : 'plain'} title={text.title(user.user)} what={text.what} yes={text.yes} run={() => run(action)}>
                {text.label}
              </ConfirmButton>
              <p class="hint">{text.what}</p>
            </div>
          );
        })}
    </Card>
  );
}
