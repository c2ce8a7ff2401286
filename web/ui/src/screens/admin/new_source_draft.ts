import type { AdapterKind, NewSource } from '../../api/admin';
import type { Way } from './kinds';

export interface Draft {
  name: string;
  /** For any tenant; else for those that are named. */
  any: boolean;
  tenants: string[];
  way: string;
  secret: string;
  certificate: string;
  pullUrl: string;
  settings: Record<string, string>;
  url: string;
  silence: string;
  keepRaw: boolean;
}

export function emptyDraft(way: string, known: readonly string[], any: boolean, wanted: string | null): Draft {
  const tenant = wanted !== null && known.includes(wanted) ? wanted : known[0];
  return {
    name: '',
    any: any && wanted === null,
    tenants: tenant === undefined ? [] : [tenant],
    way,
    secret: '',
    certificate: '',
    pullUrl: '',
    settings: {},
    // What people see is, as a rule, what senders reach.
    url: location.origin,
    silence: '0',
    keepRaw: false,
  };
}

export function wishOf(draft: Draft, adapter: AdapterKind, way: Way): NewSource {
  const settings = Object.fromEntries(Object.entries(draft.settings).map(([name, value]) => [name, value.trim()] as const).filter(([, value]) => value !== ''));
  const isScheme = !['token', 'certificate', 'pull'].includes(way.name);
  return {
    source: draft.name.trim(),
    adapter: adapter.adapter,
    tenants: draft.any ? [] : draft.tenants,
    keep_raw: draft.keepRaw,
    silent_after_s: Number(draft.silence),
    ...(isScheme ? { scheme: way.name } : {}),
    ...(way.secret === undefined ? {} : { secrets: [draft.secret.trim()] }),
    ...(way.name === 'certificate' ? { certificates: [draft.certificate.trim()] } : {}),
    ...(way.name === 'pull' ? { pull: { url: draft.pullUrl.trim(), settings } } : { url: draft.url.trim().replace(/\/+$/, '') }),
  };
}
