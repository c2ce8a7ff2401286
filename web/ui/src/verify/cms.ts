// CMS SignedData (RFC 5652) with one signer, in the one form that the appliance keeps: whatever differs from it carries no meaning and is refused.
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { joined, sameBytes, toHex } from './bytes.js';
import { Certificate, type PublicKey } from './certificate.js';
import { Der, element, oidElement, TAG } from './der.js';
import { fail } from './fault.js';

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  certificateId: '1.2.840.113549.1.9.16.2.12',
  certificateIdV2: '1.2.840.113549.1.9.16.2.47',
  ecdsaSha256: '1.2.840.10045.4.3.2',
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
} as const;

type Hash = (bytes: Uint8Array) => Uint8Array;

const HASHES: Record<string, Hash> = { [OID.sha256]: sha256, '2.16.840.1.101.3.4.2.2': sha384, '2.16.840.1.101.3.4.2.3': sha512 };

/** The hash that an AlgorithmIdentifier names, without a parameter; undefined for any other. */
export function hashOf(algorithm: Der): Hash | undefined {
  const [, parameter, ...more] = algorithm.children();
  if (more.length > 0 || (parameter && !(parameter.is(TAG.null) && parameter.content.length === 0))) return undefined;
  return HASHES[algorithm.first().oid()];
}

const CURVES = { '1.2.840.10045.3.1.7': p256, '1.3.132.0.34': p384, '1.3.132.0.35': p521 };

/** For signature algorithms: the key that they are for, and their hash; empty: the one of the digest algorithm. */
const SIGNATURES: Record<string, { kind: PublicKey['kind']; hash: string }> = {
  '1.2.840.10045.4.3.2': { kind: 'ec', hash: OID.sha256 },
  '1.2.840.10045.4.3.3': { kind: 'ec', hash: '2.16.840.1.101.3.4.2.2' },
  '1.2.840.10045.4.3.4': { kind: 'ec', hash: '2.16.840.1.101.3.4.2.3' },
  '1.2.840.113549.1.1.1': { kind: 'rsa', hash: '' },
  '1.2.840.113549.1.1.11': { kind: 'rsa', hash: OID.sha256 },
  '1.2.840.113549.1.1.12': { kind: 'rsa', hash: '2.16.840.1.101.3.4.2.2' },
  '1.2.840.113549.1.1.13': { kind: 'rsa', hash: '2.16.840.1.101.3.4.2.3' },
};

/** RSASSA-PSS, Ed25519 and Ed448: genuine ways to sign, which this program does not know. */
const UNKNOWN_HERE = ['1.2.840.113549.1.1.10', '1.3.101.112', '1.3.101.113'];

/** RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2.2). */
function verifyRsa(key: { modulus: bigint; exponent: bigint }, digest: Uint8Array, digestOid: string, signature: Uint8Array): boolean {
  const hex = toHex(signature);
  if (hex === '' || key.exponent < 3n || key.exponent > 0xffff_ffffn || key.modulus >= 1n << 16_384n) return false;
  const size = Math.ceil(key.modulus.toString(16).length / 2);
  let base = BigInt(`0x${hex}`);
  if (signature.length !== size || base >= key.modulus) return false;
  let result = 1n;
  for (let exponent = key.exponent; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % key.modulus;
    base = (base * base) % key.modulus;
  }
  const info = element(TAG.sequence, element(TAG.sequence, oidElement(digestOid), element(TAG.null)), element(TAG.octets, digest));
  if (size < info.length + 11) return false;
  const expected = joined(Uint8Array.of(0, 1), new Uint8Array(size - info.length - 3).fill(0xff), Uint8Array.of(0), info);
  return result === BigInt(`0x${toHex(expected)}`);
}

function verifyEc(key: { curve: string; point: Uint8Array }, digest: Uint8Array, signature: Uint8Array): boolean {
  const curve = CURVES[key.curve as keyof typeof CURVES];
  if (!curve) return false;
  try {
    return curve.verify(signature, digest, key.point, { lowS: false, prehash: false, format: 'der' });
  } catch {
    return false;
  }
}

/** A SignedData taken apart, nothing checked but its form. */
export class SignedData {
  readonly certificates: Certificate[];
  readonly contentType: Der;
  /** Undefined where the signature is detached. */
  readonly content: Uint8Array | undefined;
  private readonly certificateBytes: Uint8Array;
  private readonly sid: Der;
  readonly digestAlgorithm: Der;
  private readonly attributes: Uint8Array;
  private readonly signatureAlgorithm: Der;
  private readonly signature: Uint8Array;

  constructor(readonly whole: Der) {
    const malformed: () => never = () => fail('not a CMS signature in DER with one signer');
    const [type, wrapped] = whole.pair();
    if (type.oid() !== OID.signedData) malformed();
    const [signed, ...beyond] = wrapped.children(TAG.tagged0);
    const fields = signed?.children() ?? malformed();
    const [version, , contentInfo] = fields;
    const certificates = fields.find((one) => one.is(TAG.tagged0));
    const signers = fields.at(-1)?.children(TAG.set) ?? malformed();
    if (beyond.length > 0 || !version || !contentInfo || signers.length !== 1) malformed();
    this.contentType = contentInfo.first();
    this.content = contentInfo.children()[1]?.first(TAG.tagged0).take(TAG.octets);
    this.certificateBytes = certificates?.content ?? new Uint8Array();
    this.certificates = (certificates?.children(TAG.tagged0) ?? []).map((one) => new Certificate(one));
    const [signerVersion, sid, digest, attributes, algorithm, signature] = signers[0]?.children() ?? [];
    if (!signerVersion || !sid || !digest || !attributes || !algorithm || !signature) malformed();
    this.sid = sid;
    this.digestAlgorithm = digest;
    this.attributes = attributes.take(TAG.tagged0);
    this.signatureAlgorithm = algorithm;
    this.signature = signature.take(TAG.octets);
  }

