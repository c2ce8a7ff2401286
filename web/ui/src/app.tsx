import { Component, type ComponentChildren, type ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { findSession } from './api/client';
import { session, type Session } from './api/session';
import { useLoad } from './load';
import { go, hrefOf, usePlace } from './route';
import type { AdminProps, TenantProps } from './screens/props';
import { Shell } from './shell';
import { FirstRecoveryCodes, Gate, Invitation, SecondFactor, SignIn, useSessionWatch } from './signin/gate';
import { StepUpDialog } from './signin/step_up';
import { useStore } from './store';
import { findTenants, tenants, type Tenants } from './tenants';
import { t } from './texts';
import { Button, ButtonLink } from './ui/controls';
import { lazy } from './ui/lazy';
import { Empty, Loading, Screen } from './ui/parts';
import { ProblemNotice } from './ui/problem';

const SCREENS: Record<string, ComponentType<TenantProps>> = {
  overview: lazy(async () => (await import('./screens/overview/overview')).Overview),
  events: lazy(async () => (await import('./screens/events/events')).Events),
  evidence: lazy(async () => (await import('./screens/evidence/evidence')).Evidence),
  reports: lazy(async () => (await import('./screens/reports/reports')).Reports),
  findings: lazy(async () => (await import('./screens/findings/findings')).Findings),
  policy: lazy(async () => (await import('./screens/policy/policy')).Policy),
};
const Account = lazy<{ session: Session }>(async () => (await import('./account/account')).Account);
const Procurement = lazy<AdminProps>(async () => (await import('./screens/procurement/procurement')).Procurement);
const Administration = lazy<AdminProps>(async () => (await import('./screens/admin/admin')).Administration);

export function App() {
  const [token, setToken] = useState(() => (location.pathname === '/invitation' ? location.hash.slice(1) : undefined));
  return (
    <Fallback>
      {token !== undefined ? (
        <Invitation
          token={token}
          done={() => {
            // So that the link is neither in the address nor in the history.
            history.replaceState(null, '', '/');
            go('#/', 'replace');
            setToken(undefined);
          }}
        />
      ) : (
        <SignedIn />
      )}
    </Fallback>
  );
}

/** Shows what one may see: the sign-in, the second factor, or the portal. */
function SignedIn() {
  const known = useStore(session);
  const wasIn = useRef(false);
  const [codes, setCodes] = useState<readonly string[]>([]);
  const first = useLoad('session', () => (session.get() === undefined ? findSession() : Promise.resolve()));
  useSessionWatch(known);
  if (known === undefined)
    return (
      <Gate>
        <h1 class="unseen">{t.name}</h1>
        {first.error === undefined ? <Loading /> : <ProblemNotice error={first.error} retry={first.reload} />}
      </Gate>
    );
  if (known === null) return <SignIn ended={wasIn.current} />;
  if (codes.length > 0) return <FirstRecoveryCodes codes={codes} done={() => setCodes([])} />;
  if (known.second_factor.shown === null) return <SecondFactor known={known} showCodes={setCodes} />;
  wasIn.current = true;
  return (
    <>
      <Portal known={known} />
      <StepUpDialog />
    </>
  );
}

function Portal({ known }: { known: Session }) {
  const list = useStore(tenants);
  const loaded = useLoad(known.account.id, findTenants);
  useEffect(() => () => tenants.set(undefined), [known.account.id]);
  if (!list)
    return (
      <Gate>
        <h1 class="unseen">{t.name}</h1>
        {loaded.error === undefined ? <Loading /> : <ProblemNotice error={loaded.error} retry={loaded.reload} />}
      </Gate>
    );
  return <Places known={known} list={list} />;
}

/** The tenant that one looked at last, so that the account and administration lead back to it. */
function usePresentTenant(list: Tenants, path: readonly string[], region: string | null): { tenant: string | undefined; region: string | null } {
  const last = useRef<{ tenant: string | undefined; region: string | null }>({ tenant: list.tenants[0]?.tenant, region: null });
  if (path[0] === 't' && path[1]) last.current = { tenant: path[1], region };
  if (last.current.tenant === undefined) last.current = { tenant: list.tenants[0]?.tenant, region: null };
  return last.current;
}

function Places({ known, list }: { known: Session; list: Tenants }) {
  const { path, query } = usePlace();
  const region = query.get('region');
  const present = usePresentTenant(list, path, region);
  const first = path[0];
  const frame = (active: string, content: ComponentChildren) => (
    <Shell session={known} tenants={list} tenant={present.tenant} region={present.region} active={active}>
      {content}
    </Shell>
  );
  const start = present.tenant === undefined ? undefined : hrefOf(['t', present.tenant, 'overview'], { region: present.region });
  useEffect(() => {
    if (first === undefined && start) go(start, 'replace');
  }, [first, start]);
  if (first === 'account') return frame('account', <Account session={known} />);
  if (first === 'procurement') return frame('procurement', <Procurement session={known} path={path.slice(1)} query={query} />);
  if (first === 'admin' && known.account.role === 'admin') return frame('admin', <Administration session={known} path={path.slice(1)} query={query} />);
  if (first === undefined) return frame('overview', start ? <Loading /> : <NoTenants known={known} />);
  const name = path[2] ?? 'overview';
  const Found = first === 't' && path[1] ? SCREENS[name] : undefined;
  if (!Found || !path[1])
    return frame(
      '',
      <Screen title={t.nav.notFound} lead={t.nav.notFoundWhat}>
        <div>
          <ButtonLink href="#/">{t.nav.toOverview}</ButtonLink>
        </div>
      </Screen>,
    );
  // Of another tenant nothing of this one's screen stays.
  return frame(name, <Found key={`${path[1]}/${region ?? ''}/${name}`} session={known} tenant={path[1]} region={region} path={path.slice(3)} query={query} />);
}

function NoTenants({ known }: { known: Session }) {
  const admin = known.account.role === 'admin' && known.account.all_tenants;
  return (
    <Screen title={t.nav.overview}>
      <Empty title={t.nav.noTenants} action={admin && <ButtonLink kind="main" href={hrefOf(['admin', 'tenants'])}>{t.nav.admin}</ButtonLink>}>
        {admin ? t.nav.noTenantsWhat : t.nav.noTenantsOther}
      </Empty>
    </Screen>
  );
}

/** What is shown when the page itself fails: never nothing. */
class Fallback extends Component<{ children: ComponentChildren }, { failed: boolean }> {
  override state = { failed: false };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ failed: true });
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Gate>
        <h1 class="unseen">{t.name}</h1>
        <p role="alert">{t.problem.crashed}</p>
        <Button kind="main" onClick={() => location.reload()}>
          {t.problem.reload}
        </Button>
      </Gate>
    );
  }
}
