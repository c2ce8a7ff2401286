// That documents and a questionnaire of the vendor are what records of the system log tell of them.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesOf, toHex } from './bytes.js';
import { readEvent } from './event.js';
import { fail, Fault } from './fault.js';
import { jsonString, toIndented } from './json.js';
import { readRecord } from './record.js';
import { FIELD } from './schema.js';
import { checkInclusion, CompactRange, recordHash, type Digest } from './tree.js';
import type { BundledAnswer, BundledDocument, BundledFact, BundledQuestionnaire } from './vendor_text.js';

export const leafOf = (answer: BundledAnswer): Digest => recordHash(bytesOf(toIndented(answer.answer)));

export function rootOf(answers: readonly BundledAnswer[]): Digest {
  const range = new CompactRange();
  for (const one of answers) range.append(leafOf(one));
  return range.root();
}

export function digestOfFacts(facts: readonly [string, BundledFact][]): Digest {
  const all = facts.map(([name, { asOf, cites, value }]) => {
    return `${jsonString(name)}:{"as_of":${jsonString(asOf)},"cites":${jsonString(cites)},"value":${jsonString(value)}}`;
  });
  return sha256(bytesOf(`{${all.join(',')}}`));
}

export function numberOf(answer: BundledAnswer): number {
  const number = answer.answer.get('number');
  return typeof number === 'number' && number > 0 ? number : 0;
}

const resourceOf = (document: BundledDocument) => `${document.kind}/${document.id}`;
const versionResourceOf = (document: BundledDocument) => `${resourceOf(document)}/${document.version}`;
const resourceOfQuestionnaire = (questionnaire: BundledQuestionnaire) => `questionnaire/${questionnaire.id}`;

const isTail = (word: string) => word.startsWith('title=') || word.startsWith('issuer=');

/** A record of the system log that tells of documents, questionnaires or answers. */
export class VendorRecord {
  constructor(
    readonly seq: number,
    readonly type: string,
    readonly resource: string,
    private readonly context: string,
  ) {}

  /** The word behind `name=` in the context; empty where there is none. */
  word(name: string): string {
    for (const word of this.context.split(' ')) {
      // What goes to the end is no more words.
      if (isTail(word)) break;
      if (word.startsWith(`${name}=`)) return word.slice(name.length + 1);
    }
    return '';
  }

  /** What stands behind `name=` to the end: a title, an issuer. */
  tail(name: string): string {
    let at = 0;
    for (const word of this.context.split(' ')) {
      if (word.startsWith(`${name}=`)) return this.context.slice(at + name.length + 1);
      if (isTail(word)) break;
      at += word.length + 1;
    }
    return '';
  }
}

/** What records of a bundle have to be about. */
export interface VendorScope {
  documents: BundledDocument[];
  questionnaire: BundledQuestionnaire | undefined;
}

function belongs(record: VendorRecord, scope: VendorScope): boolean {
  if (['document.added', 'document.changed', 'document.withdrawn'].includes(record.type)) {
    return scope.documents.some((one) => record.resource === resourceOf(one) || record.resource === versionResourceOf(one));
  }
  const { questionnaire } = scope;
  if (!questionnaire || record.resource !== resourceOfQuestionnaire(questionnaire)) return false;
  if (record.type === 'questionnaire.added') return true;
  if (record.type === 'questionnaire.exported') return record.word('sha256') === toHex(questionnaire.answered.sha256);
  const root = record.word('root');
  return record.type === 'answer.approved' && questionnaire.answers.some((one) => one.approved && toHex(one.approved.root) === root);
}

/** Reads a record; undefined where it does not belong into a bundle with these. */
export function readVendorRecord(line: string, scope: VendorScope): VendorRecord | undefined {
  const record = readRecord(line);
  const event = readEvent(record.event);
  const type = event.plain(FIELD.type);
  if (!type.startsWith('document.') && !type.startsWith('questionnaire.') && type !== 'answer.approved') return undefined;
  const read = new VendorRecord(record.seq, type, event.text(FIELD.actionResource), event.text(FIELD.actionContext));
  return belongs(read, scope) ? read : undefined;
}

type Records = readonly VendorRecord[];
const find = (records: Records, type: string, resource: string) => records.find((one) => one.type === type && one.resource === resource);
const notAdded = (resource: string): never => fail(`no record that is here says that ${resource} was added`);

