/* Words that events have, by which a bundle can be filtered (ledger/record/event_schema.cpp). */

export const EVENT_TYPES = [
  'challenge.sent',
  'challenge.delivered',
  'challenge.undelivered',
  'challenge.verified',
  'challenge.failed',
  'challenge.expired',
  'challenge.cancelled',
  'login.succeeded',
  'login.failed',
  'action.performed',
  'action.blocked',
  'factor.enrolled',
  'factor.removed',
  'factor.reset',
  'user.provisioned',
  'user.deprovisioned',
  'user.suspended',
  'user.role_changed',
  'policy.changed',
  'source.heartbeat',
] as const;

export const FACTORS = ['sms', 'whatsapp', 'voice', 'email', 'totp', 'passkey', 'push'] as const;
export const PURPOSES = ['signup', 'admin_action', 'login', 'step_up', 'audit_access'] as const;
export const PROOFS = ['none', 'shared_header', 'token', 'hmac', 'jwt', 'asymmetric', 'mtls', 'pulled', 'backfill'] as const;
