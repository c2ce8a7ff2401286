import { call, callSession } from './client';
import type { Factor, Session } from './session';

interface Challenge {
  id: string;
  factor: Factor;
  expires_at: string;
  options?: PublicKeyCredentialRequestOptionsJSON;
}

export interface Enrolled extends Session {
  /** Made with the first factor, and shown once. */
  recovery_codes: string[];
}

/** Whether this browser can use passkeys at this address. */
export const canUsePasskeys = typeof PublicKeyCredential === 'function' && 'parseRequestOptionsFromJSON' in PublicKeyCredential && 'parseCreationOptionsFromJSON' in PublicKeyCredential;

export function beginTotp(): Promise<{ secret: string; uri: string; qr_svg: string }> {
  return call('POST', '/v1/account/totp', { stepUp: false });
}

export function confirmTotp(code: string): Promise<Enrolled> {
  return callSession('POST', '/v1/account/totp/confirmation', { code });
}

export async function enrolPasskey(name: string): Promise<Enrolled> {
  const { options } = await call<{ options: PublicKeyCredentialCreationOptionsJSON }>('POST', '/v1/account/passkeys/options', { stepUp: false });
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  return callSession('POST', '/v1/account/passkeys', { name, credential: credential.toJSON() });
}

export async function showTotp(code: string): Promise<void> {
  const challenge = await call<Challenge>('POST', '/v1/session/challenges', { body: { factor: 'totp' }, stepUp: false });
  await answer(challenge, { code });
}

export async function showPasskey(): Promise<void> {
  const challenge = await call<Challenge>('POST', '/v1/session/challenges', { body: { factor: 'passkey' }, stepUp: false });
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(challenge.options as PublicKeyCredentialRequestOptionsJSON);
  const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  await answer(challenge, { credential: credential.toJSON() });
}

function answer(challenge: Challenge, body: unknown): Promise<Session> {
  return callSession('POST', `/v1/session/challenges/${encodeURIComponent(challenge.id)}`, body);
}

export function useRecoveryCode(code: string): Promise<Session> {
  return callSession('POST', '/v1/session/recovery', { code });
}
