import { call } from './client';
import type { Role } from './session';

/** Who did something, as far as the appliance knows. */
export interface Author {
  id: string;
  role: string;
}

export interface Span {
  from: string;
  before: string;
}

export interface Source {
  source: string;
  adapter: string;
  /** How it proves itself: `token`, `certificate`, `token, certificate`, or a scheme's name. */
  scheme: string;
  certificates: string[];
  keep_raw: boolean;
  silent_after_s: number;
  tenants: string[];
  created: string;
  last_heard: string | null;
  /** By status. */
  events: Record<string, number>;
  /** By reason. */
  refused: Record<string, number>;
  /** What is not stored, by the provider's name of its type. */
  types: Record<string, { count: number; reason: string; last: string }>;
  pull?: { url: string; settings: Record<string, string> };
  revoked?: string;
  added_by?: Author;
  revoked_by?: Author;
  /** To which its sender sends; of a polled one where it is polled. */
  address: string;
}

/** Whether the daemon goes by a change already, or will in a moment. */
export interface Changed {
  in_force: boolean;
}

export interface NewSource {
  source: string;
  adapter: string;
  tenants: string[];
  scheme?: string;
  secrets?: string[];
  certificates?: string[];
  url?: string;
  keep_raw: boolean;
  silent_after_s: number;
  pull?: { url: string; settings: Record<string, string> };
}

/** A source that was just made. The token or secret is in this answer and in no other. */
export type MadeSource = Source & Changed & { token?: string; secret?: string };

export interface PullSetting {
  setting: string;
  required: boolean;
  about: string;
}

export interface AdapterKind {
  adapter: string;
  title: string;
  needs_one_tenant: boolean;
  usual_scheme: string;
  pull?: { credential: string; settings: PullSetting[] };
}

export interface SchemeKind {
  scheme: string;
  title: string;
  /** Whether the appliance makes the secret; else `credential` says what the provider makes. */
  made_here: boolean;
  credential?: string;
  proof: string;
}

export interface SourceKinds {
  adapters: AdapterKind[];
  schemes: SchemeKind[];
  client_certificates: boolean;
}

export interface Tested {
  source: string;
  tenant: string;
  id: string;
  receipt: { log: string; seq: number; hash: string };
}

const sources = '/v1/admin/sources';
const named = (folder: string, name: string, tail = '') => `${folder}/${encodeURIComponent(name)}${tail}`;

export async function readSources(signal: AbortSignal): Promise<Source[]> {
  return (await call<{ sources: Source[] }>('GET', sources, { signal })).sources;
}

export function readSourceKinds(signal: AbortSignal): Promise<SourceKinds> {
  return call('GET', '/v1/admin/source-kinds', { signal });
}

export function addSource(wish: NewSource): Promise<MadeSource> {
  return call('POST', sources, { body: wish });
}

export function testSource(source: string, tenant: string): Promise<Tested> {
  return call('POST', named(sources, source, '/test-event'), { body: { tenant } });
}

export function revokeSource(source: string): Promise<Source & Changed> {
  return call('DELETE', named(sources, source));
}

export type UserState = 'invited' | 'active' | 'locked' | 'disabled' | 'expired';

export interface User {
  id: string;
  user: string;
  display_name: string;
  role: Role;
  tenants: string[];
  all_tenants: boolean;
  state: UserState;
  factors: string[];
  created: string;
  period?: Span;
  expires?: string;
  locked?: string[];
  disabled?: string;
  provisioned_as?: string;
  issuer?: string;
  origin: 'scim' | 'oidc' | 'password';
  /** A day. */
  last_seen_on?: string;
  invitation_expires?: string;
}

export interface Rights {
  role: string;
  tenants?: string[];
  all_tenants?: boolean;
  period?: Span;
  expires?: string;
}

export interface NewUser extends Rights {
  user: string;
  display_name?: string;
}

/** The link is in this answer and in no other. */
export type InvitedUser = User & { link: string; invitation_expires: string };

const users = '/v1/admin/users';

export async function readUsers(signal: AbortSignal): Promise<User[]> {
  return (await call<{ users: User[] }>('GET', users, { signal })).users;
}

