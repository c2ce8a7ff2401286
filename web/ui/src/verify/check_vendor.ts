import { sameBytes, shown } from './bytes.js';
import { fail, Fault, inFile } from './fault.js';
import { regionOf } from './key_chain.js';
import { LAYOUT } from './layout.js';
import { readProvenRecordsOf, SYSTEM_FILE_BYTES_MAX } from './proven_records.js';
import { formatSeconds } from './time.js';
import { proveAnswers, proveDocuments, proveQuestionnaire, readVendorRecord, type VendorRecord, type VendorScope } from './vendor.js';
import { parseDocuments, parseQuestionnaire, type BundledDocument, type BundledFile, type BundledQuestionnaire } from './vendor_text.js';
import type { Verification } from './verification.js';

const hasFiles = (run: Verification, folder: string) => [...run.bundle.files.keys()].some((name) => name.startsWith(folder));

/** Whether a file is there that must be missed, because others hang on it; the check says so then. */
function wasTakenOut(run: Verification, file: string, folder: string, check: string): boolean {
  if (run.bundle.has(file) || !hasFiles(run, folder)) return false;
  run.add(check, 'failed', `${file} is missing: it was taken out.`, { file });
  return true;
}

function checkFile(run: Verification, stated: BundledFile, by: string): void {
  const place = { file: stated.path };
  const file = run.bundle.files.get(stated.path);
  if (!file) fail(`${stated.path} is missing: it was taken out`, place);
  if (!sameBytes(file.sha256, stated.sha256) || file.bytes !== stated.bytes) fail(`${stated.path} is not the file that ${by} names`, place);
}

/** That a folder has no files but these and the statement itself. */
function checkNoOthers(run: Verification, folder: string, statement: string, files: readonly BundledFile[]): void {
  for (const name of run.bundle.files.keys()) {
    if (name.startsWith(folder) && name !== statement && !files.some((one) => one.path === name)) {
      fail(`${name} was added: ${statement} does not name it`, { file: name });
    }
  }
}

/** Reads what is stated; undefined, and the check says so, where it cannot be read. */
async function readScope(run: Verification): Promise<VendorScope | undefined> {
  const scope: VendorScope = { documents: [], questionnaire: undefined };
  const read = async (file: string, check: string, parse: (text: string) => void): Promise<boolean> => {
    if (!run.bundle.has(file)) return true;
    try {
      parse(await run.bundle.read(file, SYSTEM_FILE_BYTES_MAX));
      return true;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      run.add(check, 'failed', error.message, { file, ...error.place });
      return false;
    }
  };
  if (!(await read(LAYOUT.documents, 'documents', (text) => (scope.documents = parseDocuments(text))))) return undefined;
  if (!(await read(LAYOUT.questionnaire, 'questionnaire', (text) => (scope.questionnaire = parseQuestionnaire(text))))) return undefined;
  return scope;
}

const FILES = { records: LAYOUT.vendorRecords, proofs: LAYOUT.vendorProofs, keys: LAYOUT.vendorKeys, rotations: LAYOUT.vendorRotations };

async function readRecords(run: Verification, scope: VendorScope, records: VendorRecord[]): Promise<string> {
  const { head, records: lines } = await readProvenRecordsOf(run, FILES);
  const isOwn = regionOf(head.log) === regionOf(run.evidence!.log);
  for (const name of run.bundle.files.keys()) {
    const isKnown = name === FILES.records || name === FILES.proofs || (!isOwn && (name === FILES.keys || name.startsWith(FILES.rotations)));
    if (name.startsWith(LAYOUT.vendorFolder) && !isKnown) fail(`${name} was added: nothing needs it`, { file: name });
  }
  for (const [i, line] of lines.entries()) {
    const place = { file: FILES.records, line: i + 1 };
    let record: VendorRecord | undefined;
    try {
      record = readVendorRecord(line, scope);
    } catch (error) {
      if (error instanceof Fault) fail(`a record in data/vendor/system.jsonl: ${error.message}`, place);
      throw error;
    }
    records.push(record ?? fail('data/vendor/system.jsonl holds a record that does not belong there', place));
  }
  return `The records of ${head.log} that tell of documents and questionnaires stand in it, up to ${formatSeconds(head.time)}.`;
}

function checkDocuments(run: Verification, documents: readonly BundledDocument[], records: readonly VendorRecord[]): string {
  for (const one of documents) checkFile(run, one.file, LAYOUT.documents);
  checkNoOthers(run, LAYOUT.documentsFolder, LAYOUT.documents, documents.map((one) => one.file));
  const withoutIssuer = proveDocuments(documents, records);
  const today = run.evidence!.runAt.slice(0, 10);
  const over = documents.filter((one) => one.validUntil !== '' && one.validUntil < today).length;
  const toCome = documents.filter((one) => (one.validUntil === '' || one.validUntil >= today) && one.validFrom > today).length;
  return (
    `Each of the ${documents.length} documents is, byte by byte, the one that was recorded when it was added; title, confidentiality and days are those ` +
    `that were recorded, and no record that is here withdraws it. When the bundle was made, ${documents.length - over - toCome} held by these days, ` +
    `${over} did no longer and ${toCome} did not yet.` +
    (withoutIssuer > 0 ? ` Who issued ${withoutIssuer} of them is the operator's statement.` : '') +
    ' That no further record of them exists is not proven.'
  );
}