/** Title and confidentiality follow from what was said when it was added, and from each change. */
function proveWhole(document: BundledDocument, records: Records): void {
  const resource = resourceOf(document);
  if (!find(records, 'document.added', resource)) notAdded(resource);
  let title = '';
  let confidentiality = '';
  for (const record of records) {
    if (record.resource !== resource) continue;
    title = record.tail('title') || title;
    confidentiality = record.word('confidentiality') || confidentiality;
  }
  if (title !== document.title || confidentiality !== document.confidentiality) {
    fail(`the title or the confidentiality of ${resource} is not what was recorded`);
  }
}

/** Whether the record tells of an issuer. */
function proveVersion(document: BundledDocument, records: Records): boolean {
  const resource = versionResourceOf(document);
  const { file } = document;
  const added = find(records, 'document.added', resource) ?? notAdded(resource);
  if (added.word('sha256') !== toHex(file.sha256) || added.word('bytes') !== `${file.bytes}`) {
    fail(`${file.path} is not what was recorded when it was added: that had the SHA-256 value ${added.word('sha256')}`, { file: file.path });
  }
  if (added.word('valid_from') !== document.validFrom || added.word('valid_until') !== document.validUntil) {
    fail(`the days between which ${resource} holds are not what was recorded`);
  }
  const issuer = added.tail('issuer');
  if (issuer !== '' && issuer !== document.issuer) fail(`the issuer of ${resource} is not what was recorded`);
  const withdrawn = find(records, 'document.withdrawn', resource);
  if (withdrawn) fail(`${resource} was withdrawn, by record ${withdrawn.seq} of the system log`);
  return issuer !== '' || document.issuer === '';
}

/** That each document is what the records say, and how many have an issuer that they do not tell. */
export function proveDocuments(documents: readonly BundledDocument[], records: Records): number {
  let withoutIssuer = 0;
  for (const document of documents) {
    proveWhole(document, records);
    if (!proveVersion(document, records)) ++withoutIssuer;
  }
  return withoutIssuer;
}

/** The newest record of an export with all that is stated of it. */
function exportOf(questionnaire: BundledQuestionnaire, records: Records): VendorRecord | undefined {
  const words = {
    sha256: toHex(questionnaire.answered.sha256),
    bytes: `${questionnaire.answered.bytes}`,
    answers: `${questionnaire.answers.length}`,
    left_out: `${questionnaire.leftOut.length}`,
    root: toHex(rootOf(questionnaire.answers)),
    facts: toHex(digestOfFacts(questionnaire.facts)),
  };
  const resource = resourceOfQuestionnaire(questionnaire);
  const isOne = (one: VendorRecord) =>
    one.type === 'questionnaire.exported' && one.resource === resource && Object.entries(words).every(([name, word]) => one.word(name) === word);
  return records.filter(isOne).at(-1);
}

/** That the questionnaire is what the records say: how it came, and how it went out. */
export function proveQuestionnaire(questionnaire: BundledQuestionnaire, records: Records): void {
  const { original, answered } = questionnaire;
  const added = find(records, 'questionnaire.added', resourceOfQuestionnaire(questionnaire));
  if (!added) fail('no record that is here says that the questionnaire was added');
  if (added.word('sha256') !== toHex(original.sha256) || added.word('bytes') !== `${original.bytes}`) {
    fail(`${original.path} is not what was recorded when the questionnaire came`, { file: original.path });
  }
  if (added.word('tenant') !== questionnaire.tenant) fail('the questionnaire was recorded for another tenant');
  if (!exportOf(questionnaire, records)) fail(`no record that is here says that ${answered.path} went out with these answers and these facts`);
}

/** Whether the answer stands where it says. */
function stands(answer: BundledAnswer): boolean {
  const { index, size, path, root } = answer.approved!;
  try {
    checkInclusion(index, size, leafOf(answer), path, root);
    return true;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

/** That each answer is one that a record approves, and of how many no record can say so. */
export function proveAnswers(questionnaire: BundledQuestionnaire, records: Records): number {
  const exported = exportOf(questionnaire, records);
  let notTold = 0;
  for (const one of questionnaire.answers) {
    const { approved } = one;
    if (!approved) {
      ++notTold;
      continue;
    }
    const root = toHex(approved.root);
    const recorded = records.some((record) => {
      return record.type === 'answer.approved' && record.word('root') === root && record.word('answers') === `${approved.size}` && exported && record.seq < exported.seq;
    });
    if (!recorded || !stands(one)) fail(`the answer to question ${numberOf(one)} is not one that a record approves`);
  }
  return notTold;
}
