import type { Session } from '../api/session';
import { hrefOf, type Query } from '../route';

/** What every screen of a tenant is given. */
export interface TenantProps {
  session: Session;
  /** Also `_system`, with a region. */
  tenant: string;
  /** Where it is not the one that the tenant is pinned to. */
  region: string | null;
  /** What stands behind the screen's name in the address. */
  path: readonly string[];
  query: URLSearchParams;
}

export interface AdminProps {
  session: Session;
  path: readonly string[];
  query: URLSearchParams;
}

/** The address of a tenant's screen. */
export function tenantHref(props: Pick<TenantProps, 'tenant' | 'region'>, path: readonly (string | number)[], query: Query = {}): string {
  return hrefOf(['t', props.tenant, ...path], { region: props.region, ...query });
}
