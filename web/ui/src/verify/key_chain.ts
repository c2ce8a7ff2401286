// The keys that a log has signed its checkpoints with, one after another, each endorsed by the one before (ledger/FORMAT.md, "Rotation of the keys").
import { digestFromBase64, sameBytes } from './bytes.js';
import { openCheckpoint, type OpenedCheckpoint } from './checkpoint.js';
import { Fault, fail } from './fault.js';
import { LAYOUT } from './layout.js';
import { NoteVerifier, openNote, parseDecimal, parseNote, type KeyType } from './note.js';

const HEAD = 'countersign-key-rotation/1';

interface Rotation {
  region: string;
  type: KeyType;
  before: Uint8Array;
  since: Uint8Array;
  /** POSIX seconds. */
  time: number;
}

function parseRotation(text: string): Rotation {
  const malformed = (why: string): never => fail(`not the endorsement of a key: ${why}`);
  const lines = text.split('\n');
  if (lines.length < 7) malformed('it has fewer than six lines');
  if (lines.length > 7 || lines[6] !== '') malformed('it has more than six lines');
  const [head, region, type, before, since, time] = lines as [string, string, string, string, string, string];
  if (head !== HEAD) malformed('its first line is another');
  if (type !== 'log' && type !== 'clock') malformed('it is of a key that is not known');
  const key = (line: string) => digestFromBase64(line) ?? malformed('a key is not 32 bytes in canonical base64');
  return {
    region,
    type: type as KeyType,
    before: key(before),
    since: key(since),
    time: parseDecimal(time) ?? malformed('its time is not a decimal number'),
  };
}

export function regionOf(log: string): string {
  return log.slice(0, Math.max(log.lastIndexOf('/'), 0));
}

/** A key and the seconds in which it held, both included. */
interface Term {
  key: NoteVerifier;
  from: number;
  until: number;
}

export class KeyChain {
  private readonly logKeys: Term[];
  private readonly clockKeys: Term[];
  private lastTime: number | undefined;
  rotations = 0;

  private constructor(
    readonly log: string,
    logKey: Uint8Array,
    clockKey: Uint8Array,
  ) {
    const first = (type: KeyType, key: Uint8Array): Term => ({ key: new NoteVerifier(log, type, key), from: -Infinity, until: Infinity });
    this.logKeys = [first('log', logKey)];
    this.clockKeys = [first('clock', clockKey)];
  }

  /** Checks each endorsement, of those in `folder`; a Fault for the first that is wrong. */
  static async make(
    log: string,
    logKey: Uint8Array,
    clockKey: Uint8Array,
    endorsements: readonly string[],
    folder: string = LAYOUT.rotations,
  ): Promise<KeyChain> {
    const chain = new KeyChain(log, logKey, clockKey);
    for (const [i, endorsement] of endorsements.entries()) {
      try {
        await chain.add(endorsement);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        fail(`the endorsement ${i + 1} of a key that took over is wrong: ${error.message}`, { file: `${folder}${i + 1}` });
      }
    }
    return chain;
  }

  private async add(endorsement: string): Promise<void> {
    const rotation = parseRotation(parseNote(endorsement).text);
    if (rotation.region !== regionOf(this.log)) fail('it is of another region');
    const holders = rotation.type === 'log' ? this.logKeys : this.clockKeys;
    const holder = holders.at(-1)!;
    if (!sameBytes(holder.key.publicKey, rotation.before)) fail('the key that it names is not the one that held then');
    if (this.verifiers.some((one) => sameBytes(one.publicKey, rotation.since))) fail('the new key was in use before');
    if (this.lastTime !== undefined && rotation.time < this.lastTime) fail('it is of a time before the one in front of it');
    const signers = [new NoteVerifier(rotation.region, 'log', this.logKeys.at(-1)!.key.publicKey)];
    if (rotation.type === 'log') signers.push(new NoteVerifier(rotation.region, 'log', rotation.since));
    const opened = await openNote(endorsement, signers);
    if (opened.verified.length !== signers.length) fail('a signature that it needs is missing');
    holder.until = rotation.time;
    holders.push({ key: new NoteVerifier(this.log, rotation.type, rotation.since), from: rotation.time, until: Infinity });
    this.lastTime = rotation.time;
    ++this.rotations;
  }

  /** The log's keys, oldest first, then its clock's, oldest first: what keys/log.vkey lists. */
  get verifiers(): NoteVerifier[] {
    return [...this.logKeys, ...this.clockKeys].map((one) => one.key);
  }
  vkeys(): string {
    return this.verifiers.map((one) => `${one.toVkey()}\n`).join('');
  }
  has(key: NoteVerifier): boolean {
    return this.verifiers.some((one) => one.name === key.name && one.type === key.type && sameBytes(one.publicKey, key.publicKey));
  }
  get firstKeys(): { log: Uint8Array; clock: Uint8Array } {
    return { log: this.logKeys[0]!.key.publicKey, clock: this.clockKeys[0]!.key.publicKey };
  }

  /** Checks a checkpoint by the keys that held at the time that it states; `logKey` says which of the log's signed, from 0. */
  async open(note: string): Promise<OpenedCheckpoint & { logKey: number }> {
    const opened = await openCheckpoint(note, this.log, this.verifiers);
    if (this.rotations === 0) return { ...opened, logKey: 0 };
    if (opened.time === undefined) fail("no clock of the log signed the checkpoint's time");
    let logKey = 0;
    for (const { key, time } of opened.verified) {
      const terms = key.type === 'log' ? this.logKeys : this.clockKeys;
      const at = terms.findIndex((one) => one.key.keyId === key.keyId);
      const when = time ?? opened.time;
      if (when < terms[at]!.from || when > terms[at]!.until) {
        fail(`the checkpoint is signed by a key of the ${key.type} (${key.idText}) that did not hold at its time`);
      }
      if (key.type === 'log') logKey = at;
    }
    return { ...opened, logKey };
  }
}
