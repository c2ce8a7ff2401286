// data/documents/documents.json and data/questionnaire/questionnaire.json: what a bundle holds of the vendor who runs the appliance.
import { fromHex, toBase64, toHex } from './bytes.js';
import { fail } from './fault.js';
import { exactly, member, objectOf, parseJson, toIndented, type Json, type JsonObject } from './json.js';
import { LAYOUT } from './layout.js';
import { digestOf, orNull, pathOf, pathToJson } from './proofs.js';
import type { Digest, Path } from './tree.js';
import { digestOfFacts, numberOf } from './vendor.js';

/** A file of the bundle, by its path below the bundle's folder. */
export interface BundledFile {
  path: string;
  sha256: Digest;
  bytes: number;
}

/** A version of a document. Days and the issuer are empty where there is none. */
export interface BundledDocument {
  id: string;
  kind: string;
  title: string;
  confidentiality: string;
  version: number;
  file: BundledFile;
  validFrom: string;
  validUntil: string;
  issuer: string;
  mediaType: string;
  fileName: string;
}

/** Where an answer stands among those that were approved at once. */
export interface ApprovedAnswer {
  root: Digest;
  index: number;
  size: number;
  path: Path;
}

export interface BundledAnswer {
  /** As it was recorded: the leaf is its text, indented. */
  answer: JsonObject;
  /** Undefined: it was approved before records told what was. */
  approved: ApprovedAnswer | undefined;
}

export interface BundledFact {
  value: string;
  cites: string;
  asOf: string;
}

export interface BundledQuestionnaire {
  id: string;
  name: string;
  tenant: string;
  fileName: string;
  original: BundledFile;
  answered: BundledFile;
  leftOut: number[];
  /** Of what the answers cite, as known at the export; sorted by name. */
  facts: [string, BundledFact][];
  answers: BundledAnswer[];
}

const DOCUMENTS_FORMAT = 'countersign-documents/1';
const DOCUMENTS_STATEMENT =
  "These are documents of the vendor who runs the appliance, and not the tenant's. The records of the system log that tell of them are in " +
  'data/vendor/system.jsonl, word for word.';
const DOCUMENTS_NOT_PROVEN = [
  'That the system log holds no further record of these documents: inclusion proves what is there, not that nothing else is. A withdrawal that was ' +
    'recorded and left out here is not seen.',
  'What media type and name a file has, and who has issued what was recorded before issuers were: that is as stated by the operator.',
  'That a document is true, or genuine: it is the file that the operator added at that time.',
];
const QUESTIONNAIRE_FORMAT = 'countersign-questionnaire/1';
const QUESTIONNAIRE_STATEMENT =
  'This is a questionnaire that the vendor who runs the appliance was sent, with the answers that a person approved and the facts that they go by. The ' +
  'records of the system log that tell of it are in data/vendor/system.jsonl, word for word.';
const QUESTIONNAIRE_NOT_PROVEN = [
  'That the answered file says what the answers say: both were recorded at once, when it went out, and whoever opens it can compare them.',
  "That an answer in a person's own words is true. Such an answer has no id of the library.",
  'What the questionnaire and its file are called, and which answers could not be put into it: that is as stated by the operator.',
  'That the facts are what the evidence shows: they are what the appliance knew then. Where the bundle has a report, the controls that are cited are ' +
    'compared with it.',
];

const need = (holds: boolean): void => {
  if (!holds) fail('it is not as it must be');
};
const isId = (text: string) => /^[0-9a-f]{32}$/.test(text);
/** Whether `path` is `begin` with an extension behind it. */
const isCalled = (path: string, begin: string) => path.startsWith(begin) && /^\.[a-z0-9]{1,8}$/.test(path.slice(begin.length));
const textOrEmpty = (from: JsonObject, name: string) => (from.get(name) === null ? '' : member.text(from, name));
const textOrNull = (text: string): Json => (text === '' ? null : text);

function fileOf(from: JsonObject, name: string): BundledFile {
  const file = member.object(from, name);
  const sha256 = fromHex(member.text(file, 'sha256'));
  if (sha256?.length !== 32) fail('a hash is not 32 bytes in hexadecimal digits');
  return { path: member.text(file, 'path'), sha256, bytes: member.count(file, 'bytes') };
}

const fileToJson = (file: BundledFile): Json => objectOf({ path: file.path, sha256: toHex(file.sha256), bytes: file.bytes });

