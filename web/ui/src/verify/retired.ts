import { sameBytes } from './bytes.js';
import type { Commits } from './commits.js';
import { fail, Fault } from './fault.js';
import { LAYOUT } from './layout.js';
import { readRetiredPart, type RetiredPart, type RetiredRecord } from './line_forms.js';
import { eachLine } from './lines.js';
import { endOf, parseSpan } from './span.js';
import { isBefore, parseTime } from './time.js';
import { CompactRange, type Digest } from './tree.js';
import type { Verification } from './verification.js';

/** Seconds by which a clock may have been set back meanwhile. */
const CLOCK_STEP = 300;

interface Found {
  leaves: CompactRange;
  first: number;
  last: number;
}

const nameOf = (part: RetiredPart) => `the records ${part.begin} to ${part.end - 1}, part ${part.part}`;

/**
 * `retired`: which records of the run are gone, and that what data/retired.jsonl says of them fits the hashes that are left: their number and root, that
 * they came when the signed checkpoints around them say, and that they were kept as long as the rule says.
 */
export class RetiredCheck {
  private readonly found: Found[] = [];

  constructor(private readonly run: Verification) {}

  private get parts(): RetiredPart[] {
    return this.run.retired;
  }

  /** Reads data/retired.jsonl, where there is one; false, and a check that failed, where it does not read. */
  async load(): Promise<boolean> {
    const file = LAYOUT.retired;
    if (!this.run.bundle.has(file)) return true;
    const parts: RetiredPart[] = [];
    try {
      await eachLine(file, this.run.bundle.stream(file), this.run.pace, (line) => {
        const part = readRetiredPart(line);
        this.checkClaim(part, parts.at(-1));
        parts.push(part);
      });
      if (parts.length === 0) fail(`${file} is empty`, { file });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.run.add('retired', 'failed', error.message, error.place);
      return false;
    }
    this.run.retired = parts;
    for (let i = 0; i < parts.length; ++i) this.found.push({ leaves: new CompactRange(), first: 0, last: 0 });
    return true;
  }

  /** Whether it can be, and follows the one before: ranges do not overlap, and nothing goes before it came. */
  private checkClaim(part: RetiredPart, last: RetiredPart | undefined): void {
    const sameRange = last && part.begin === last.begin && part.end === last.end && part.part > last.part;
    const follows = !last || part.begin >= last.end || sameRange;
    if (!follows || part.begin >= part.end || part.records === 0 || part.records > part.end - part.begin) fail(`${LAYOUT.retired} is not in order`);
    if (part.lastReceived < part.firstReceived || part.retired < part.lastReceived || this.run.evidence!.runAt < part.retired) {
      fail(`${LAYOUT.retired} states times that contradict one another`);
    }
    const keep = parseSpan(part.keep);
    if (!keep) fail(`${LAYOUT.retired} says that the rule ${part.rule} keeps '${part.keep}', which is no length of time`);
    const end = endOf(parseTime(part.lastReceived)!, keep);
    if (!end || isBefore(parseTime(part.retired)!, end)) {
      fail(`${nameOf(part)}, were retired on ${part.retired}, before the rule ${part.rule}, which keeps ${part.keep}, allows it`);
    }
  }

  /** The part that a retired record is said to be of. */
  find(record: RetiredRecord): number {
    const at = this.parts.findIndex((part) => part.part === record.part && part.begin <= record.seq && record.seq < part.end);
    return at >= 0 ? at : fail('it is retired, but data/retired.jsonl does not say when and why');
  }

  /** Takes the next retired record of a part. */
  add(part: number, seq: number, hash: Digest): void {
    const found = this.found[part]!;
    if (found.leaves.size === 0) found.first = seq;
    found.last = seq;
    found.leaves.append(hash);
  }

  /** Compares each part with what it says, once all were added. */
  async finish(commits: Commits): Promise<void> {
    if (this.parts.length === 0) return;
    this.run.report.retired = this.parts.map((part) => ({
      first: part.begin,
      last: part.end - 1,
      part: part.part,
      records: part.records,
      retired: part.retired,
      rule: part.rule,
      keep: part.keep,
    }));
    await this.run.check(
      'retired',
      'The hashes of records that were retired are there, as many as were, with the root that was kept; each was kept as long as its rule says.',
      () => this.parts.forEach((part, i) => this.checkPart(part, this.found[i]!, i + 1, commits)),
    );
  }

  private checkPart(part: RetiredPart, found: Found, line: number, commits: Commits): void {
    const { first, last } = this.run.proofs!;
    const place = { file: LAYOUT.retired, line };
    // A part that reaches beyond the run is seen in part only.
    const whole = first && last && part.begin >= first.seq && part.end <= last.seq + 1;
    const { leaves } = found;
    const fits = whole ? leaves.size === part.records && sameBytes(leaves.root(), part.root) : leaves.size > 0 && leaves.size <= part.records;
    if (!fits) fail(`what ${LAYOUT.retired} says of ${nameOf(part)}, does not fit their hashes`, place);
    this.checkTimes(part, found, commits, place);
  }

  /** The log's signed checkpoints bound when a record came, whatever is said of it now that it is gone. */
  private checkTimes(part: RetiredPart, found: Found, commits: Commits, place: { file: string; line: number }): void {
    // Of a part that is seen in part only, others may have come before and after.
    const whole = found.leaves.size === part.records;
    const ends = [
      { seq: found.first, received: part.firstReceived, notAfter: true, notBefore: whole },
      { seq: found.last, received: part.lastReceived, notAfter: whole, notBefore: true },
    ];
    for (const { seq, received, notAfter, notBefore } of ends) {
      const time = parseTime(received)!;
      const { behind, by } = commits.boundsOf(seq);
      const tooLate = notAfter && by !== undefined && time.seconds >= by + 1 + CLOCK_STEP;
      const tooEarly = notBefore && behind !== undefined && time.seconds < behind - CLOCK_STEP;
      if (tooLate || tooEarly) {
        fail(`the record ${seq} is said to have been received ${received}, but the checkpoints around it were signed at other times`, place);
      }
    }
  }
}
