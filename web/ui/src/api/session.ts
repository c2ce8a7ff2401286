import { makeStore } from '../store';

/** Of people, from who may least. */
export const ROLES = ['auditor', 'analyst', 'privacy', 'admin'] as const;
export type Role = (typeof ROLES)[number];
export type Factor = 'totp' | 'passkey';

export interface Passkey {
  id: string;
  name: string;
  enrolled: string;
  last_used?: string;
  backed_up: boolean;
  suspended: boolean;
}

/** The answer of /v1/session. */
export interface Session {
  account: {
    id: string;
    user: string;
    display_name: string;
    role: Role;
    tenants: string[];
    all_tenants: boolean;
    period?: { from: string; before: string };
    expires?: string;
  };
  csrf_token: string;
  second_factor: {
    enrolled: Factor[];
    passkeys: Passkey[];
    shown: { factor: Factor; time: string } | null;
    recovered: boolean;
    recovery_codes_left: number;
    locked: boolean;
  };
  ends: string;
}

/** Who has signed in: null for nobody, undefined until it is known. */
export const session = makeStore<Session | null | undefined>(undefined);

/** Questionnaires are the vendor's, and not of one tenant. */
export function mayProcure({ account }: Session): boolean {
  return account.all_tenants && (account.role === 'analyst' || account.role === 'admin');
}
