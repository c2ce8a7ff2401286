import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { mayProcure, type Role, type Session } from './api/session';
import { useAction } from './load';
import { go, hrefOf } from './route';
import { endSession } from './signin/gate';
import { useStore } from './store';
import type { Tenants } from './tenants';
import { t } from './texts';
import { chooseTheme, theme, type Theme } from './theme';
import { Button, SelectField, type Option } from './ui/controls';
import { Brand, Icon, type IconName } from './ui/icons';
import { ProblemNotice } from './ui/problem';
import { dayText } from './ui/time';

interface Entry {
  name: Extract<IconName, keyof typeof t.nav>;
  roles: readonly Role[];
}

const EVERYBODY: readonly Role[] = ['auditor', 'analyst', 'privacy', 'admin'];

const ENTRIES: readonly Entry[] = [
  { name: 'overview', roles: EVERYBODY },
  { name: 'events', roles: EVERYBODY },
  { name: 'evidence', roles: EVERYBODY },
  { name: 'reports', roles: EVERYBODY },
  { name: 'findings', roles: ['auditor', 'analyst', 'admin'] },
  { name: 'policy', roles: EVERYBODY },
];

/** Screens that the log of the appliance itself has. */
const OF_SYSTEM: readonly string[] = ['events', 'evidence'];

export const SYSTEM = '_system';

interface ShellProps {
  session: Session;
  tenants: Tenants;
  tenant: string | undefined;
  region: string | null;
  active: string;
  children: ComponentChildren;
}

/** The frame of every screen: which tenant, where one can go, and who one is. */
export function Shell({ session, tenants, tenant, region, active, children }: ShellProps) {
  const [open, setOpen] = useState(false);
  const place = `${tenant ?? ''}/${region ?? ''}/${active}`;
  useEffect(() => setOpen(false), [place]);
  const main = useRef<HTMLElement>(null);
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t.common.skip}
      </a>
      <div class="shell">
        <header class="topbar">
          <a class="brand" href="#/">
            <Brand />
            {t.name}
          </a>
          <Button expanded={open} onClick={() => setOpen(!open)}>
            {t.nav.menu}
          </Button>
        </header>
        <aside class={open ? 'side open' : 'side'} aria-label={t.nav.side}>
          <a class="brand" href="#/">
            <Brand />
            {t.name}
          </a>
          <TenantChoice tenants={tenants} tenant={tenant} region={region} active={active} />
          <Navigation session={session} tenant={tenant} region={region} active={active} />
          <Who session={session} />
        </aside>
        <main id="main" tabIndex={-1} ref={main}>
          {children}
        </main>
      </div>
    </>
  );
}

function TenantChoice({ tenants, tenant, region, active }: { tenants: Tenants; tenant: string | undefined; region: string | null; active: string }) {
  const options: Option[] = [];
  for (const one of tenants.tenants) {
    options.push({ value: `${one.tenant}/`, text: one.tenant });
    for (const other of one.regions) {
      if (other !== one.region) options.push({ value: `${one.tenant}/${other}`, text: `${one.tenant} (${other})` });
    }
  }
  for (const one of tenants.system) options.push({ value: `${SYSTEM}/${one}`, text: t.nav.system(one) });
  if (options.length === 0) return null;
  const present = tenant === undefined ? '' : `${tenant}/${region ?? ''}`;
  if (!options.some((one) => one.value === present)) options.unshift({ value: present, text: tenant ?? '–' });
  return (
    <SelectField
      label={t.nav.tenant}
      value={present}
      options={options}
      onValue={(chosen) => {
        const [name = '', where = ''] = chosen.split('/');
        const screen = name === SYSTEM ? 'events' : ENTRIES.some((entry) => entry.name === active) ? active : 'overview';
        if (name) go(hrefOf(['t', name, screen], { region: where }));
      }}
    />
  );
}

function Navigation({ session, tenant, region, active }: { session: Session; tenant: string | undefined; region: string | null; active: string }) {
  const role = session.account.role;
  const shown = ENTRIES.filter((entry) => tenant !== undefined && entry.roles.includes(role) && (tenant !== SYSTEM || OF_SYSTEM.includes(entry.name)));
  const item = (name: IconName & keyof typeof t.nav, href: string, text: string = t.nav[name] as string) => (
    <li key={name}>
      <a href={href} aria-current={active === name ? 'page' : undefined}>
        <Icon name={name} />
        {text}
      </a>
    </li>
  );
  return (
    <nav aria-label={t.nav.label}>
      <ul>
        {shown.map((entry) => item(entry.name, hrefOf(['t', tenant ?? '', entry.name], { region })))}
        {item('procurement', '#/procurement', mayProcure(session) ? t.nav.procurement : t.nav.documents)}
        {role === 'admin' && item('admin', '#/admin')}
        {item('account', '#/account')}
      </ul>
    </nav>
  );
}

function Who({ session }: { session: Session }) {
  const signOut = useAction();
  const chosen = useStore(theme);
  const { account } = session;
  return (
    <div class="who">
      <div>{t.nav.signedIn(account.display_name || account.user, t.roles[account.role])}</div>
      {account.period && <div>{t.nav.period(dayText(account.period.from), dayText(account.period.before))}</div>}
      <SelectField
        label={t.nav.theme}
        value={chosen}
        options={(['auto', 'light', 'dark'] as const).map((value) => ({ value, text: t.nav.themes[value] }))}
        onValue={(value) => chooseTheme(value as Theme)}
      />
      <ProblemNotice error={signOut.error} />
      <Button busy={signOut.busy} onClick={() => signOut.run(endSession)}>
        {t.nav.signOut}
      </Button>
    </div>
  );
}
