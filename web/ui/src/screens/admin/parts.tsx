import type { ComponentChildren } from 'preact';
import type { Author } from '../../api/admin';
import type { Session } from '../../api/session';
import type { Loaded } from '../../load';
import { t } from '../../texts';
import { Loading } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';

/** What was loaded, or that it is on its way, or what went wrong; what was loaded before stays. */
export function Whole<T>({ loaded, children }: { loaded: Loaded<T>; children: (data: T) => ComponentChildren }) {
  return (
    <>
      <ProblemNotice error={loaded.error} retry={loaded.reload} />
      {loaded.data !== undefined ? children(loaded.data) : loaded.error === undefined && <Loading />}
    </>
  );
}

/** Who did something. Accounts have ids here and no names: a list of names is a look of its own. */
export function AuthorText({ author, session }: { author: Author; session: Session }) {
  if (author.id === session.account.id) return <>{t.admin.authorYou}</>;
  return <Raw text={t.admin.author(t.admin.authorRoles[author.role] ?? author.role, author.id)} inline most={160} />;
}

export function TenantsText({ tenants, all, none = t.admin.allTenants }: { tenants: readonly string[]; all?: boolean; none?: string }) {
  if (all || tenants.length === 0) return <>{none}</>;
  return <Raw text={tenants.join(', ')} most={200} />;
}
