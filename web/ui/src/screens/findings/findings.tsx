import { t } from '../../texts';
import { ButtonLink } from '../../ui/controls';
import { Empty, Screen } from '../../ui/parts';
import { tenantHref, type TenantProps } from '../props';
import { FindingPage } from './finding';
import { FindingList } from './list';

export function Findings(props: TenantProps) {
  const [first] = props.path;
  if (props.session.account.role === 'privacy') return <NotForYou {...props} />;
  return first === undefined ? <FindingList {...props} /> : <FindingPage key={first} {...props} id={first} />;
}

/** For who was handed an address of what her role does not see. */
function NotForYou(props: TenantProps) {
  return (
    <Screen title={t.findings.title}>
      <Empty title={t.findings.notForRole} action={<ButtonLink href={tenantHref(props, ['reports'])}>{t.findings.toControls}</ButtonLink>}>
        {t.findings.notForRoleWhat}
      </Empty>
    </Screen>
  );
}
