import type { Query } from '../../route';
import { tenantHref, type TenantProps } from '../props';

export type Here = Pick<TenantProps, 'tenant' | 'region'>;

/** Ids of controls are in capitals, so that this is none. */
export const NEW = 'new';

export function listHref(here: Here, query: Query = {}): string {
  return tenantHref(here, ['reports'], query);
}

export function controlHref(here: Here, id: string, query: Query = {}): string {
  return tenantHref(here, ['reports', id], query);
}

export function newReportHref(here: Here, query: Query = {}): string {
  return tenantHref(here, ['reports', NEW], query);
}

/** The present address with some members changed; those that are empty go. */
export function changed(query: URLSearchParams, members: Query): Query {
  const all: Query = {};
  for (const [name, value] of query) {
    if (name !== 'region') all[name] = value;
  }
  return { ...all, ...members };
}
