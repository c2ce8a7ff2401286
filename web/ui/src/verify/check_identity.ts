import type { Certificate } from './certificate.js';
import { SignedData } from './cms.js';
import { Der } from './der.js';
import { fail, Fault } from './fault.js';
import { LAYOUT } from './layout.js';
import { formatSeconds } from './time.js';
import { verifyTimestamp, type Timestamp } from './timestamp.js';
import type { Verification } from './verification.js';

/** Who signed the list of files; a Fault where the signature is not genuine, or not in its one form. */
export function checkSignature(manifest: Uint8Array, bytes: Uint8Array, pem: string): Certificate {
  const place = { file: LAYOUT.signature };
  let signature: SignedData;
  let signer: Certificate | undefined;
  try {
    signature = new SignedData(Der.of(bytes));
    signer = signature.findSigner();
  } catch (error) {
    if (error instanceof Fault) fail('not a detached CMS signature in DER with one signer', place);
    throw error;
  }
  if (!signer) fail("the signer's certificate is not in the CMS signature, or is not the one that it names", place);
  if (!signature.isOfTheAppliance) fail('the signature file holds bytes that nobody signed: it was edited', place);
  if (signature.isBy(signer, manifest) !== true) fail('the CMS signature is not over these bytes by this certificate', place);
  if (signer.toPem() !== pem) fail('keys/signer.pem is not the certificate that signed', { file: LAYOUT.signer });
  const time = signature.signingTime;
  if (time !== undefined && (time < signer.notBefore || time > signer.notAfter)) fail('the certificate was not valid when it signed', place);
  return signer;
}

function checkSigner(run: Verification, signer: Certificate): void {
  const { report } = run;
  report.signer = signer.subject;
  report.signer_fingerprint = signer.fingerprint;
  const trusted = run.trust.fingerprints;
  if (trusted.length === 0) {
    run.add(
      'signer',
      'not_checked',
      `Signed by '${signer.subject}', certificate ${signer.fingerprint}. Whether that is whom you think was not checked: no fingerprint was given to ` +
        'compare with.',
    );
  } else if (trusted.includes(signer.fingerprint)) {
    run.add('signer', 'passed', `Signed by '${signer.subject}' with the certificate that you named.`);
  } else {
    run.add('signer', 'failed', `Signed by '${signer.subject}' with a certificate that is not the one that you named: ${signer.fingerprint}.`, {
      file: LAYOUT.signer,
    });
  }
}

async function checkTimestamp(run: Verification): Promise<void> {
  const { bundle, report } = run;
  if (!bundle.has(LAYOUT.timestamp)) {
    if (!run.evidence?.timestamped) return run.add('timestamp', 'not_claimed', 'The bundle has no timestamp by a third party.');
    return run.add(
      'timestamp',
      'failed',
      `evidence.json says that the bundle was timestamped by a third party, but ${LAYOUT.timestamp} is missing: it was taken out.`,
      { file: LAYOUT.timestamp },
    );
  }
  let stamp: Timestamp;
  try {
    stamp = verifyTimestamp(await bundle.readBytes(LAYOUT.timestamp), await bundle.readBytes(LAYOUT.signature));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return run.add('timestamp', 'failed', error.message, { file: LAYOUT.timestamp });
  }
  if (!stamp.isChecked) {
    return run.add(
      'timestamp',
      'not_checked',
      `There is a timestamp by '${stamp.signer.subject}', signed in a way that this page does not know: countersign verify checks it.`,
    );
  }
  report.timestamp = formatSeconds(stamp.time);
  run.add(
    'timestamp',
    'not_checked',
    `Timestamped ${report.timestamp} by '${stamp.signer.subject}'. Whether that authority is to be trusted was not checked: none was given to compare with.`,
  );
}

/** `signature`, `signer`, `timestamp`: who signed the list of files, and when at the latest. */
export async function checkIdentity(run: Verification): Promise<void> {
  let signer: Certificate | undefined;
  const genuine = await run.check('signature', 'The list of files has a signature that is genuine.', async () => {
    const { bundle } = run;
    signer = checkSignature(await bundle.readBytes(LAYOUT.tagManifest), await bundle.readBytes(LAYOUT.signature), await bundle.read(LAYOUT.signer));
  });
  if (genuine && signer) checkSigner(run, signer);
  await checkTimestamp(run);
}
