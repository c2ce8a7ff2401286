import { sha256 } from '@noble/hashes/sha2.js';
import { encoded, textOf, toBase64, toHex } from './bytes.js';
import { Der, TAG } from './der.js';
import { fail } from './fault.js';

const SHORT_NAMES: Record<string, string> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.15': 'businessCategory',
  '2.5.4.17': 'postalCode',
  '2.5.4.42': 'GN',
  '2.5.4.46': 'dnQualifier',
  '2.5.4.65': 'pseudonym',
  '2.5.4.97': 'organizationIdentifier',
  '1.2.840.113549.1.9.1': 'emailAddress',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
};

/** A text of a name as UTF-8; undefined where its type is no text. */
function valueText(value: Der): string | undefined {
  const wide = (bytes: number): string => {
    let text = '';
    for (let at = 0; at + bytes <= value.content.length; at += bytes) {
      let code = 0;
      for (let i = 0; i < bytes; ++i) code = code * 256 + value.content[at + i]!;
      text += String.fromCodePoint(code > 0x10ffff ? 0xfffd : code);
    }
    return encoded(text);
  };
  switch (value.tag) {
    case 0x0c: // UTF8String
    case 0x12: // NumericString
    case 0x13: // PrintableString
    case 0x16: // IA5String
    case 0x1a: // VisibleString
      return textOf(value.content);
    case 0x14: // T61String
      return wide(1);
    case 0x1e: // BMPString
      return wide(2);
    case 0x1c: // UniversalString
      return wide(4);
    default:
      return undefined;
  }
}

function escapedValue(text: string): string {
  return text
    .replace(/[,+"\\<>;]/g, '\\$&')
    .replace(/[\x00-\x1f\x7f]/g, (c) => `\\${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ');
}

/** A name as RFC 2253 writes it, in UTF-8. */
function nameText(name: Der): string {
  const parts = name.children().map((rdn) =>
    rdn
      .children(TAG.set)
      .map((pair) => {
        const [type, value] = pair.pair();
        const oid = type.oid();
        const short = SHORT_NAMES[oid];
        const text = short ? valueText(value) : undefined;
        return `${short ?? oid}=${text === undefined ? `#${toHex(value.whole).toUpperCase()}` : escapedValue(text)}`;
      })
      .reverse()
      .join('+'),
  );
  return parts.reverse().join(',');
}

export type PublicKey = { kind: 'ec'; curve: string; point: Uint8Array } | { kind: 'rsa'; modulus: bigint; exponent: bigint } | { kind: 'other' };

const EC = '1.2.840.10045.2.1';
const RSA = '1.2.840.113549.1.1.1';

function publicKeyOf(spki: Der): PublicKey {
  const [algorithm, bits] = spki.pair();
  const parameters = algorithm.children()[1];
  const type = algorithm.first().oid();
  if (type === EC && parameters?.is(TAG.oid)) return { kind: 'ec', curve: parameters.oid(), point: bits.bits() };
  if (type !== RSA) return { kind: 'other' };
  const [modulus, exponent] = Der.of(bits.bits()).pair();
  return { kind: 'rsa', modulus: modulus.bigInteger(), exponent: exponent.bigInteger() };
}

/** An X.509 certificate, taken apart as far as signatures need it; nothing of it is checked. */
export class Certificate {
  readonly serial: Der;
  readonly issuer: Der;
  /** POSIX seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** As RFC 2253 writes it. */
  readonly subject: string;
  readonly publicKey: PublicKey;
  private readonly extensions = new Map<string, { critical: boolean; value: Uint8Array }>();

  constructor(readonly der: Der) {
    const [tbs, , signature] = der.children();
    if (!tbs || !signature) fail('not an X.509 certificate in DER');
    const fields = tbs.children();
    if (fields[0]?.is(TAG.tagged0)) fields.shift();
    const [serial, , issuer, validity, subject, key, ...rest] = fields;
    if (!serial || !issuer || !validity || !subject || !key) fail('not an X.509 certificate in DER');
    serial.take(TAG.integer);
    this.serial = serial;
    this.issuer = issuer;
    const [from, to] = validity.pair();
    this.notBefore = from.seconds();
    this.notAfter = to.seconds();
    this.subject = nameText(subject);
    this.publicKey = publicKeyOf(key);
    for (const extension of rest.find((one) => one.is(TAG.tagged3))?.first(TAG.tagged3).children() ?? []) {
      const [type, second] = extension.pair();
      const critical = second.is(TAG.boolean) && second.content[0] === 0xff;
      const value = (second.is(TAG.boolean) ? extension.children()[2] : second) ?? fail('not an X.509 certificate in DER');
      this.extensions.set(type.oid(), { critical, value: value.take(TAG.octets) });
    }
  }

  /** SHA-256 of its bytes, hexadecimal. */
  get fingerprint(): string {
    return toHex(sha256(this.der.whole));
  }

  toPem(): string {
    const lines = toBase64(this.der.whole).replace(/.{1,64}/g, '$&\n');
    return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
  }

  /** Whether it may sign timestamps (RFC 3161 section 2.3): for that alone, said as critical. */
  get maySignTimestamps(): boolean {
    const use = this.extensions.get('2.5.29.15');
    if (use) {
      const bits = Der.of(use.value).take(TAG.bits);
      // digitalSignature and nonRepudiation are the two first bits; others may not stand, and one of them must.
      if (bits.length !== 2 || (bits[1]! & 0x3f) !== 0 || (bits[1]! & 0xc0) === 0) return false;
    }
    const purposes = this.extensions.get('2.5.29.37');
    if (!purposes?.critical) return false;
    const list = Der.of(purposes.value).children();
    return list.length === 1 && list[0]?.oid() === '1.3.6.1.5.5.7.3.8';
  }
}
