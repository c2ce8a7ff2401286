// What is proven and what is not, in the words of `countersign verify`.
import { retiredSentence } from './line_forms.js';
import { formatSeconds } from './time.js';
import type { Verification } from './verification.js';

/** Whether the names of those who signed are ones that the reader gave. */
const identityIsKnown = (run: Verification) => run.passed('signer') || run.passed('log_keys');

function promiseComplete(run: Verification): void {
  const { report, evidence } = run;
  const promises = report.promises;
  if (run.hasFailed || !evidence || !run.passed('checkpoint', 'proofs', 'boundary', 'records', 'completeness')) {
    promises.push({ word: 'complete', proven: false, sentence: 'It is not proven that no record is missing.' });
    return;
  }
  const { log, period } = evidence;
  const covers = `up to the ${evidence.checkpointSize} records that the log's checkpoint covers.`;
  let sentence = `No record of ${log} that was received from ${period.from} up to ${period.to} is missing, ${covers}`;
  const signedAt = formatSeconds(evidence.checkpointTime);
  if (signedAt < period.to) sentence += ` What was received after ${signedAt}, when it was signed, is not in it.`;
  if (run.boundaryWithheld) {
    sentence =
      `The ${report.records} records are all that ${log} has between their numbers, ${covers} That these are the ones received from ${period.from} up to ` +
      `${period.to} is the operator's statement: the profile none shows no record's time.`;
  }
  if (report.withheld > 0) {
    sentence +=
      evidence.profile === 'none'
        ? ` All ${report.withheld} records are withheld: their place and number is proven, their content is not shown.`
        : ` ${report.withheld} records are withheld by the filter: their place is proven, their content is not shown.`;
  }
  for (const part of run.retired) sentence += ` ${retiredSentence(part)}: their place and number are proven, their content is gone.`;
  promises.push({ word: 'complete', proven: true, sentence: `${sentence} What a source never sent is not covered.` });
}

function promiseUnaltered(run: Verification): void {
  const { report } = run;
  const proven = !run.hasFailed && run.passed('file_hashes', 'signature', 'completeness');
  let sentence = 'It is not proven that nothing was altered.';
  if (proven && report.masks > 0) {
    sentence =
      'Each record is, byte by byte, the one that the log signed, and table and figures follow from records and masks. The masks themselves are the ' +
      "operator's statement: nothing ties a mask to its token.";
  } else if (proven && run.evidence?.profile === 'none') {
    sentence = 'The hash of each record is the one that the log signed; no record is shown.';
  } else if (proven) {
    sentence = 'Each record is, byte by byte, the one that the log signed, and table, figures and disclosed values follow from them.';
  }
  report.promises.push({ word: 'unaltered', proven, sentence });
}

function promiseSigned(run: Verification): void {
  const { report } = run;
  let sentence = 'It is not proven who signed.';
  if (run.passed('signature', 'signer')) {
    sentence = `The holder of the certificate of '${report.signer}' that you named signed the bundle.`;
  } else if (run.passed('checkpoint', 'log_keys')) {
    sentence = "The holder of the log's key that you named signed the log; who signed the list of files was not compared.";
  } else if (run.passed('signature')) {
    sentence =
      `Somebody who calls himself '${report.signer}' signed; compare the certificate's fingerprint ${report.signer_fingerprint} with one from ` +
      'elsewhere.';
  }
  report.promises.push({ word: 'signed by', proven: identityIsKnown(run) && !run.hasFailed, sentence });
}

function promiseExisted(run: Verification): void {
  const { report } = run;
  const sentence = report.timestamp
    ? 'A timestamp is there, but whose it is was not checked.'
    : "No third party says when the bundle existed: the times in it are the appliance's own.";
  report.promises.push({ word: 'existed before', proven: false, sentence });
}

/** Adds the four promises, the verdict and the sentence. */
export function conclude(run: Verification): void {
  const { report } = run;
  promiseComplete(run);
  promiseUnaltered(run);
  promiseSigned(run);
  promiseExisted(run);
  const failed = report.checks.find((one) => one.state === 'failed');
  if (failed) {
    report.verdict = 'failed';
    const wrong = report.first_wrong;
    report.sentence = `This bundle is not to be trusted: ${wrong ? `record ${wrong.seq} is wrong: ${wrong.why}.` : failed.sentence}`;
  } else if (identityIsKnown(run) && run.stateOf('timestamp') !== 'not_checked') {
    report.verdict = 'verified';
    report.sentence = `The bundle is complete and unaltered and was signed by whom you named: ${report.records} records.`;
  } else {
    report.verdict = 'intact_but_identity_not_checked';
    report.sentence = identityIsKnown(run)
      ? 'The bundle is complete and unaltered and was signed by whom you named, but whose the timestamp is was not checked: give the timestamp ' +
        "authority's certificate."
      : "The bundle is complete and unaltered in itself, but whose it is was not checked: give the signer's fingerprint or the log's key, from elsewhere " +
        'than the bundle.';
  }
}
