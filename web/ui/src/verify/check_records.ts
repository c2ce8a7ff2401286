import { checkBoundary, type Boundary } from './boundary.js';
import { sameBytes, toBase64 } from './bytes.js';
import { readCommits, type Commits } from './commits.js';
import { readEvent, visitTokens } from './event.js';
import type { Evidence } from './evidence.js';
import { fail, Fault } from './fault.js';
import { Filter } from './filter.js';
import { sameJson } from './json.js';
import { KnownCheckpoints } from './known.js';
import { LAYOUT } from './layout.js';
import { isRetired, isWithheld, readRetired, readWithheld } from './line_forms.js';
import { blocksOf, LINES_AT_ONCE, type Block } from './lines.js';
import type { Proofs } from './proofs.js';
import { readRecord } from './record.js';
import { RetiredCheck } from './retired.js';
import { RunTree } from './run_tree.js';
import { FIELD, PROOFS } from './schema.js';
import { rangesHold } from './scope.js';
import { RowWriter, TABLE_HEADER, TableCompare } from './table.js';
import { parseTime } from './time.js';
import { isLate, periodHolds, Totals } from './totals.js';
import { recordHash, type Digest } from './tree.js';
import { Values } from './values.js';
import type { Verification } from './verification.js';

const NO_LINK =
  'its prev is not the hash of the record before it: one of the two was altered, or a record was removed, added or moved';

/** A record that is wrong, by its number. */
class WrongRecord extends Fault {
  constructor(
    readonly seq: number,
    message: string,
    line: number | undefined,
  ) {
    super(message, { ...(line === undefined ? {} : { line }), seq });
  }
}

/** Goes through the lines of records.jsonl once; holds what they are held against. */
class RecordScan {
  readonly totals: Totals;
  readonly table: TableCompare;
  readonly tree: RunTree | undefined;
  private readonly writer: RowWriter;
  private next: number;
  private lastHash: Digest;
  private lastReceived = '';
  private line = 0;
  private isInLine = false;
  /** Of the checkpoints: the first that was not compared with the tree yet. */
  commitAt = 0;
  private committedAt = -1;
  private rows = '';
  private rowCount = 0;

  constructor(
    private readonly run: Verification,
    private readonly evidence: Evidence,
    private readonly boundary: Boundary,
    private readonly commits: Commits,
    private readonly known: KnownCheckpoints,
    private readonly values: Values,
    private readonly retired: RetiredCheck,
    private readonly filter: Filter,
    proofs: Proofs,
  ) {
    this.totals = new Totals(evidence.period);
    this.writer = new RowWriter(values.exist ? values : undefined);
    this.table = new TableCompare(run.bundle.stream(LAYOUT.events), (bytes) => run.pace.step(bytes));
    if (proofs.first && proofs.last) this.tree = new RunTree(proofs, proofs.first, proofs.last);
    const { before } = boundary;
    this.next = before ? before.seq + 1 : 0;
    this.lastHash = before ? before.hash : new Uint8Array(32);
  }

  async scan(): Promise<void> {
    const { before, after } = this.boundary;
    await this.table.add(TABLE_HEADER, 1);
    if (this.tree) this.known.compare(this.tree);
    if (before) this.grow(before.hash);
    for await (const block of blocksOf(LAYOUT.records, this.run.bundle.stream(LAYOUT.records))) await this.scanBlock(block);
    if (!after) return;
    if (after.seq !== this.next) this.wrong('it is missing');
    if (this.next > 0 && after.prev !== undefined && after.prev !== toBase64(this.lastHash)) {
      this.wrong('its prev is not the hash of the record before it: one of the two was altered');
    }
    this.grow(after.hash);
  }

  private async scanBlock({ bytes, text }: Block): Promise<void> {
    let passed = 0;
    for (let at = 0; at < text.length; ) {
      const end = text.indexOf('\n', at);
      ++this.line;
      this.scanLine(text.slice(at, end), bytes.subarray(at, end));
      at = end + 1;
      if (this.line % LINES_AT_ONCE !== 0 && at < text.length) continue;
      await this.table.add(this.rows, this.rowCount);
      this.rows = '';
      this.rowCount = 0;
      await this.run.pace.step(at - passed);
      passed = at;
    }
  }

  private wrong(why: string, seq = this.next): never {
    throw new WrongRecord(seq, why, this.isInLine ? this.line : undefined);
  }

