// The members of an event in the order of a record (ledger/record/event_schema.cpp).

export const KINDS = ['user', 'email', 'phone', 'name', 'fingerprint', 'ip', 'user_agent', 'session', 'attribute', 'raw'] as const;
/** What sort of personal value a token stands for. */
export type Kind = (typeof KINDS)[number];

export function parseKind(text: string): Kind | undefined {
  return KINDS.find((one) => one === text);
}

export const PROOFS = ['none', 'shared_header', 'token', 'hmac', 'jwt', 'asymmetric', 'mtls', 'pulled', 'backfill'];
export const PROFILES = ['none', 'pseudonymous', 'masked', 'full'] as const;
/** How much of the personal values a bundle shows. */
export type Profile = (typeof PROFILES)[number];

export type FieldType = 'text' | 'integer' | 'boolean';

export interface EventField {
  /** `actor`, or empty for a member of the event itself. */
  object: string;
  name: string;
  type: FieldType;
  /** Stands in a record as a token of this kind. */
  personal: Kind | undefined;
}

const field = (object: string, name: string, type: FieldType = 'text', personal?: Kind): EventField => ({ object, name, type, personal });

export const EVENT_FIELDS: readonly EventField[] = [
  field('', 'id'),
  field('', 'time'),
  field('', 'type'),
  field('', 'tenant'),
  field('actor', 'id', 'text', 'user'),
  field('actor', 'email', 'text', 'email'),
  field('actor', 'phone', 'text', 'phone'),
  field('actor', 'name', 'text', 'name'),
  field('actor', 'role'),
  field('challenge', 'id'),
  field('challenge', 'purpose'),
  field('challenge', 'factor'),
  field('challenge', 'provider'),
  field('challenge', 'provider_id'),
  field('challenge', 'attempt', 'integer'),
  field('challenge', 'expires_at'),
  field('challenge', 'fallback_from'),
  field('action', 'name'),
  field('action', 'resource'),
  field('action', 'context'),
  field('device', 'fingerprint', 'text', 'fingerprint'),
  field('device', 'ip', 'text', 'ip'),
  field('device', 'user_agent', 'text', 'user_agent'),
  field('device', 'country'),
  field('device', 'asn', 'integer'),
  field('device', 'new', 'boolean'),
  field('session', 'id', 'text', 'session'),
  field('outcome', 'reason'),
  field('outcome', 'risk', 'integer'),
  field('cost', 'amount'),
  field('cost', 'currency'),
  field('delivery', 'sequence', 'integer'),
  field('delivery', 'raw', 'text', 'raw'),
];

export const pathOf = (one: EventField) => (one.object === '' ? one.name : `${one.object}.${one.name}`);

function positionOf(path: string): number {
  return EVENT_FIELDS.findIndex((one) => pathOf(one) === path);
}

/** Places of the members that are asked for by name. */
export const FIELD = {
  id: positionOf('id'),
  time: positionOf('time'),
  type: positionOf('type'),
  tenant: positionOf('tenant'),
  actionResource: positionOf('action.resource'),
  actionContext: positionOf('action.context'),
  outcomeReason: positionOf('outcome.reason'),
};