  /** The same, put together anew from what the signature covers or implies: it equals the bytes that were read, or some of them carry no meaning. */
  minimal(version: number): Uint8Array {
    const info = element(
      TAG.sequence,
      element(TAG.integer, Uint8Array.of(1)),
      this.sid.whole,
      this.digestAlgorithm.whole,
      element(TAG.tagged0, this.attributes),
      this.signatureAlgorithm.whole,
      element(TAG.octets, this.signature),
    );
    const content = this.content ? [element(TAG.tagged0, element(TAG.octets, this.content))] : [];
    const signed = element(
      TAG.sequence,
      element(TAG.integer, Uint8Array.of(version)),
      element(TAG.set, this.digestAlgorithm.whole),
      element(TAG.sequence, this.contentType.whole, ...content),
      ...(this.certificateBytes.length > 0 ? [element(TAG.tagged0, this.certificateBytes)] : []),
      element(TAG.set, info),
    );
    return element(TAG.sequence, oidElement(OID.signedData), element(TAG.tagged0, signed));
  }

  /** The one value of a signed attribute; undefined where there is not exactly one. */
  attribute(oid: string): Der | undefined {
    const found = Der.of(element(TAG.set, this.attributes))
      .children(TAG.set)
      .map((one) => one.pair())
      .filter(([type]) => type.oid() === oid);
    const values = found.length === 1 ? found[0]?.[1].children(TAG.set) : undefined;
    return values?.length === 1 ? values[0] : undefined;
  }

  /** POSIX seconds of the signer's own claim. */
  get signingTime(): number | undefined {
    return this.attribute(OID.signingTime)?.seconds();
  }

  /** The certificate that SignerInfo and the signed attributes both name, never "the first"; undefined where none is. */
  findSigner(): Certificate | undefined {
    return this.certificates.find((one) => this.isNamed(one));
  }

  private isNamed(candidate: Certificate): boolean {
    const [issuer, serial] = this.sid.is(TAG.sequence) ? this.sid.children() : [];
    if (!issuer?.isSame(candidate.issuer) || !serial?.isSame(candidate.serial)) return false;
    const ids = [this.attribute(OID.certificateId), this.attribute(OID.certificateIdV2)];
    if (!ids[0] && !ids[1]) return false;
    return ids.every((attribute, i) => !attribute || this.idsName(attribute, i === 0 ? sha1 : sha256, candidate));
  }

  /** Whether a list of ESSCertID (RFC 5035) begins with the signer; those behind must name others that are there. */
  private idsName(attribute: Der, usual: Hash, candidate: Certificate): boolean {
    const ids = attribute.first().children();
    const others = this.certificates.filter((one) => one !== candidate);
    return ids.length > 0 && ids.every((id, i) => (i === 0 ? [candidate] : others).some((one) => idNames(id, usual, one)));
  }

  /** Whether the signature is over `content`, by the certificate, and all its algorithms agree. Undefined: this program does not know how to tell. */
  isBy(signer: Certificate, content: Uint8Array): boolean | undefined {
    const hash = hashOf(this.digestAlgorithm);
    const digestOid = this.digestAlgorithm.first().oid();
    const algorithm = this.signatureAlgorithm.first().oid();
    const how = SIGNATURES[algorithm];
    const key = signer.publicKey;
    if (UNKNOWN_HERE.includes(algorithm) || (key.kind === 'ec' && !Object.hasOwn(CURVES, key.curve))) return undefined;
    if (!hash || !how || key.kind === 'other' || how.kind !== key.kind || (how.hash !== '' && how.hash !== digestOid)) return false;
    const type = this.attribute(OID.contentType);
    const stated = this.attribute(OID.messageDigest);
    if (!type?.isSame(this.contentType) || !stated?.is(TAG.octets) || !sameBytes(stated.content, hash(content))) return false;
    const digest = hash(element(TAG.set, this.attributes));
    return key.kind === 'ec' ? verifyEc(key, digest, this.signature) : verifyRsa(key, digest, digestOid, this.signature);
  }

  /** Whether it has the form of a signature by the appliance: detached, ECDSA with SHA-256, the signer's certificate alone. */
  get isOfTheAppliance(): boolean {
    const algorithm = (oid: string) => element(TAG.sequence, oidElement(oid));
    return (
      this.content === undefined &&
      this.certificates.length === 1 &&
      sameBytes(this.contentType.whole, oidElement(OID.data)) &&
      sameBytes(this.digestAlgorithm.whole, algorithm(OID.sha256)) &&
      sameBytes(this.signatureAlgorithm.whole, algorithm(OID.ecdsaSha256)) &&
      sameBytes(this.whole.whole, this.minimal(1))
    );
  }
}

function idNames(id: Der, usual: Hash, certificate: Certificate): boolean {
  const parts = id.children();
  const named = parts[0]?.is(TAG.sequence) ? parts.shift() : undefined;
  const hash = named ? hashOf(named) : usual;
  const [value, issuerSerial] = parts;
  if (!hash || !value?.is(TAG.octets) || !sameBytes(value.content, hash(certificate.der.whole))) return false;
  if (!issuerSerial) return true;
  const [names, serial] = issuerSerial.children();
  const [name, ...more] = names?.children() ?? [];
  return more.length === 0 && name?.first(TAG.tagged4).isSame(certificate.issuer) === true && serial?.isSame(certificate.serial) === true;
}