function checkQuestionnaire(run: Verification, questionnaire: BundledQuestionnaire, records: readonly VendorRecord[]): void {
  const { original, answered } = questionnaire;
  checkFile(run, original, LAYOUT.questionnaire);
  checkFile(run, answered, LAYOUT.questionnaire);
  checkNoOthers(run, LAYOUT.questionnaireFolder, LAYOUT.questionnaire, [original, answered]);
  if (questionnaire.tenant !== run.evidence!.tenant) fail('the questionnaire is about another tenant than the bundle');
  proveQuestionnaire(questionnaire, records);
}

async function checkAnswers(run: Verification, questionnaire: BundledQuestionnaire, records: readonly VendorRecord[]): Promise<void> {
  const all = questionnaire.answers.length;
  let notTold = 0;
  try {
    notTold = await inFile(LAYOUT.questionnaire, async () => proveAnswers(questionnaire, records));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return run.add('answers', 'failed', error.message, error.place);
  }
  if (notTold === 0) {
    run.add('answers', 'passed', `Each of the ${all} answers is, word by word, one that was approved, by a record of the system log.`);
  } else {
    run.add(
      'answers',
      'not_claimed',
      `Of ${all} answers, ${all - notTold} are, word by word, ones that were approved, by records of the system log; that the others were is the ` +
        "operator's statement: they are from before records told what was approved.",
    );
  }
}

/** The states of controls in the report, by their ids, in the words of facts. What is wrong with a report is said by its own check. */
async function statesInReport(run: Verification): Promise<Map<string, string>> {
  const states = new Map<string, string>();
  try {
    const report: unknown = JSON.parse(shown(await run.bundle.read(LAYOUT.report, SYSTEM_FILE_BYTES_MAX)));
    for (const { id, outcome } of (report as { controls: { id: string; outcome: string }[] }).controls) {
      states.set(id, outcome === 'no_exceptions' ? 'passed' : outcome === 'exceptions' ? 'failed' : 'nothing');
    }
  } catch (error) {
    if (!(error instanceof Fault) && !(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
    return new Map();
  }
  return states;
}

function statesInAnswers(questionnaire: BundledQuestionnaire): [string, string][] {
  const states = new Map<string, string>();
  for (const { answer } of questionnaire.answers) {
    const facts = answer.get('facts');
    if (!(facts instanceof Map)) continue;
    for (const [name, fact] of facts) {
      const id = /^control\.(.+)\.state$/.exec(name)?.[1];
      const value = fact instanceof Map ? fact.get('value') : undefined;
      if (id !== undefined && typeof value === 'string') states.set(id, value);
    }
  }
  return [...states].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The report is of the bundle's period, answers of the days before they were approved: a difference is no fault of the bundle, but somebody should know. */
async function compareControls(run: Verification, questionnaire: BundledQuestionnaire): Promise<void> {
  if (!run.bundle.has(LAYOUT.report)) return;
  const reported = await statesInReport(run);
  const both = statesInAnswers(questionnaire).filter(([id]) => reported.has(id));
  if (both.length === 0) return;
  const others = both.filter(([id, state]) => reported.get(id) !== state);
  if (others.length === 0) {
    run.add('cited_controls', 'passed', `The report finds each of the ${both.length} controls that it shares with the answers as they say.`);
  } else {
    run.add(
      'cited_controls',
      'not_claimed',
      `The report finds controls in another state than the answers say: ${others.map(([id, state]) => `${id} (${state} in the answers, ${reported.get(id)} in the report)`).join(', ')}. ` +
        "Both can be right: the report is of the bundle's period, an answer of the days before it was approved.",
    );
  }
}

/** `vendor_records`, `documents`, `questionnaire`, `answers`, `cited_controls`: that what the bundle holds of the vendor is what was recorded of it. */
export async function checkVendor(run: Verification): Promise<void> {
  if (wasTakenOut(run, LAYOUT.documents, LAYOUT.documentsFolder, 'documents')) return;
  if (wasTakenOut(run, LAYOUT.questionnaire, LAYOUT.questionnaireFolder, 'questionnaire')) return;
  if (!run.bundle.has(LAYOUT.documents) && !run.bundle.has(LAYOUT.questionnaire)) {
    if (hasFiles(run, LAYOUT.vendorFolder)) {
      run.add('vendor_records', 'failed', 'data/vendor has records of documents or of a questionnaire, but there are none: they were taken out.', {
        file: LAYOUT.vendorRecords,
      });
    }
    return;
  }
  // Without what it hangs on, which has failed by then, it cannot be checked.
  if (!run.evidence || !run.keys) return;
  const scope = await readScope(run);
  if (!scope) return;
  const records: VendorRecord[] = [];
  if (!(await run.check('vendor_records', '', () => inFile(LAYOUT.vendorRecords, () => readRecords(run, scope, records))))) return;
  if (scope.documents.length > 0) {
    await run.check('documents', '', () => inFile(LAYOUT.documents, async () => checkDocuments(run, scope.documents, records)));
  }
  const { questionnaire } = scope;
  if (!questionnaire) return;
  await run.check(
    'questionnaire',
    'The questionnaire is, byte by byte, the one that was recorded when it came, and the answered one the one that was recorded when it went out, with these ' +
      'answers and these facts.',
    () => inFile(LAYOUT.questionnaire, async () => checkQuestionnaire(run, questionnaire, records)),
  );
  await checkAnswers(run, questionnaire, records);
  await compareControls(run, questionnaire);
}
