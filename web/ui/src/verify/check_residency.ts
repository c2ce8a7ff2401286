import { sameBytes, toBase64 } from './bytes.js';
import { fail, Fault } from './fault.js';
import { LAYOUT } from './layout.js';
import type { RetiredPart } from './line_forms.js';
import { readProvenRecords, SYSTEM_FILE_BYTES_MAX } from './proven_records.js';
import { belongsTo, readSystemRecord, residencyOf, type Residency, type ResidencyFacts, type SystemRecord } from './residency.js';
import { formatResidency, parseResidency } from './residency_text.js';
import { formatSeconds, formatTime, parseTime } from './time.js';
import type { Verification } from './verification.js';

function checkScope(run: Verification, facts: ResidencyFacts): void {
  const evidence = run.evidence!;
  const count = (name: string) => evidence.counts.get(name) ?? 0;
  const { period } = facts;
  const same =
    facts.tenant === evidence.tenant &&
    facts.region === evidence.region &&
    facts.log === evidence.log &&
    period.from === evidence.period.from &&
    period.to === evidence.period.to &&
    facts.runAt === evidence.runAt &&
    facts.records === count('records') &&
    facts.disclosed === count('disclosures');
  if (!same) fail('data/residency.json is not about what evidence.json is about');
}

/** What the lines of data/residency.jsonl say, which stand in the system log that the statement names. */
async function readRecords(run: Verification, facts: ResidencyFacts): Promise<SystemRecord[]> {
  const proven = await readProvenRecords(run, LAYOUT.residencyRecords, LAYOUT.residencyProofs);
  const head = facts.systemLog!;
  const signed = proven.head;
  if (head.log !== signed.log) fail("the system log of the statement is not the region's");
  if (head.size !== signed.size || !sameBytes(head.root, signed.root) || head.time !== signed.time) {
    fail("the system log's checkpoint is not the one that the statement names");
  }
  return proven.records.map((line, i) => {
    const place = { file: LAYOUT.residencyRecords, line: i + 1 };
    let record: SystemRecord | undefined;
    try {
      record = readSystemRecord(line, head.log, facts.tenant);
    } catch (error) {
      if (error instanceof Fault) fail(`a record in data/residency.jsonl: ${error.message}`, place);
      throw error;
    }
    return record && belongsTo(record, facts.period) ? record : fail('data/residency.jsonl holds a record that does not belong there', place);
  });
}

/** How the system log tells of records that were retired. */
function retiredContext(part: RetiredPart): string {
  return (
    `records ${part.begin} to ${part.end - 1}, part ${part.part + 1}: ${part.records} records, root ${toBase64(part.root)}, ` +
    `rule ${part.rule} keeps ${part.keep}`
  );
}

/** `retired_recorded`: compares what data/retired.jsonl says with what the system log recorded when it was done. */
function checkRetired(run: Verification, records: readonly SystemRecord[]): void {
  const { tenant } = run.evidence!;
  const parts = run.retired;
  let recorded = 0;
  for (const [i, part] of parts.entries()) {
    const id = `retired/${tenant}/${part.begin}/${part.part}`;
    const found = records.find((one) => one.what === 'retired' && one.id === id);
    if (!found) continue;
    ++recorded;
    if (found.context === retiredContext(part) && formatTime(parseTime(found.time)!) === part.retired) continue;
    return run.add(
      'retired_recorded',
      'failed',
      `What data/retired.jsonl says of the records ${part.begin} to ${part.end - 1}, part ${part.part}, is not what the system log recorded when they were ` +
        'retired.',
      { file: LAYOUT.retired, line: i + 1 },
    );
  }
  if (recorded === parts.length) {
    run.add('retired_recorded', 'passed', 'What was retired, when and under which rule stands in the system log as the bundle says it.');
  } else {
    run.add(
      'retired_recorded',
      'not_claimed',
      `Of ${parts.length} parts that were retired, ${recorded} are in the system log of the bundle: when and under which rule the others went is the ` +
        "operator's statement.",
    );
  }
}

async function check(run: Verification): Promise<Residency> {
  const text = await run.bundle.read(LAYOUT.residency, SYSTEM_FILE_BYTES_MAX);
  const facts = parseResidency(text);
  checkScope(run, facts);
  const backed = facts.systemLog !== undefined;
  for (const name of [LAYOUT.residencyRecords, LAYOUT.residencyProofs]) {
    if (run.bundle.has(name) !== backed) fail(`${name} is missing, or is there without need`, { file: name });
  }
  const records = backed ? await readRecords(run, facts) : [];
  if (run.report.retired.length > 0) checkRetired(run, records);
  const residency = residencyOf(facts, records);
  if (formatResidency(residency) !== text) {
    fail(
      'data/residency.json does not say what follows from the records of the system log: a pin, a move or an export was left out or altered',
    );
  }
  return residency;
}

function sentenceOf(residency: Residency): string {
  const { facts } = residency;
  const pins = residency.pins.map((pin) => pin.region).join(', then ') || 'no region that is known';
  return (
    `By the system log of ${facts.region}, up to ${formatSeconds(facts.systemLog!.time)}, the tenant was pinned to ${pins} in the period, moved ` +
    `${residency.moves.length} times, and ${residency.crossed.length} of ${residency.exports} exports left ${facts.region}; this export goes to ` +
    `${facts.destination}. That no further record of it exists is not proven.`
  );
}

/** `residency`: where everything was kept, made again from records of the system log. */
export async function checkResidency(run: Verification): Promise<void> {
  const { bundle } = run;
  if (!bundle.has(LAYOUT.residency)) {
    if (!bundle.has(LAYOUT.residencyRecords) && !bundle.has(LAYOUT.residencyProofs)) {
      return run.add('residency', 'not_claimed', 'The bundle has no statement of residency.');
    }
    return run.add('residency', 'failed', 'data/residency.json is missing: it was taken out.', { file: LAYOUT.residency });
  }
  // Without what it hangs on, which has failed by then, it cannot be checked.
  if (!run.evidence || !run.keys) return;
  let residency: Residency;
  try {
    residency = await check(run);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return run.add('residency', 'failed', error.message, { file: LAYOUT.residency, ...error.place });
  }
  if (!residency.facts.systemLog) {
    run.add('residency', 'not_claimed', 'The statement of residency is not backed by a system log: none had a checkpoint yet.');
  } else if (residency.gaps > 0) {
    run.add(
      'residency',
      'not_claimed',
      `Where the tenant was pinned is not stated throughout: ${residency.gaps} recorded moves do not begin where the one before ended, so the record of ` +
        'a move is missing.',
    );
  } else {
    run.add('residency', 'passed', sentenceOf(residency));
  }
}
