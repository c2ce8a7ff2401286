// Bundles that are edited, and sealed again by a signer of our own, so that only what they claim can show it.
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { unzipSync, zipSync } from 'fflate';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { bytesOf, encoded, textOf, toHex } from '../../src/verify/bytes';
import { Certificate } from '../../src/verify/certificate';
import { Der, element, oidElement, TAG } from '../../src/verify/der';
import { verifyBundle, type Report, type VerifyOptions } from '../../src/verify/index';

declare const DATA: string;

export function data(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(`${DATA}/${name}`));
}

export const GOLDEN = ['bundle-1/before-residency.zip', 'bundles-before-profiles/disclosed.zip', 'bundles-before-profiles/withheld.zip', 'bundles-before-profiles/access.zip'];
export const [PLAIN, DISCLOSED, WITHHELD, ACCESS] = GOLDEN as [string, string, string, string];

export type Files = Map<string, Uint8Array>;

/** The files of a golden bundle, below its folder. */
export function filesOf(name: string): Files {
  return new Map(Object.entries(unzipSync(data(name))).map(([path, bytes]) => [path.slice(path.indexOf('/') + 1), bytes]));
}

export function text(files: Files, name: string): string {
  return textOf(files.get(name) ?? assert.fail(`there is no ${name}`));
}

/** Changes a file by its text; a change that changes nothing is a fault of the test. */
export function edit(files: Files, name: string, change: (before: string) => string): void {
  const before = text(files, name);
  const after = change(before);
  assert.notEqual(after, before);
  files.set(name, bytesOf(after));
}

export function editLines(files: Files, name: string, change: (lines: string[]) => string[]): void {
  edit(files, name, (before) => change(before.split('\n').slice(0, -1)).map((line) => `${line}\n`).join(''));
}

export function pack(files: Files, folder = 'bundle'): Blob {
  const entries = Object.fromEntries([...files].map(([name, bytes]) => [`${folder}/${name}`, bytes]));
  return new Blob([zipSync(entries, { level: 1 }) as BlobPart]);
}

const sequence = (...content: Uint8Array[]) => element(TAG.sequence, ...content);
const set = (...content: Uint8Array[]) => element(TAG.set, ...content);
const algorithm = (oid: string) => sequence(oidElement(oid));
const integer = (...bytes: number[]) => element(TAG.integer, Uint8Array.of(...bytes));
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const SHA256 = '2.16.840.1.101.3.4.2.1';

/** A key and its self-signed certificate. */
export class Signer {
  private readonly key = p256.utils.randomSecretKey();
  readonly certificate: Uint8Array;

  constructor(
    private readonly name = 'Somebody else',
    private readonly years: [string, string] = ['20', '40'],
  ) {
    const names = sequence(set(sequence(oidElement('2.5.4.3'), element(0x0c, bytesOf(encoded(this.name))))));
    const time = (year: string) => element(TAG.utcTime, bytesOf(`${year}0101000000Z`));
    const point = element(TAG.bits, Uint8Array.of(0), p256.getPublicKey(this.key, false));
    const key = sequence(sequence(oidElement('1.2.840.10045.2.1'), oidElement('1.2.840.10045.3.1.7')), point);
    const version = element(TAG.tagged0, integer(2));
    const validity = sequence(time(this.years[0]), time(this.years[1]));
    const tbs = sequence(version, integer(1, ...p256.utils.randomSecretKey().subarray(0, 8)), algorithm(ECDSA_SHA256), names, validity, names, key);
    this.certificate = sequence(tbs, algorithm(ECDSA_SHA256), element(TAG.bits, Uint8Array.of(0), this.sign(tbs)));
  }

  private sign(bytes: Uint8Array): Uint8Array {
    return p256.sign(sha256(bytes), this.key, { prehash: false, lowS: false }).toBytes('der');
  }

  get read(): Certificate {
    return new Certificate(Der.of(this.certificate));
  }

  /** A detached signature as the appliance makes it. `change` alters its parts before they are put together. */
  detached(content: Uint8Array, change: (parts: Record<string, Uint8Array>) => void = () => undefined): Uint8Array {
    const { issuer, serial } = this.read;
    const id = sequence(sequence(sequence(element(TAG.octets, sha256(this.certificate)))));
    const attribute = (oid: string, value: Uint8Array) => sequence(oidElement(oid), set(value));
    const parts: Record<string, Uint8Array> = {
      type: attribute('1.2.840.113549.1.9.3', oidElement('1.2.840.113549.1.7.1')),
      time: attribute('1.2.840.113549.1.9.5', element(TAG.utcTime, bytesOf('260101000000Z'))),
      digest: attribute('1.2.840.113549.1.9.4', element(TAG.octets, sha256(content))),
      id: attribute('1.2.840.113549.1.9.16.2.47', id),
      version: integer(1),
      unsigned: new Uint8Array(),
      certificates: this.certificate,
    };
    change(parts);
    const attributes = [parts.type!, parts.time!, parts.digest!, parts.id!];
    const signature = this.sign(element(TAG.set, ...attributes));
    const info = sequence(
      integer(1),
      sequence(issuer.whole, serial.whole),
      algorithm(SHA256),
      element(TAG.tagged0, ...attributes),
      algorithm(ECDSA_SHA256),
      element(TAG.octets, signature),
      parts.unsigned!,
    );
    const signed = sequence(
      parts.version!,
      set(algorithm(SHA256)),
      sequence(oidElement('1.2.840.113549.1.7.1')),
      element(TAG.tagged0, parts.certificates!),
      set(info),
    );
    return sequence(oidElement('1.2.840.113549.1.7.2'), element(TAG.tagged0, signed));
  }
}

const manifest = (files: Files, names: string[]) =>
  bytesOf(names.sort().map((name) => `${toHex(sha256(files.get(name)!))}  ${name}\n`).join(''));

/** Makes the manifests of a bundle true again after it was edited, and signs it by `signer`. */
export function reseal(files: Files, signer = new Signer()): Files {
  const payload = [...files.keys()].filter((name) => name.startsWith('data/'));
  const bytes = payload.reduce((sum, name) => sum + files.get(name)!.length, 0);
  files.set('bag-info.txt', bytesOf(text(files, 'bag-info.txt').replace(/Payload-Oxum: .*\n/, `Payload-Oxum: ${bytes}.${payload.length}\n`)));
  files.set('keys/signer.pem', bytesOf(signer.read.toPem()));
  files.set('manifest-sha256.txt', manifest(files, payload));
  const tags = [...files.keys()].filter((name) => !name.startsWith('data/') && !name.startsWith('tagmanifest-sha256.txt'));
  files.set('tagmanifest-sha256.txt', manifest(files, tags));
  files.set('tagmanifest-sha256.txt.p7s', signer.detached(files.get('tagmanifest-sha256.txt')!));
  return files;
}

export function failures(report: Report): string[] {
  return report.checks.filter((one) => one.state === 'failed').map((one) => one.name);
}

export function check(report: Report, name: string) {
  return report.checks.find((one) => one.name === name) ?? assert.fail(`${name} was not looked at: ${JSON.stringify(report.checks, null, 1)}`);
}

/** Verifies an edited bundle after it was sealed again; asserts that it fails, by that check first. */
export async function resealed(files: Files, first: string, options: VerifyOptions = {}): Promise<Report> {
  const report = await verifyBundle(pack(reseal(files)), options);
  assert.equal(report.verdict, 'failed', JSON.stringify(report.checks, null, 1));
  assert.equal(failures(report)[0], first, JSON.stringify(report.checks, null, 1));
  return report;
}