  private scanLine(line: string, bytes: Uint8Array): void {
    let leaf: Digest;
    this.isInLine = true;
    try {
      leaf = this.checkLine(line, bytes);
    } catch (error) {
      if (error instanceof Fault) this.wrong(error.message);
      throw error;
    }
    this.addLeaf(leaf);
    this.isInLine = false;
  }

  private checkPlace(seq: number): void {
    if (seq !== this.next) fail(`record ${seq} stands in its place`);
  }

  /** Checks a line by itself and against the one before; gives the hash of its record. */
  private checkLine(line: string, bytes: Uint8Array): Digest {
    if (isRetired(line)) {
      const record = readRetired(line);
      this.checkPlace(record.seq);
      this.retired.add(this.retired.find(record), record.seq, record.hash);
      this.totals.addRetired(record.seq);
      return record.hash;
    }
    if (!isWithheld(line)) return this.checkRecord(line, bytes);
    if (this.filter.isEmpty && this.evidence.profile !== 'none') fail('it is withheld, but the bundle does not claim to be filtered');
    const withheld = readWithheld(line);
    this.checkPlace(withheld.seq);
    this.totals.addWithheld(withheld.seq);
    return withheld.hash;
  }

  private checkRecord(line: string, bytes: Uint8Array): Digest {
    const { evidence } = this;
    if (evidence.profile === 'none') fail('it is shown, but the bundle claims the profile none, which shows no record');
    const record = readRecord(line);
    this.checkPlace(record.seq);
    if (record.log !== evidence.log) fail('it names another log');
    if (record.prev !== toBase64(this.lastHash)) fail(NO_LINK);
    if (!periodHolds(evidence.period, record.received)) fail('it was not received in the period of the bundle');
    if (record.received < this.lastReceived) fail('it was received before a record in front of it');
    this.lastReceived = record.received;
    if (!PROOFS.includes(record.proof)) fail('its proof is not one of the known grades');
    const event = readEvent(record.event);
    if (event.plain(FIELD.tenant) !== evidence.tenant) fail("its event is another tenant's");
    if (!this.filter.matches(record, event)) fail('it is not one that the filter chooses');
    const occurred = parseTime(event.plain(FIELD.time));
    if (!occurred) fail('the time of its event is not an RFC 3339 date-time with a zone');
    const hash = recordHash(bytes);
    const late = isLate(occurred, parseTime(record.received)!);
    this.rows += this.writer.row(record, event, hash, this.committed(record.seq), late);
    ++this.rowCount;
    if (this.values.exist && rangesHold(evidence.scope.records, record.seq)) {
      visitTokens(event, (_, token) => this.values.noteNamed(token));
    }
    this.totals.addShown(record, event, bytes.length, occurred, late);
    return hash;
  }

  /** POSIX seconds of the first checkpoint that covers a record; they are asked for in their order. */
  private committed(seq: number): number {
    const { sizes, times } = this.commits;
    if (this.committedAt < 0) this.committedAt = this.commits.firstCovering(seq);
    while (this.committedAt < sizes.length && sizes[this.committedAt]! <= seq) ++this.committedAt;
    return times[this.committedAt] ?? fail('no checkpoint of the bundle tells when it was committed');
  }

  private grow(leaf: Digest): RunTree {
    const tree = this.tree ?? fail('the log has records, but its proofs are of an empty one');
    tree.add(leaf);
    this.known.compare(tree);
    return tree;
  }

  private addLeaf(leaf: Digest): void {
    if (!this.tree || this.tree.size > this.tree.last.seq) this.wrong('it stands behind the last record that the proofs are for');
    this.tree.add(leaf);
    this.lastHash = leaf;
    ++this.next;
    const size = this.commits.sizes[this.commitAt];
    if (size !== undefined && size <= this.tree.size) {
      if (size !== this.tree.size || !sameBytes(this.commits.rootAt(this.commitAt), this.tree.root())) {
        this.wrong(`up to it the records are not those that the checkpoint of size ${size} was signed over`, this.next - 1);
      }
      ++this.commitAt;
    }
    this.known.compare(this.tree);
  }
}

