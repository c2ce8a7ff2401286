import { sha256 } from '@noble/hashes/sha2.js';
import { bytesOf, toBase64, toHex } from './bytes.js';
import { fail } from './fault.js';
import type { FilterTerm } from './filter.js';
import { exactly, member, objectOf, parseJson, toIndented, type Json, type JsonObject } from './json.js';
import { digestOf } from './proofs.js';
import { PROFILES, type Profile } from './schema.js';
import { isEmptyScope, parseKinds, parseRanges, rangesText, type DisclosureScope } from './scope.js';
import { formatSeconds, isCanonicalTime, parseTime } from './time.js';
import type { Period } from './totals.js';
import type { Digest } from './tree.js';

/** What a bundle says of itself in evidence.json. The figures are kept as JSON: they are compared as a whole with what the records give. */
export interface Evidence {
  /** 1: made before there were profiles, when values were `withheld` or `disclosed`. */
  format: 1 | 2;
  tenant: string;
  region: string;
  log: string;
  period: Period;
  filter: FilterTerm[];
  queryText: string;
  profile: Profile;
  /** What alone is opened, where the profile opens anything. */
  scope: DisclosureScope;
  /** Whom the bundle is for; empty: not said. */
  recipient: string;
  /** A time-stamping authority was asked: its answer belongs to the bundle. */
  timestamped: boolean;
  runAt: string;
  requestedBy: string;
  software: string;
  counts: JsonObject;
  totals: JsonObject;
  gaps: JsonObject;
  lateArrivals: JsonObject;
  checkpointSize: number;
  checkpointRoot: Digest;
  /** POSIX seconds. */
  checkpointTime: number;
  beyondCheckpoint: number;
}

const STATEMENT =
  "This is management's evidence: what the operator of this appliance recorded, as it was recorded. It shows that the record is complete and unaltered, " +
  'not that a control was well designed.';

export function canonicalTime(from: JsonObject, name: string): string {
  const text = member.text(from, name);
  return isCanonicalTime(text) ? text : fail(`${name} is no time`);
}

/** POSIX seconds of a time in the appliance's own form; what is beyond the second is seen when it is written again. */
export const secondsOf = (text: string) => parseTime(text)!.seconds;

function scopeOf(from: JsonObject): DisclosureScope {
  return {
    kinds: from.has('kinds') ? parseKinds(member.text(from, 'kinds')) : [],
    records: from.has('records') ? parseRanges(member.text(from, 'records')) : [],
    tokens: from.has('tokens')
      ? member.array(from, 'tokens').map((one) => (typeof one === 'string' ? one : fail('a token is no text')))
      : undefined,
  };
}

function scopeToJson(scope: DisclosureScope): JsonObject {
  const out: JsonObject = new Map();
  if (scope.kinds.length > 0) out.set('kinds', scope.kinds.join(','));
  if (scope.records.length > 0) out.set('records', rangesText(scope.records));
  if (scope.tokens) out.set('tokens', scope.tokens);
  return out;
}

/** What a bundle of either format says of the personal values; what it should not say is seen when it is written again. */
function valuesOf(format: 1 | 2, parameters: JsonObject): Pick<Evidence, 'profile' | 'scope' | 'recipient'> {
  const said = member.text(parameters, 'personal_values');
  const none: DisclosureScope = { kinds: [], records: [], tokens: undefined };
  if (format === 1) return { profile: said === 'disclosed' ? 'full' : 'pseudonymous', scope: none, recipient: '' };
  return {
    profile: PROFILES.find((one) => one === said) ?? fail('evidence.json names a profile that is not known'),
    scope: parameters.has('disclosure') ? scopeOf(member.object(parameters, 'disclosure')) : none,
    recipient: parameters.has('recipient') ? member.text(parameters, 'recipient') : '',
  };
}

function parametersToJson(evidence: Evidence): JsonObject {
  const out: JsonObject = new Map();
  if (evidence.format === 1) {
    out.set('personal_values', evidence.profile === 'full' ? 'disclosed' : 'withheld');
  } else {
    out.set('personal_values', evidence.profile);
    if (!isEmptyScope(evidence.scope)) out.set('disclosure', scopeToJson(evidence.scope));
    if (evidence.recipient !== '') out.set('recipient', evidence.recipient);
  }
  return out.set('timestamp', evidence.timestamped ? 'requested' : 'none');
}

function evidenceOf(json: Json | undefined): Evidence {
  const root = member.object(json);
  const format = member.text(root, 'format') === 'countersign-bundle/1' ? 1 : 2;
  const scope = member.object(root, 'scope');
  const period = member.object(root, 'period');
  const parameters = member.object(root, 'parameters');
  const run = member.object(root, 'run');
  const checkpoint = member.object(root, 'checkpoint');
  return {
    format,
    tenant: member.text(scope, 'tenant'),
    region: member.text(scope, 'region'),
    log: member.text(scope, 'log'),
    period: { from: canonicalTime(period, 'from'), to: canonicalTime(period, 'to') },
    filter: member.array(root, 'filter').map((one) => {
      const term = member.object(one);
      return { field: member.text(term, 'field'), value: member.text(term, 'value') };
    }),
    queryText: member.text(member.object(root, 'query'), 'text'),
    ...valuesOf(format, parameters),
    timestamped: member.text(parameters, 'timestamp') === 'requested',
    runAt: canonicalTime(run, 'at'),
    requestedBy: member.text(run, 'requested_by'),
    software: member.text(run, 'software'),
    counts: member.object(root, 'counts'),
    totals: member.object(root, 'totals'),
    gaps: member.object(root, 'gaps'),
    lateArrivals: member.object(root, 'late_arrivals'),
    checkpointSize: member.count(checkpoint, 'size'),
    checkpointRoot: digestOf(checkpoint.get('root')),
    checkpointTime: secondsOf(canonicalTime(checkpoint, 'time')),
    beyondCheckpoint: member.count(member.object(root, 'not_covered'), 'records_beyond_checkpoint'),
  };
}

function formatEvidence(evidence: Evidence): string {
  const { queryText } = evidence;
  return toIndented(
    objectOf({
      format: `countersign-bundle/${evidence.format}`,
      statement: STATEMENT,
      scope: objectOf({ tenant: evidence.tenant, region: evidence.region, log: evidence.log }),
      period: objectOf({ from: evidence.period.from, to: evidence.period.to, by: 'received' }),
      filter: evidence.filter.map(({ field, value }) => objectOf({ field, value })),
      query: objectOf({ text: queryText, sha256: toHex(sha256(bytesOf(queryText))) }),
      parameters: parametersToJson(evidence),
      run: objectOf({ at: evidence.runAt, requested_by: evidence.requestedBy, software: evidence.software }),
      counts: evidence.counts,
      totals: evidence.totals,
      gaps: evidence.gaps,
      late_arrivals: evidence.lateArrivals,
      checkpoint: objectOf({
        size: evidence.checkpointSize,
        root: toBase64(evidence.checkpointRoot),
        time: formatSeconds(evidence.checkpointTime),
      }),
      not_covered: objectOf({ records_beyond_checkpoint: evidence.beyondCheckpoint }),
    }),
  );
}

/** Reads exactly what the exporter writes, so that nothing stands in the file that nobody looks at. Does not check the figures. */
export function parseEvidence(text: string): Evidence {
  return exactly(
    text,
    () => evidenceOf(parseJson(text)),
    formatEvidence,
    'evidence.json does not have the members that it must have, spelled as they must be',
  );
}
