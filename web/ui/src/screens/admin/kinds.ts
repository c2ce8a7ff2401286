import type { AdapterKind, Source, SourceKinds } from '../../api/admin';
import { t } from '../../texts';

export const NATIVE = 'countersign';
const TOKEN = 'token';
const SHARED = 'shared_header';

/** How a source may prove itself: `token`, `certificate`, `pull`, or the name of a scheme. */
export interface Way {
  name: string;
  text: string;
  what: string;
  /** What the provider makes and one has to paste; undefined where nothing is. */
  secret: string | undefined;
}

/** The ways that a kind of source has, the strongest first. */
export function waysOf(kinds: SourceKinds, adapter: AdapterKind): Way[] {
  const out: Way[] = [];
  const own = (name: string, secret?: string): Way => ({ name, text: t.admin.newSource.ways[name] ?? name, what: t.admin.newSource.wayWhat[name] ?? '', secret });
  if (adapter.pull) out.push(own('pull', adapter.pull.credential));
  const scheme = kinds.schemes.find((one) => one.scheme === adapter.usual_scheme && one.scheme !== SHARED);
  const signed: Way | undefined = scheme && {
    name: scheme.scheme,
    text: t.admin.newSource.waySigned(scheme.title),
    what: (scheme.made_here ? t.admin.newSource.wayWhat['made'] : t.admin.newSource.wayWhat['provider']) ?? '',
    secret: scheme.made_here ? undefined : (scheme.credential ?? ''),
  };
  if (signed && adapter.adapter !== NATIVE) out.push(signed);
  out.push(own(TOKEN));
  if (signed && adapter.adapter === NATIVE) out.push(signed);
  if (kinds.client_certificates) out.push(own('certificate'));
  return out;
}

export function kindText(adapter: string, kinds: SourceKinds | undefined): string {
  if (adapter === NATIVE) return t.admin.sources.own;
  return kinds?.adapters.find((one) => one.adapter === adapter)?.title ?? adapter;
}

export function proofText(source: Source, kinds: SourceKinds | undefined): string {
  if (source.pull) return t.admin.sources.polled;
  return t.admin.sources.proofs[source.scheme] ?? kinds?.schemes.find((one) => one.scheme === source.scheme)?.title ?? source.scheme;
}

export type SourceState = 'revoked' | 'silent' | 'waits' | 'active';

export function stateOf(source: Source, now = Date.now()): SourceState {
  if (source.revoked) return 'revoked';
  const since = new Date(source.last_heard ?? source.created).getTime();
  if (source.silent_after_s > 0 && now - since > source.silent_after_s * 1000) return 'silent';
  return source.last_heard === null ? 'waits' : 'active';
}

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, one) => sum + one, 0);
}
