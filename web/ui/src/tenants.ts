import { call } from './api/client';
import { makeStore } from './store';

export interface TenantEntry {
  tenant: string;
  region: string;
  /** All in which it was and that are kept here. */
  regions: string[];
  /** Whether it is pinned to a region of this appliance. */
  served: boolean;
}

export interface Tenants {
  tenants: TenantEntry[];
  regions: string[];
  /** Regions whose system log one may see. */
  system: string[];
}

export const tenants = makeStore<Tenants | undefined>(undefined);

export async function findTenants(): Promise<void> {
  tenants.set(await call<Tenants>('GET', '/v1/tenants'));
}