/** One checkpoint may lie behind the records: the first that covers the last of them. */
function checkLastCommit(run: Verification, commits: Commits, scan: RecordScan): void {
  const size = commits.sizes[scan.commitAt];
  if (size === undefined) return;
  const newest = run.checkpoint!;
  const isNewest = size === newest.size && sameBytes(commits.rootAt(scan.commitAt), newest.root);
  const place = { file: LAYOUT.checkpoints, line: scan.commitAt + 1 };
  if (scan.totals.records === 0 || size > newest.size || (size === newest.size && !isNewest)) {
    fail('data/checkpoints.jsonl ends in a checkpoint that does not belong to the records', place);
  }
  if (scan.commitAt + 1 < commits.sizes.length) {
    fail('data/checkpoints.jsonl holds checkpoints that belong to no record', { ...place, line: scan.commitAt + 2 });
  }
}

function checkFigures(evidence: Evidence, totals: Totals): void {
  const pairs = [
    ['counts', evidence.counts, totals.counts()],
    ['totals', evidence.totals, totals.totals()],
    ['gaps', evidence.gaps, totals.gaps()],
    ['late_arrivals', evidence.lateArrivals, totals.lateArrivals()],
  ] as const;
  for (const [name, stated, counted] of pairs) {
    if (!sameJson(stated, counted)) fail(`'${name}' of evidence.json is not what counting the records gives`, { file: LAYOUT.evidence });
  }
}

async function finish(run: Verification, scan: RecordScan, commits: Commits, parts: { values: Values; retired: RetiredCheck; known: KnownCheckpoints }): Promise<void> {
  const { totals, tree, table } = scan;
  run.report.records = totals.records;
  run.report.withheld = totals.withheld;
  await run.check(
    'completeness',
    'The records, with those at the boundaries, lead to the root hash that the log signed: none was left out, added, changed or moved.',
    () => tree?.finish(),
  );
  await run.check('commit_times', 'The log signed when each record was in it at the latest.', () => checkLastCommit(run, commits, scan));
  await parts.retired.finish(commits);
  const { disclosures, masks } = await parts.values.finish();
  totals.disclosures = run.report.disclosures = disclosures;
  totals.masks = run.report.masks = masks;
  const masked = run.evidence!.profile === 'masked';
  await run.check('events_table', `data/events.csv is, byte by byte, what the records and ${masked ? 'masks' : 'disclosures'} give.`, () => table.finish());
  await run.check('figures', 'The figures of evidence.json are what counting the records gives.', () => checkFigures(run.evidence!, totals));
  if (run.trust.checkpoints.length > 0) {
    await run.check('known_checkpoints', 'The log still holds what it held when the checkpoints that you kept were signed.', () => parts.known.finish());
  }
}

/** Reads a thing that later checks need; undefined, and a check that failed, where it is wrong. */
async function needed<T>(run: Verification, name: string, read: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    run.add(name, 'failed', error.message, error.place);
    return undefined;
  }
}

/**
 * `boundary`, `records`, `completeness`, `commit_times`, `retired`, `disclosures`, `masks`, `events_table`, `figures`, `known_checkpoints`: everything that
 * takes the records themselves.
 */
export async function checkRecords(run: Verification): Promise<void> {
  const { evidence, proofs, keys, bundle } = run;
  if (!evidence || !proofs || !keys) return;
  if (![LAYOUT.boundary, LAYOUT.checkpoints, LAYOUT.records, LAYOUT.events].every((name) => bundle.has(name))) return;
  const known = await KnownCheckpoints.of(run);
  const retired = new RetiredCheck(run);
  if (!(await retired.load())) return;
  const boundary = await checkBoundary(run, evidence, proofs);
  if (!boundary) return;
  const commits = await needed(run, 'commit_times', () => readCommits(run, keys));
  const values = new Values(run);
  if (!commits || !(await values.load())) return;
  const filter = await needed(run, 'evidence_filter', () => new Filter(evidence.filter));
  if (!filter) return;
  let scan: RecordScan;
  try {
    scan = new RecordScan(run, evidence, boundary, commits, known, values, retired, filter, proofs);
    await scan.scan();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error instanceof WrongRecord) run.report.first_wrong = { seq: error.seq, why: error.message };
    const text = error instanceof WrongRecord ? `Record ${error.seq}: ${error.message}.` : error.message;
    return run.add('records', 'failed', text, { file: LAYOUT.records, ...error.place });
  }
  const { records } = scan.totals;
  run.add(
    'records',
    'passed',
    evidence.profile === 'none'
      ? `All ${records} records stand by number and hash, without a gap.`
      : `All ${records} records read, follow one another without a gap by number and hash, and were received in the period, in order.`,
  );
  await finish(run, scan, commits, { values, retired, known });
}
