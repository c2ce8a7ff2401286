// RFC 3161 timestamps.
import { sameBytes } from './bytes.js';
import type { Certificate } from './certificate.js';
import { hashOf, SignedData } from './cms.js';
import { Der, element, TAG } from './der.js';
import { fail } from './fault.js';

const TST_INFO = '1.2.840.113549.1.9.16.1.4';

export interface Timestamp {
  /** POSIX seconds. */
  time: number;
  signer: Certificate;
  /** False: the signature is of a kind that this program does not know. */
  isChecked: boolean;
}

/**
 * Checks a response over `data`: granted, its imprint, one signer who is named by SignerInfo and by ESSCertID, its signature, and that the signer may
 * sign timestamps. Who vouches for the signer is not looked at.
 */
export function verifyTimestamp(response: Uint8Array, data: Uint8Array): Timestamp {
  const malformed = (): never => fail('not an RFC 3161 timestamp response in DER with one signer');
  const [status, token] = Der.of(response).children();
  if (!status || !token) return malformed();
  if (!sameBytes(status.children()[0]?.take(TAG.integer) ?? malformed(), Uint8Array.of(0))) fail('the timestamp authority did not grant the request');
  const signed = new SignedData(token);
  if (signed.contentType.oid() !== TST_INFO || !signed.content) return malformed();
  const [version, , imprint, , time] = Der.of(signed.content).children();
  if (!imprint || !time || version?.bigInteger() !== 1n) return malformed();
  checkImprint(imprint, data);
  const signer = signed.findSigner();
  if (!signer) {
    fail('the certificate that signed the timestamp is not there: SignerInfo and ESSCertID do not both name one that is');
  }
  const genuine = signed.isBy(signer, signed.content);
  if (genuine === false) fail("the timestamp's signature is wrong");
  if (!signer.maySignTimestamps) fail('the certificate behind the timestamp may not sign timestamps');
  if (!time.is(TAG.generalizedTime)) return malformed();
  const granted = element(TAG.sequence, element(TAG.integer, Uint8Array.of(0)));
  if (!sameBytes(element(TAG.sequence, granted, signed.minimal(3)), response)) {
    fail('the timestamp holds bytes that nobody signed: it was edited');
  }
  return { time: time.seconds(), signer, isChecked: genuine === true };
}

function checkImprint(imprint: Der, data: Uint8Array): void {
  const [algorithm, value] = imprint.children();
  const hash = algorithm && hashOf(algorithm);
  if (!hash || !value) fail("the timestamp's imprint is not SHA-256, SHA-384 or SHA-512");
  if (!sameBytes(value.take(TAG.octets), hash(data))) fail('the timestamp is over other data');
}
