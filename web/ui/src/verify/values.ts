import { sha256 } from '@noble/hashes/sha2.js';
import { bytesOf, digestFromBase64Url, joined, toBase64Url } from './bytes.js';
import { fail, Fault } from './fault.js';
import { skipString, unescape } from './json.js';
import { LAYOUT } from './layout.js';
import { eachLine } from './lines.js';
import { isMask } from './mask.js';
import { KINDS, parseKind, type Kind } from './schema.js';
import { isEmptyScope, scopeHasKind, type DisclosureScope } from './scope.js';
import type { Verification } from './verification.js';

/** The token of a value: a salted commitment (ledger/FORMAT.md, "Token"). `value` is a byte string. */
export function tokenOf(kind: Kind, salt: Uint8Array, value: string): string {
  return toBase64Url(sha256(joined(bytesOf(`countersign/token/v1\0${kind}\0`), salt, bytesOf(value))));
}

/** What a token gives way to. */
interface Value {
  kind: Kind;
  /** The value, or its mask. */
  text: string;
  /** Some record has the token. */
  asked: boolean;
  /** A record that the scope names has it. */
  named: boolean;
}

interface Line {
  token: string;
  kind: Kind;
  text: string;
}

/** The inside of strings that must follow one another, each behind its name. */
function membersOf(line: string, names: readonly string[]): string[] | undefined {
  let at = 0;
  const out: string[] = [];
  for (const [i, name] of names.entries()) {
    const before = `${i === 0 ? '{' : ','}"${name}":`;
    const end = line.startsWith(before, at) ? skipString(line, at + before.length) : -1;
    if (end < 0) return undefined;
    out.push(unescape(line.slice(at + before.length, end)));
    at = end;
  }
  return line.slice(at) === '}' ? out : undefined;
}

function readDisclosure(line: string): Line {
  const bad = (): never => fail('not a line that discloses a personal value');
  const [token, kindText, saltText, text] = membersOf(line, ['token', 'kind', 'salt', 'value']) ?? bad();
  const kind = parseKind(kindText!);
  const salt = digestFromBase64Url(saltText!);
  if (!kind || !salt) return bad();
  if (tokenOf(kind, salt, text!) !== token) fail('a disclosed value is not the one that its token stands for');
  return { token, kind, text: text! };
}

function readMask(line: string): Line {
  const bad = (): never => fail('not a line that masks a personal value');
  const [token, kindText, text] = membersOf(line, ['token', 'kind', 'masked']) ?? bad();
  const kind = parseKind(kindText!);
  if (!kind || !digestFromBase64Url(token!)) return bad();
  if (!isMask(kind, text!)) {
    fail(`what it gives for a mask has not the form that a mask of the kind ${kind} has, so it may show more than one`);
  }
  return { token: token!, kind, text: text! };
}

/** What a bundle shows of personal values, disclosed or masked, held against what it claims to show. Some 300 bytes of memory for each value. */
export class Values {
  private readonly byToken = new Map<string, Value>();
  private readonly kinds = new Set<Kind>();
  private lines = 0;
  /** There is a file of values. */
  exist = false;

  constructor(private readonly run: Verification) {}

  private get masked(): boolean {
    return this.run.evidence?.profile === 'masked';
  }

  /** Reads the file of values or masks, where there is one. False, with a check that failed, where it does not read. */
  async load(): Promise<boolean> {
    const file = this.masked ? LAYOUT.masks : LAYOUT.disclosures;
    if (!this.run.bundle.has(file)) return true;
    this.exist = true;
    try {
      await eachLine(file, this.run.bundle.stream(file), this.run.pace, (line, number) => this.addLine(line, number));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.run.add(this.masked ? 'masks' : 'disclosures', 'failed', error.message, error.place);
      return false;
    }
    return true;
  }

