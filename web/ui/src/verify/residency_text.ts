import { toBase64 } from './bytes.js';
import { canonicalTime, secondsOf } from './evidence.js';
import { fail } from './fault.js';
import { exactly, member, objectOf, parseJson, toIndented, type Json, type JsonObject } from './json.js';
import { digestOf, orNull, pathOf, pathToJson } from './proofs.js';
import { isRegion, type Pin, type Residency, type ResidencyFacts, type SystemLogHead, type SystemRecord } from './residency.js';
import { formatSeconds, isCanonicalTime } from './time.js';
import type { Path } from './tree.js';

const FORMAT = 'countersign-residency/1';
const STATEMENT =
  'This says where the records and personal values of one tenant were kept over the period, as far as the system log of the region tells. The records ' +
  'that it follows from are in data/residency.jsonl, word for word.';
const NOT_PROVEN = [
  'That the system log holds no further record of this tenant: inclusion proves what is there, not that nothing else is. A move that is missing between ' +
    'two others is seen, because each begins where the one before ended; one that is missing at the end is not.',
  "What was done at other appliances, on other machines, to copies after they were handed out, or after the system log's checkpoint.",
  'Where this export goes: its destination is as stated by whoever made it. It is recorded in the system log under the event named here.',
];
const NO_SYSTEM_LOG = 'Pins, moves and exports: no checkpoint covered a system log of the region when the bundle was made.';

function regionAt(from: JsonObject, name: string): string {
  const region = member.text(from, name);
  return isRegion(region) ? region : fail(`${name} is no region`);
}

function factsOf(root: JsonObject): ResidencyFacts {
  const scope = member.object(root, 'scope');
  const period = member.object(root, 'period');
  const run = member.object(root, 'this_export');
  return {
    tenant: member.text(scope, 'tenant'),
    region: regionAt(scope, 'region'),
    log: member.text(scope, 'log'),
    period: { from: canonicalTime(period, 'from'), to: canonicalTime(period, 'to') },
    records: member.count(member.object(root, 'records'), 'count'),
    disclosed: member.count(member.object(root, 'personal_values'), 'disclosed'),
    runAt: canonicalTime(run, 'at'),
    destination: regionAt(run, 'destination'),
    event: member.text(run, 'event'),
    systemLog: orNull(root, 'system_log', (head): SystemLogHead => ({
      log: member.text(head, 'log'),
      size: member.count(head, 'size'),
      root: digestOf(head.get('root')),
      time: secondsOf(canonicalTime(head, 'time')),
    })),
  };
}

/** What a record of the statement says; the rest of it stands in data/residency.jsonl. */
function recordOf(of: JsonObject, more: Partial<SystemRecord>): SystemRecord {
  return {
    seq: member.count(of, 'seq'),
    received: canonicalTime(of, 'recorded'),
    what: 'moved',
    from: '',
    to: '',
    reason: '',
    destination: undefined,
    id: '',
    context: '',
    time: '',
    ...more,
  };
}

/** What residencyOf would compute, as the text says it. */
function residencyFrom(json: Json | undefined): Residency {
  const root = member.object(json);
  const exports = member.object(root, 'exports');
  const end = (of: JsonObject, name: string): string | undefined => {
    const value = of.get(name);
    if (value === null) return undefined;
    return typeof value === 'string' && isCanonicalTime(value) ? value : fail(`${name} is no time`);
  };
  return {
    facts: factsOf(root),
    pins: member.array(root, 'pins').map((one): Pin => {
      const pin = member.object(one);
      return { region: member.text(pin, 'region'), from: end(pin, 'from'), until: end(pin, 'until') };
    }),
    gaps: member.count(root, 'moves_missing'),
    moves: member.array(root, 'moves').map((one) => {
      const move = member.object(one);
      return recordOf(move, { from: member.text(move, 'from'), to: member.text(move, 'to'), reason: member.text(move, 'reason') });
    }),
    exports: member.count(exports, 'known'),
    withoutDestination: member.count(exports, 'without_destination'),
    crossed: member.array(exports, 'crossed_border').map((one) => {
      const crossed = member.object(one);
      return recordOf(crossed, { what: 'exported', destination: member.text(crossed, 'destination') });
    }),
  };
}

/** The text of data/residency.json: members in a fixed order, two spaces of indentation. */
export function formatResidency(residency: Residency): string {
  const { facts } = residency;
  const { systemLog: head, region } = facts;
  return toIndented(
    objectOf({
      format: FORMAT,
      statement: STATEMENT,
      scope: objectOf({ tenant: facts.tenant, region, log: facts.log }),
      period: objectOf({ from: facts.period.from, to: facts.period.to }),
      records: objectOf({ count: facts.records, kept_in: region }),
      personal_values: objectOf({ disclosed: facts.disclosed, kept_in: region }),
      pins: residency.pins.map((pin) => objectOf({ region: pin.region, from: pin.from ?? null, until: pin.until ?? null })),
      moves: residency.moves.map((move) => objectOf({ recorded: move.received, from: move.from, to: move.to, reason: move.reason, seq: move.seq })),
      moves_missing: residency.gaps,
      exports: objectOf({
        known: residency.exports,
        without_destination: residency.withoutDestination,
        crossed_border: residency.crossed.map((one) => objectOf({ recorded: one.received, destination: one.destination ?? '', seq: one.seq })),
      }),
      this_export: objectOf({
        at: facts.runAt,
        destination: facts.destination,
        crossed_border: facts.destination !== region,
        event: facts.event,
      }),
      system_log: head ? objectOf({ log: head.log, size: head.size, root: toBase64(head.root), time: formatSeconds(head.time) }) : null,
      not_proven: head ? NOT_PROVEN : [NO_SYSTEM_LOG, ...NOT_PROVEN],
    }),
  );
}

const misspelt = (file: string) => `${file} does not have the members that it must have, spelled as they must be`;

/** Reads the facts out of a statement that is spelled as formatResidency spells it. */
export function parseResidency(text: string): ResidencyFacts {
  return exactly(text, () => residencyFrom(parseJson(text)), formatResidency, misspelt('data/residency.json')).facts;
}

/** For each line of a file of the system log's records, where it stands in it. */
export interface SystemProofs {
  /** A signed note of the system log. */
  checkpoint: string;
  places: { seq: number; path: Path }[];
}

function formatProofs(proofs: SystemProofs): string {
  return toIndented(
    objectOf({
      checkpoint: proofs.checkpoint,
      records: proofs.places.map((place) => objectOf({ seq: place.seq, path: pathToJson(place.path) })),
    }),
  );
}

export function parseSystemProofs(text: string): SystemProofs {
  const read = (): SystemProofs => {
    const root = member.object(parseJson(text));
    const places = member.array(root, 'records').map((one) => {
      const place = member.object(one);
      return { seq: member.count(place, 'seq'), path: pathOf(place) };
    });
    return { checkpoint: member.text(root, 'checkpoint'), places };
  };
  return exactly(text, read, formatProofs, misspelt('data/residency.proofs.json'));
}