function documentOf(json: Json): BundledDocument {
  const from = member.object(json);
  const out: BundledDocument = {
    id: member.text(from, 'id'),
    kind: member.text(from, 'kind'),
    title: member.text(from, 'title'),
    confidentiality: member.text(from, 'confidentiality'),
    version: member.count(from, 'version'),
    file: fileOf(from, 'file'),
    validFrom: textOrEmpty(from, 'valid_from'),
    validUntil: textOrEmpty(from, 'valid_until'),
    issuer: textOrEmpty(from, 'issuer'),
    mediaType: member.text(from, 'media_type'),
    fileName: member.text(from, 'file_name'),
  };
  need(isId(out.id) && /^[a-z0-9-]{1,32}$/.test(out.kind) && out.version > 0);
  need(out.confidentiality === 'public' || out.confidentiality === 'nda');
  need(isCalled(out.file.path, LAYOUT.documentsFolder + toHex(out.file.sha256)));
  return out;
}

function documentsOf(json: Json | undefined): BundledDocument[] {
  const documents = member.array(member.object(json), 'documents').map(documentOf);
  need(documents.length > 0);
  return documents;
}

function formatDocuments(documents: readonly BundledDocument[]): string {
  return toIndented(
    objectOf({
      format: DOCUMENTS_FORMAT,
      statement: DOCUMENTS_STATEMENT,
      documents: documents.map((one) =>
        objectOf({
          id: one.id,
          kind: one.kind,
          title: one.title,
          confidentiality: one.confidentiality,
          version: one.version,
          file: fileToJson(one.file),
          valid_from: textOrNull(one.validFrom),
          valid_until: textOrNull(one.validUntil),
          issuer: textOrNull(one.issuer),
          media_type: one.mediaType,
          file_name: one.fileName,
        }),
      ),
      not_proven: DOCUMENTS_NOT_PROVEN,
    }),
  );
}

const misspelt = (file: string) => `${file} does not have the members that it must have, spelled as they must be`;

export function parseDocuments(text: string): BundledDocument[] {
  return exactly(text, () => documentsOf(parseJson(text)), formatDocuments, misspelt(LAYOUT.documents));
}

function answerOf(json: Json): BundledAnswer {
  const from = member.object(json);
  const place = (one: JsonObject): ApprovedAnswer => ({
    root: digestOf(one.get('root')),
    index: member.count(one, 'index'),
    size: member.count(one, 'size'),
    path: pathOf(one),
  });
  return { answer: member.object(from, 'answer'), approved: orNull(from, 'approved', place) };
}

function questionnaireOf(json: Json | undefined): BundledQuestionnaire {
  const root = member.object(json);
  const known = member.object(member.object(root, 'facts'), 'known');
  const fact = (name: string): [string, BundledFact] => {
    const from = member.object(known, name);
    return [name, { value: member.text(from, 'value'), cites: member.text(from, 'cites'), asOf: member.text(from, 'as_of') }];
  };
  const out: BundledQuestionnaire = {
    id: member.text(root, 'id'),
    name: member.text(root, 'name'),
    tenant: member.text(root, 'tenant'),
    fileName: member.text(root, 'file_name'),
    original: fileOf(root, 'original'),
    answered: fileOf(root, 'answered'),
    leftOut: member.array(root, 'left_out').map((one) => (typeof one === 'number' && one >= 0 ? one : fail('it is no number'))),
    facts: [...known.keys()].sort().map(fact),
    answers: member.array(root, 'answers').map(answerOf),
  };
  let before = 0;
  for (const one of out.answers) {
    need(numberOf(one) > before);
    before = numberOf(one);
  }
  need(isId(out.id));
  need(isCalled(out.original.path, `${LAYOUT.questionnaireFolder}original`));
  need(isCalled(out.answered.path, `${LAYOUT.questionnaireFolder}answered`));
  return out;
}

function formatQuestionnaire(one: BundledQuestionnaire): string {
  const place = (at: ApprovedAnswer | undefined): Json =>
    at ? objectOf({ root: toBase64(at.root), index: at.index, size: at.size, path: pathToJson(at.path) }) : null;
  const known: JsonObject = new Map(one.facts.map(([name, fact]) => [name, objectOf({ as_of: fact.asOf, cites: fact.cites, value: fact.value })]));
  return toIndented(
    objectOf({
      format: QUESTIONNAIRE_FORMAT,
      statement: QUESTIONNAIRE_STATEMENT,
      id: one.id,
      name: one.name,
      tenant: one.tenant,
      file_name: one.fileName,
      original: fileToJson(one.original),
      answered: fileToJson(one.answered),
      left_out: one.leftOut,
      facts: objectOf({ sha256: toHex(digestOfFacts(one.facts)), known }),
      answers: one.answers.map((answer) => objectOf({ answer: answer.answer, approved: place(answer.approved) })),
      not_proven: QUESTIONNAIRE_NOT_PROVEN,
    }),
  );
}

export function parseQuestionnaire(text: string): BundledQuestionnaire {
  return exactly(text, () => questionnaireOf(parseJson(text)), formatQuestionnaire, misspelt(LAYOUT.questionnaire));
}