  private addLine(text: string, number: number): void {
    try {
      const line = this.masked ? readMask(text) : readDisclosure(text);
      const before = this.byToken.get(line.token);
      // A value disclosed twice is the same both times, because the token says so. A mask need not be.
      if (this.masked && before && (before.kind !== line.kind || before.text !== line.text)) fail('a token is masked in two ways');
      this.byToken.set(line.token, { kind: line.kind, text: line.text, asked: false, named: false });
      this.kinds.add(line.kind);
      ++this.lines;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      fail(`line ${number}: ${error.message}`);
    }
  }

  /** What stands in the table in place of a token; undefined where the token stays. */
  find(kind: Kind, token: string): string | undefined {
    const value = this.byToken.get(token);
    if (!value) return digestFromBase64Url(token) ? undefined : fail('not canonical base64url');
    value.asked = true;
    return value.kind === kind ? value.text : fail('a token stands where another kind of value belongs');
  }

  /** Notes that a token stands in a record which the scope names. */
  noteNamed(token: string): void {
    const value = this.byToken.get(token);
    if (value) value.named = true;
  }

  private count(holds: (value: Value, token: string) => boolean): number {
    let count = 0;
    for (const [token, value] of this.byToken) if (holds(value, token)) ++count;
    return count;
  }

  /** To be called when all records were read: adds the checks `disclosures` and, for that profile, `masks`. Gives how many lines there are. */
  async finish(): Promise<{ disclosures: number; masks: number }> {
    const { run, masked } = this;
    const shows = this.exist && masked;
    let right = true;
    try {
      this.checkProfile();
      const unused = this.count((value) => !value.asked);
      if (unused > 0) fail(`${unused} ${masked ? 'masked' : 'disclosed'} values stand in no record of the bundle`);
      if (this.exist) this.checkScope(run.evidence!.scope);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      right = false;
      const file = masked ? LAYOUT.masks : LAYOUT.disclosures;
      run.add(shows ? 'masks' : 'disclosures', 'failed', error.message, run.bundle.has(file) ? { file } : {});
    }
    if (right && this.exist && !masked) {
      const scoped = isEmptyScope(run.evidence!.scope) ? '' : ', and within the scope that is stated';
      run.add('disclosures', 'passed', `Each of the ${this.lines} disclosed values is the one that its token stands for${scoped}.`);
    } else if (right) {
      const none = run.evidence!.profile === 'none';
      run.add('disclosures', 'not_claimed', none ? 'No record is shown, and so no personal value.' : 'Personal values are withheld: tokens stand for them.');
    }
    if (right && shows) {
      run.add(
        'masks',
        'passed',
        `Each of the ${this.lines} masks stands for a token of a record that is shown, and has the form of a mask. Whether it is a mask of the value ` +
          "behind the token cannot be checked: that is the operator's statement.",
      );
    }
    return { disclosures: masked ? 0 : this.lines, masks: masked ? this.lines : 0 };
  }

  /** That the bundle has only the file that belongs to its profile. */
  private checkProfile(): void {
    const { bundle } = this.run;
    const { profile, scope } = this.run.evidence!;
    if (profile !== 'full' && bundle.has(LAYOUT.disclosures)) fail('evidence.json says that personal values are withheld, but some are disclosed');
    if (profile !== 'masked' && bundle.has(LAYOUT.masks)) fail('evidence.json does not say that personal values are masked, but some are');
    if (profile !== 'masked' && profile !== 'full' && !isEmptyScope(scope)) fail('evidence.json says which values are shown, and that none is');
  }

  /** That nothing is shown beyond what evidence.json says. */
  private checkScope(scope: DisclosureScope): void {
    const kind = KINDS.find((one) => this.kinds.has(one) && !scopeHasKind(scope, one));
    const stated = 'beyond the scope of disclosure that evidence.json states';
    if (kind) fail(`a value of the kind ${kind} is shown, which is ${stated}`);
    const notNamed = scope.records.length > 0 ? this.count((value) => !value.named) : 0;
    if (notNamed > 0) fail(`${notNamed} values are shown that stand in none of the records named, ${stated}`);
    const listed = new Set(scope.tokens);
    const notListed = scope.tokens ? this.count((_, token) => !listed.has(token)) : 0;
    if (notListed > 0) fail(`${notListed} values are shown that are not among those named, ${stated}`);
  }
}