export function inviteUser(wish: NewUser): Promise<InvitedUser> {
  return call('POST', users, { body: wish });
}

export function inviteAgain(id: string): Promise<InvitedUser> {
  return call('POST', named(users, id, '/invite'));
}

export type UserAction = 'disable' | 'enable' | 'unlock' | 'reset-factors';

export function actOnUser(id: string, action: UserAction): Promise<User> {
  return call('POST', named(users, id, `/${action}`));
}

export async function removeUser(id: string): Promise<void> {
  await call('DELETE', named(users, id));
}

export interface Token {
  operator: string;
  role: string;
  tenants: string[];
  all_tenants: boolean;
  active: boolean;
  state: 'active' | 'revoked' | 'expired' | 'worthless';
  created: string;
  last_used: string | null;
  period?: Span;
  expires?: string;
  revoked?: string;
  added_by?: Author;
  revoked_by?: Author;
}

export type MadeToken = Token & Changed & { token: string };

const tokens = '/v1/admin/tokens';

export async function readTokens(signal: AbortSignal): Promise<Token[]> {
  return (await call<{ tokens: Token[] }>('GET', tokens, { signal })).tokens;
}

export function addToken(wish: Rights & { operator: string }): Promise<MadeToken> {
  return call('POST', tokens, { body: wish });
}

export async function revokeToken(name: string): Promise<void> {
  await call('DELETE', named(tokens, name));
}

export interface Tenant {
  tenant: string;
  region: string;
  created: string;
  moved_to?: string;
  moves?: { from: string; to: string; time: string; reason: string; by: string }[];
  added_by?: Author;
  records: number;
}

export async function readTenants(signal: AbortSignal): Promise<Tenant[]> {
  return (await call<{ tenants: Tenant[] }>('GET', '/v1/admin/tenants', { signal })).tenants;
}

export async function addTenant(tenant: string, region: string): Promise<void> {
  await call('POST', '/v1/admin/tenants', { body: { tenant, region } });
}

export interface Key {
  key: string;
  id: string;
  where: string;
  state: string;
}

export function readKeys(signal: AbortSignal): Promise<{ keys: Key[]; all_good: boolean }> {
  return call('GET', '/v1/admin/keys', { signal });
}

interface Space {
  free_bytes?: number;
  total_bytes?: number;
}

/** One that is kept here has a directory, one that is kept elsewhere an address. */
export interface Region extends Space {
  region: string;
  address?: string;
  directory?: string;
  own_file_system?: boolean;
  made?: boolean;
  file_system?: { device: string; id: string; type: string; mount_point: string };
  bytes?: { ledger: number; vault: number; index: number; segments: number; bundles: number; all: number };
  logs?: number;
  records?: number;
}

export async function readRegions(signal: AbortSignal): Promise<Region[]> {
  return (await call<{ regions: Region[] }>('GET', '/v1/admin/regions', { signal })).regions;
}

export interface BackupEvent {
  seq: number;
  time: string;
  snapshot: string;
  received: string;
  context?: string;
}

export interface Backups {
  backups: { region: string; last: BackupEvent | null; restored: BackupEvent | null }[];
  repositories: number;
}

export function readBackups(signal: AbortSignal): Promise<Backups> {
  return call('GET', '/v1/admin/backups', { signal });
}

export interface Health {
  /** An alarm stands or cannot be read, or the registry of the file is not in force. */
  degraded: boolean;
  /** Alarms that are kept and cannot be read. */
  alarms_unreadable: number;
  alarms: { id: string; time: string; kind: 'split_view' | 'rollback'; origin: string; from: string; what: string }[];
  time: string;
  version: string;
  sqlite: string;
  openssl: string;
  origin: string;
  listeners: { protocol: string; address: string; port: number; source?: string; client_certificates: boolean }[];
  registry: { sources: number; tenants: number; operators: number; in_force: boolean; error?: string };
  regions: (Space & { region: string; queue_events: number })[];
  certificate?: { subject?: string; not_before?: string; not_after?: string; error?: string };
}

export function readHealth(signal: AbortSignal): Promise<Health> {
  return call('GET', '/v1/admin/health', { signal });
}
