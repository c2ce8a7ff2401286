import { readUsers, type User, type UserState } from '../../api/admin';
import type { Session } from '../../api/session';
import { useLoad } from '../../load';
import { go, hrefOf } from '../../route';
import { t } from '../../texts';
import { CardTable } from '../../ui/card_table';
import { ButtonLink, SelectField } from '../../ui/controls';
import { Badge, Empty, type Tone } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { Time, utcDayText } from '../../ui/time';
import type { AdminProps } from '../props';
import { InviteForm } from './invite';
import { TenantsText, Whole } from './parts';
import { UserPage } from './user';

export function UsersPart(props: AdminProps) {
  if (props.path[0] === 'new') return <InviteForm place={props} />;
  return <Users place={props} />;
}

function Users({ place }: { place: AdminProps }) {
  const loaded = useLoad('users', readUsers);
  const id = place.path[0];
  return <Whole loaded={loaded}>{(users) => (id === undefined ? <UserList place={place} users={users} /> : <UserPage place={place} id={id} users={users} reload={loaded.reload} />)}</Whole>;
}

const TONES: Record<UserState, Tone> = { invited: 'info', active: 'good', locked: 'bad', disabled: 'plain', expired: 'plain' };

export function UserBadge({ user }: { user: User }) {
  return <Badge tone={TONES[user.state] ?? 'plain'}>{t.admin.users.states[user.state] ?? user.state}</Badge>;
}

export const inviteHref = (role?: string) => hrefOf(['admin', 'users', 'new'], { role });

function UserList({ place, users }: { place: AdminProps; users: readonly User[] }) {
  const role = place.query.get('role') ?? '';
  const roles = [...new Set(users.map((one) => one.role))];
  const shown = users.filter((one) => role === '' || one.role === role);
  return (
    <>
      <p class="lead">{t.admin.users.lead}</p>
      {!users.some((one) => one.role === 'auditor') && (
        <Empty title={t.admin.users.noAuditor} action={<ButtonLink kind="main" href={inviteHref('auditor')}>{t.admin.users.inviteAuditor}</ButtonLink>}>
          {t.admin.users.noAuditorWhat}
        </Empty>
      )}
      <div class="actions spread end">
        <ButtonLink kind={users.some((one) => one.role === 'auditor') ? 'main' : 'plain'} href={inviteHref()}>
          {t.admin.users.invite}
        </ButtonLink>
        {roles.length > 1 && (
          <SelectField
            label={t.admin.users.filterRole}
            value={role}
            options={[{ value: '', text: t.common.all }, ...roles.map((value) => ({ value, text: t.roles[value] ?? value }))]}
            onValue={(next) => go(hrefOf(['admin', 'users'], { role: next }), 'replace')}
          />
        )}
      </div>
      {shown.length > 0 && <UserTable users={shown} session={place.session} />}
    </>
  );
}

function UserTable({ users, session }: { users: readonly User[]; session: Session }) {
  return (
    <CardTable
      caption={t.admin.users.table}
      rows={users}
      keyOf={(one) => one.id}
      columns={[
        { head: t.admin.users.user, names: true, cell: (one) => <UserName user={one} session={session} /> },
        { head: t.admin.users.role, cell: (one) => <span class="whole">{t.roles[one.role] ?? one.role}</span> },
        { head: t.admin.tenants, cell: (one) => <TenantsText tenants={one.tenants} all={one.all_tenants} /> },
        { head: t.admin.users.factors, cell: (one) => <FactorsText user={one} /> },
        { head: t.admin.users.seen, cell: (one) => (one.last_seen_on ? utcDayText(one.last_seen_on) : t.common.unknown) },
        { head: t.admin.users.expires, cell: (one) => (one.expires ? <Time at={one.expires} /> : t.common.never) },
      ]}
    />
  );
}

function UserName({ user, session }: { user: User; session: Session }) {
  return (
    <span class="named">
      <a href={hrefOf(['admin', 'users', user.id])}>
        <Raw text={user.user} inline most={120} />
      </a>{' '}
      <UserBadge user={user} /> {user.id === session.account.id && <Badge>{t.admin.users.you}</Badge>}
      {user.display_name && (
        <span class="hint">
          <Raw text={user.display_name} inline most={120} />
        </span>
      )}
    </span>
  );
}

export function FactorsText({ user }: { user: User }) {
  if (user.factors.length === 0) return <Badge tone={user.state === 'active' ? 'warn' : 'plain'}>{t.common.none}</Badge>;
  return <>{user.factors.map((one) => t.admin.users.factorNames[one] ?? one).join(', ')}</>;
}
