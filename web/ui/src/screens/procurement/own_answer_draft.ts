import { TESTS, type Claim, type Fact, type LibraryAnswer, type Need, type OwnAnswer, type Test } from '../../api/answers';
import type { Value } from '../../api/questionnaires';

/** One need as the form has it; values a line each. */
export interface NeedDraft {
  fact: string;
  test: Test;
  values: string;
}

export interface ClaimDraft {
  /** Tells claims apart while they change places. */
  key: number;
  answer: Value;
  text: string;
  needs: NeedDraft[];
  cites: string[];
}

/** An answer of the vendor's own as the form has it. Lists are texts, an item a line. */
export interface AnswerDraft {
  id: string;
  topic: string;
  title: string;
  asks: string;
  form: 'any' | 'yes-no' | 'open';
  keys: string;
  must: string;
  may: string;
  must_not: string;
  figures: string;
  part: boolean;
  exact: boolean;
  claims: ClaimDraft[];
}

export const LISTS = ['keys', 'must', 'may', 'must_not', 'figures'] as const;

let made = 0;

export function emptyNeed(): NeedDraft {
  return { fact: '', test: 'is', values: '' };
}

export function emptyClaim(): ClaimDraft {
  return { key: ++made, answer: 'yes', text: '', needs: [emptyNeed()], cites: [] };
}

export function emptyAnswer(): AnswerDraft {
  return { id: '', topic: 'mfa', title: '', asks: '', form: 'any', keys: '', must: '', may: '', must_not: '', figures: '', part: false, exact: false, claims: [emptyClaim()] };
}

function needDraftOf(need: Need): NeedDraft {
  const test = TESTS.find((one) => need[one] !== undefined) ?? 'known';
  const values = test === 'known' ? [] : need[test];
  return { fact: need.fact, test, values: typeof values === 'string' ? values : (values ?? []).join('\n') };
}

export function draftOf(answer: LibraryAnswer): AnswerDraft {
  const lines = (list: readonly string[] | undefined) => (list ?? []).join('\n');
  return {
    id: answer.id,
    topic: answer.topic,
    title: answer.title,
    asks: lines(answer.asks),
    form: answer.form ?? 'any',
    keys: lines(answer.keys),
    must: lines(answer.must),
    may: lines(answer.may),
    must_not: lines(answer.must_not),
    figures: lines(answer.figures),
    part: answer.part === true,
    exact: answer.exact === true,
    claims: answer.claims.map((one) => ({ key: ++made, answer: one.answer, text: one.text, needs: (one.needs ?? []).map(needDraftOf), cites: one.cites ?? [] })),
  };
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function needOf(draft: NeedDraft): Need {
  const fact = draft.fact.trim();
  if (draft.test === 'known') return { fact, known: true };
  const values = linesOf(draft.values);
  // One that is empty is a list without words.
  return { fact, [draft.test]: values.length > 1 ? values : (values[0] ?? '') };
}

/** What is sent. Needs without a fact are rows that nobody has filled in. */
export function answerOf(draft: AnswerDraft): OwnAnswer {
  const out: OwnAnswer = { topic: draft.topic.trim(), title: draft.title.trim(), asks: linesOf(draft.asks), claims: draft.claims.map(claimOf) };
  if (draft.form !== 'any') out.form = draft.form;
  for (const name of LISTS) {
    const list = linesOf(draft[name]);
    if (list.length > 0) out[name] = list;
  }
  if (draft.part) out.part = true;
  if (draft.exact) out.exact = true;
  return out;
}

function claimOf(draft: ClaimDraft): Claim {
  const needs = filledNeeds(draft).map(needOf);
  return { answer: draft.answer, text: draft.text.trim(), ...(needs.length > 0 ? { needs } : {}), ...(draft.cites.length > 0 ? { cites: draft.cites } : {}) };
}

export function filledNeeds(draft: ClaimDraft): NeedDraft[] {
  return draft.needs.filter((one) => one.fact.trim() !== '');
}

/** An id of a title: `data-in-the-eu`. */
export function idOf(title: string): string {
  return title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+/, '')
    .slice(0, 64)
    .replace(/-+$/, '');
}

/** The need that somebody most likely means who chooses a fact: as it is now, or as it would have to be. */
export function needFor(fact: string, now: Fact | undefined): NeedDraft {
  const value = now?.value;
  if (fact.startsWith('control.') && fact.endsWith('.state')) return { fact, test: 'is', values: 'passed' };
  if (fact.startsWith('document.') && fact.endsWith('.state')) return { fact, test: 'is', values: 'valid' };
  if (value === undefined || /^\d{4}-\d{2}-\d{2}/.test(value)) return { fact, test: 'known', values: '' };
  if (/^\d+$/.test(value)) return { fact, test: 'at_least', values: value };
  if (value === '' || value.includes(', ')) return { fact, test: value === '' ? 'is' : 'includes', values: value.split(', ').join('\n') };
  return { fact, test: 'is', values: value };
}

/** Facts that the text of a claim may show: those that one of its needs covers. */
export function shownBy(claim: ClaimDraft, facts: Readonly<Record<string, Fact>>): string[] {
  const out = new Set<string>();
  for (const need of filledNeeds(claim)) {
    const fact = need.fact.trim();
    if (facts[fact]) out.add(fact);
    const group = /^(control|document)\..+\.state$/.test(fact) ? fact.slice(0, fact.lastIndexOf('.') + 1) : undefined;
    if (group) for (const name of Object.keys(facts)) if (name.startsWith(group)) out.add(name);
  }
  return [...out].sort();
}

/** A fault that the appliance found, and where. */
export interface Fault {
  /** `claims[0].text`; empty where it is about the whole. */
  path: string;
  text: string;
}

export function faultOf(detail: string): Fault {
  const found = /^([a-z_]+(?:\[\d+\])?(?:\.[a-z_]+(?:\[\d+\])?)*): (.+)$/s.exec(detail);
  return found ? { path: found[1] ?? '', text: found[2] ?? '' } : { path: '', text: detail };
}

/** Whether a fault is about a part of the form: of that path, or of an item of the list that it names. */
export function isAbout(fault: Fault | undefined, path: string): boolean {
  return fault !== undefined && (fault.path === path || fault.path.startsWith(`${path}[`));
}

/** The number of a need, as it was sent, by its row: rows that nobody has filled in are not sent. */
export function sentNumber(claim: ClaimDraft, row: number): number {
  return claim.needs.slice(0, row).filter((one) => one.fact.trim() !== '').length;
}
