import { t } from '../../texts';
import { Empty, Screen } from '../../ui/parts';
import { SubNav } from '../../ui/subnav';
import { hrefOf } from '../../route';
import type { AdminProps } from '../props';
import { BackupsPart } from './backups';
import { HealthPart } from './health';
import { KeysPart } from './keys';
import { ShownOnce } from './keep_it';
import { LogPart } from './log';
import { RegionsPart } from './regions';
import { SourcesPart } from './sources';
import { TenantsPart } from './tenants';
import { TokensPart } from './tokens';
import { UsersPart } from './users';

const PARTS = {
  sources: SourcesPart,
  users: UsersPart,
  tokens: TokensPart,
  tenants: TenantsPart,
  keys: KeysPart,
  regions: RegionsPart,
  backups: BackupsPart,
  health: HealthPart,
  log: LogPart,
} as const;
type Part = keyof typeof PARTS;

/** What an administrator of some tenants has to do with. */
const OF_TENANTS: readonly Part[] = ['sources', 'users', 'tenants'];

export function Administration(props: AdminProps) {
  const known = Object.keys(PARTS) as Part[];
  const shown = known.filter((one) => props.session.account.all_tenants || OF_TENANTS.includes(one));
  const part = known.find((one) => one === (props.path[0] ?? 'sources'));
  const Found = part && shown.includes(part) ? PARTS[part] : undefined;
  return (
    <Screen title={part ? t.admin.title(t.admin.part[part]) : t.admin.bare}>
      <SubNav label={t.admin.parts} active={part ?? ''} items={shown.map((name) => ({ name, text: t.admin.part[name], href: hrefOf(name === 'sources' ? ['admin'] : ['admin', name]) }))} />
      <div class="admin">
        <ShownOnce />
        {Found ? <Found {...props} path={props.path.slice(1)} /> : <Empty title={part ? t.admin.notYours : t.nav.notFound}>{part ? t.admin.notYoursWhat : t.nav.notFoundWhat}</Empty>}
      </div>
    </Screen>
  );
}
