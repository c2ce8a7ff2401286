// C2SP signed notes: a text, an empty line, and lines `— <key name> <base64(key ID || signature)>`.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesOf, fromBase64, isUtf8, joined, textOf, toBase64 } from './bytes.js';
import { Ed25519Key } from './ed25519.js';
import { fail } from './fault.js';

const NOTE_BYTES_MAX = 1 << 20;
const SIGNATURES_MAX = 100;
const DASH = '\u00e2\u0080\u0094 ';

/** The property White_Space of Unicode, as UTF-8 in a byte string, and what else no key's name holds. */
const NO_NAME = /[\x00-\x20+]|\u00c2[\u0085\u00a0]|\u00e1\u009a\u0080|\u00e2\u0080[\u0080-\u008a\u00a8\u00a9\u00af]|\u00e2\u0081\u009f|\u00e3\u0080\u0080/;

export function isKeyName(name: string): boolean {
  return name !== '' && isUtf8(name) && !NO_NAME.test(name);
}

/** Undefined where it is not a decimal number without leading zeros, below 2^53. */
export function parseDecimal(text: string): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** How a key signs: `log` over the text (type 0x01), `clock` over the text with a time (type 0x04, tlog-cosignature). */
export type KeyType = 'log' | 'clock';
const TYPE_BYTE = { log: 0x01, clock: 0x04 } as const;

/** A public key of notes. */
export class NoteVerifier {
  readonly keyId: string;
  private readonly key: Ed25519Key;

  constructor(
    readonly name: string,
    readonly type: KeyType,
    readonly publicKey: Uint8Array,
  ) {
    if (!isKeyName(name)) fail("a note key's name must be UTF-8 without white space and '+'");
    this.key = new Ed25519Key(publicKey);
    this.keyId = textOf(sha256(joined(bytesOf(`${name}\n`), this.material())).subarray(0, 4));
  }

  /** Reads `<name>+<key ID>+<base64>`. */
  static parse(vkey: string): NoteVerifier {
    const [name, id, ...rest] = vkey.split('+');
    if (name === undefined || id === undefined || rest.length === 0) fail('not a note key: it is spelt <name>+<key ID>+<base64>');
    const material = fromBase64(rest.join('+'));
    if (!material) fail('not canonical base64');
    const type = material[0] === TYPE_BYTE.log ? 'log' : material[0] === TYPE_BYTE.clock ? 'clock' : undefined;
    if (!type) fail('a note key of this type is not supported, only Ed25519 (0x01) and timestamped cosignatures (0x04)');
    if (material.length !== 33) fail('an Ed25519 note key has 33 bytes');
    const key = new NoteVerifier(name, type, material.subarray(1));
    if (id !== key.idText) fail(`the key ID of a note key must be ${key.idText} for its name and key`);
    return key;
  }

  /** The key ID as eight hexadecimal digits. */
  get idText(): string {
    return [...this.keyId].map((one) => one.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  }

  toVkey(): string {
    return `${this.name}+${this.idText}+${toBase64(this.material())}`;
  }

  isOf(signature: NoteSignature): boolean {
    return signature.keyId === this.keyId && signature.name === this.name;
  }

  async verify(text: string, signature: Uint8Array): Promise<boolean> {
    if (this.type === 'log') return this.key.verify(bytesOf(text), signature);
    const time = this.timeOf(signature);
    if (time === undefined) return false;
    return this.key.verify(bytesOf(`cosignature/v1\ntime ${time}\n${text}`), signature.subarray(8));
  }

  /** POSIX seconds that a cosignature states. */
  timeOf(signature: Uint8Array): number | undefined {
    if (this.type !== 'clock' || signature.length !== 72) return undefined;
    const time = signature.subarray(0, 8).reduce((sum, byte) => sum * 256 + byte, 0);
    return Number.isSafeInteger(time) ? time : undefined;
  }

  private material(): Uint8Array {
    return joined(Uint8Array.of(TYPE_BYTE[this.type]), this.publicKey);
  }
}

export interface NoteSignature {
  name: string;
  /** Four bytes. */
  keyId: string;
  bytes: Uint8Array;
}

export interface Note {
  /** With its last line feed, without the empty line. */
  text: string;
  signatures: NoteSignature[];
}

/** Takes a note apart; a Fault where it is none. */
export function parseNote(note: string): Note {
  const malformed: (why: string) => never = (why) => fail(`not a signed note: ${why}`);
  if (note.length > NOTE_BYTES_MAX) fail(`a signed note has at most ${NOTE_BYTES_MAX} bytes`);
  if (!isUtf8(note) || /[\x00-\x09\x0b-\x1f]/.test(note)) malformed('it is not UTF-8 or holds a control character');
  const gap = note.lastIndexOf('\n\n');
  if (gap < 0) malformed('no empty line stands before the signatures');
  const rest = note.slice(gap + 2);
  if (rest === '') malformed('it has no signature');
  if (!rest.endsWith('\n')) malformed('its last line does not end in a line feed');
  const lines = rest.slice(0, -1).split('\n');
  if (lines.length > SIGNATURES_MAX) fail(`a signed note has at most ${SIGNATURES_MAX} signatures`);
  return { text: note.slice(0, gap + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const malformed: (why: string) => never = (why) => fail(`not a signed note: ${why}`);
  if (!line.startsWith(DASH)) malformed('a line behind the empty line does not begin with an em dash and a space');
  const space = line.indexOf(' ', DASH.length);
  if (space < 0) malformed('a signature line lacks its signature');
  const name = line.slice(DASH.length, space);
  if (!isKeyName(name)) malformed('a signature line has no proper key name');
  const bytes = fromBase64(line.slice(space + 1));
  if (!bytes) malformed('a signature is not in canonical base64');
  if (bytes.length <= 4) malformed('a signature is too short');
  return { name, keyId: textOf(bytes.subarray(0, 4)), bytes: bytes.subarray(4) };
}

/** A signature that was checked and is genuine. */
export interface Verified {
  key: NoteVerifier;
  /** POSIX seconds, of a cosignature. */
  time: number | undefined;
}

/** Checks the signatures of a note by keys; lines of unknown keys are passed over. A Fault where the line of a known key is wrong, or none is known. */
export async function openNote(bytes: string, verifiers: readonly NoteVerifier[]): Promise<{ text: string; verified: Verified[] }> {
  const note = parseNote(bytes);
  const verified: Verified[] = [];
  for (const signature of note.signatures) {
    const key = verifiers.find((one) => one.isOf(signature));
    if (!key) continue;
    if (!(await key.verify(note.text, signature.bytes))) {
      fail(`the signature by ${key.name} (key ${key.idText}) is wrong: the note was altered or was not signed by this key`);
    }
    if (!verified.some((one) => one.key === key)) verified.push({ key, time: key.timeOf(signature.bytes) });
  }
  if (verified.length === 0) fail('the note is not signed by any of the known keys');
  return { text: note.text, verified };
}
