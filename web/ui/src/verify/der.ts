// DER (X.690): just enough of it to read signatures, certificates and timestamps, and to put them together again.
import { joined, sameBytes } from './bytes.js';
import { fail } from './fault.js';

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  tagged0: 0xa0,
  tagged3: 0xa3,
  tagged4: 0xa4,
} as const;

const notDer = (): never => fail('not in DER');

/** One element; `whole` is its tag, length and content. */
export class Der {
  private constructor(
    readonly tag: number,
    readonly content: Uint8Array,
    readonly whole: Uint8Array,
  ) {}

  private static at(bytes: Uint8Array, begin: number): Der {
    const tag = bytes[begin];
    let length = bytes[begin + 1];
    if (tag === undefined || length === undefined || (tag & 0x1f) === 0x1f) return notDer();
    let at = begin + 2;
    if (length >= 0x80) {
      const digits = length & 0x7f;
      if (digits === 0 || digits > 4) return notDer();
      length = 0;
      for (let i = 0; i < digits; ++i) length = length * 256 + (bytes[at++] ?? notDer());
      if (length < 0x80 || length < 256 ** (digits - 1)) return notDer();
    }
    if (at + length > bytes.length) return notDer();
    return new Der(tag, bytes.subarray(at, at + length), bytes.subarray(begin, at + length));
  }

  /** The one element that fills `bytes`. */
  static of(bytes: Uint8Array): Der {
    const der = Der.at(bytes, 0);
    return der.whole.length === bytes.length ? der : notDer();
  }

  /** The elements within. */
  children(tag: number = TAG.sequence): Der[] {
    if (this.tag !== tag) return notDer();
    const out: Der[] = [];
    for (let at = 0; at < this.content.length; at += out.at(-1)!.whole.length) out.push(Der.at(this.content, at));
    return out;
  }

  /** The first of the elements within. */
  first(tag: number = TAG.sequence): Der {
    return this.children(tag)[0] ?? notDer();
  }
  /** The two first of the elements within. */
  pair(tag: number = TAG.sequence): [Der, Der] {
    const [first, second] = this.children(tag);
    return first && second ? [first, second] : notDer();
  }

  /** The content, if the element has that tag. */
  take(tag: number): Uint8Array {
    return this.tag === tag ? this.content : notDer();
  }

  is(tag: number): boolean {
    return this.tag === tag;
  }
  isSame(other: Der): boolean {
    return sameBytes(this.whole, other.whole);
  }

  /** The bytes of a bit string that has whole bytes. */
  bits(): Uint8Array {
    const content = this.take(TAG.bits);
    return content[0] === 0 ? content.subarray(1) : notDer();
  }

  /** An object identifier with its points. */
  oid(): string {
    const parts: number[] = [];
    let value = 0;
    for (const byte of this.take(TAG.oid)) {
      value = value * 128 + (byte & 0x7f);
      if (byte & 0x80) continue;
      if (parts.length === 0) parts.push(Math.min(Math.floor(value / 40), 2));
      parts.push(parts.length === 1 ? value - parts[0]! * 40 : value);
      value = 0;
    }
    return parts.join('.');
  }

  /** A whole number that is not negative, of any size. */
  bigInteger(): bigint {
    const content = this.take(TAG.integer);
    if (content.length === 0 || content[0]! & 0x80) return notDer();
    return content.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  }

  /** POSIX seconds of a UTCTime or GeneralizedTime in Zulu time; fractions of a second are left out. */
  seconds(): number {
    const text = String.fromCharCode(...this.content);
    const form = this.tag === TAG.utcTime ? /^([0-9]{2})()$/ : /^([0-9]{4})(\.[0-9]+)?$/;
    const found = /^((?:[0-9]{2})?[0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(\.[0-9]+)?Z$/.exec(text);
    if (!found || (this.tag !== TAG.utcTime && this.tag !== TAG.generalizedTime) || !form.test(found[1]! + (found[7] ?? ''))) return notDer();
    const short = Number(found[1]);
    const year = this.tag === TAG.utcTime ? short + (short < 50 ? 2000 : 1900) : short;
    const [month, day, hour, minute, second] = found.slice(2, 7).map(Number) as [number, number, number, number, number];
    const millis = Date.UTC(year, month - 1, day, hour, minute, second);
    const back = new Date(millis);
    return back.getUTCMonth() === month - 1 && back.getUTCDate() === day && hour < 24 && minute < 60 && second < 60 ? millis / 1000 : notDer();
  }
}

/** One element: tag, length, content. */
export function element(tag: number, ...content: Uint8Array[]): Uint8Array {
  const all = joined(...content);
  if (all.length < 0x80) return joined(Uint8Array.of(tag, all.length), all);
  const digits: number[] = [];
  for (let rest = all.length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return joined(Uint8Array.of(tag, 0x80 | digits.length, ...digits), all);
}

/** An object identifier from its text. */
export function oidElement(text: string): Uint8Array {
  const [first, second, ...rest] = text.split('.').map(Number) as [number, number, ...number[]];
  const bytes: number[] = [];
  for (const part of [first * 40 + second, ...rest]) {
    const digits = [part % 128];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 | left % 128);
    bytes.push(...digits);
  }
  return element(TAG.oid, Uint8Array.from(bytes));
}
