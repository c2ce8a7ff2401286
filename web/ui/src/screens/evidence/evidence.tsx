import { t } from '../../texts';
import { ButtonLink } from '../../ui/controls';
import { Empty, Screen } from '../../ui/parts';
import { tenantHref, type TenantProps } from '../props';
import { BundlePage } from './bundle_page';
import { CheckPage } from './check_page';
import { BundleList } from './list';
import { OrderPage } from './order_page';
import { Tabs } from './tabs';

/** Bundles: asked for, watched while they are made, downloaded, checked. */
export function Evidence(props: TenantProps) {
  const [first, second] = props.path;
  if (second !== undefined) return <Unknown {...props} />;
  if (first === undefined)
    return (
      <Screen title={t.evidence.title} lead={t.evidence.lead}>
        <Tabs {...props} active="bundles" />
        <BundleList {...props} />
      </Screen>
    );
  if (first === 'new') return <OrderPage {...props} />;
  if (first === 'check') return <CheckPage {...props} />;
  if (/^[0-9a-f]{32}$/.test(first)) return <BundlePage key={first} {...props} id={first} />;
  return <Unknown {...props} />;
}

function Unknown(props: TenantProps) {
  return (
    <Screen title={t.evidence.title}>
      <Empty title={t.nav.notFound} action={<ButtonLink href={tenantHref(props, ['evidence'])}>{t.evidence.toBundles}</ButtonLink>}>
        {t.nav.notFoundWhat}
      </Empty>
    </Screen>
  );
}
