import { MEMBERS, PERSONAL } from '../../api/record';

/** One term of a query as it is written, for example `-factor:sms` or `"export users"`. */
export interface Term {
  text: string;
  excluded: boolean;
  /** The member's full path; empty for a word, and for a name that is no member. */
  path: string;
  /** The name as it was written; empty for a word. */
  name: string;
  value: string;
}

const SEARCHABLE: readonly string[] = ['source', 'proof', ...MEMBERS];
/** 32 bytes in base64url, whose last two bits are none of theirs. */
const TOKEN = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** The path of a member that is named by itself: `factor` is `challenge.factor`. Empty for none, and where several have the name. */
export function pathOfName(name: string): string {
  if (SEARCHABLE.includes(name)) return name;
  const found = SEARCHABLE.filter((path) => path.endsWith(`.${name}`));
  return found.length === 1 ? (found[0] ?? '') : '';
}

/** Takes a query apart as the appliance does; what it would refuse stays one term, so that the appliance can say why. */
export function termsOf(query: string): Term[] {
  const terms: Term[] = [];
  let at = 0;
  while (at < query.length) {
    if (query[at] === ' ') {
      ++at;
      continue;
    }
    const begin = at;
    const excluded = query[at] === '-' && at + 1 < query.length && query[at + 1] !== ' ';
    if (excluded) ++at;
    const head = /^[^:\s"]+:/.exec(query.slice(at));
    const name = head ? head[0].slice(0, -1) : '';
    at += head ? head[0].length : 0;
    const from = at;
    at = endOfValue(query, at);
    const value = query[from] === '"' ? query.slice(from + 1, at - 1) : query.slice(from, at);
    if (!head && query[at] === '*') ++at;
    terms.push({ text: query.slice(begin, at), excluded, path: name && pathOfName(name), name, value });
  }
  return terms;
}

function endOfValue(query: string, at: number): number {
  const end = query[at] === '"' ? query.indexOf('"', at + 1) + 1 : query.indexOf(' ', at);
  return end <= 0 ? query.length : end;
}

export function joinTerms(terms: readonly Pick<Term, 'text'>[]): string {
  return terms.map((one) => one.text).join(' ');
}

/** A term for a member's value; undefined for a value that no query can name. */
export function memberTerm(name: string, value: string, excluded = false): string | undefined {
  if (value === '' || value.includes('"') || /[\n\r]/.test(value)) return undefined;
  return `${excluded ? '-' : ''}${name}:${/[\s"]/.test(value) ? `"${value}"` : value}`;
}

/** Whether it names a personal value itself. A token is a pseudonym, and stands in every record. */
export function isPersonal(term: Term): boolean {
  return term.path in PERSONAL && !TOKEN.test(term.value);
}

export type LooksLike = 'email' | 'phone';

/** A word that looks like somebody's address or number. Records hold tokens in their place, so as a word it finds nothing. */
export function looksPersonal(term: Term): LooksLike | undefined {
  if (term.name !== '') return undefined;
  if (/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(term.value)) return 'email';
  return /^\+[0-9][0-9 ().-]{6,}$/.test(term.value) ? 'phone' : undefined;
}

/** The query with a member's value asked for; another value of the same member goes, because no event has two. */
export function withMember(query: string, name: string, value: string): string {
  const path = pathOfName(name);
  const kept = termsOf(query).filter((one) => one.path !== path || (one.excluded && one.value !== value));
  const term = memberTerm(name, value);
  return term ? joinTerms([...kept, { text: term }]) : query;
}

export function withoutValue(query: string, name: string, value: string): string {
  const path = pathOfName(name);
  const kept = termsOf(query).filter((one) => one.path !== path || one.excluded || one.value !== value);
  const term = memberTerm(name, value, true);
  return term ? joinTerms([...kept.filter((one) => one.text !== term), { text: term }]) : query;
}

export function withoutTerm(query: string, at: number): string {
  return joinTerms(termsOf(query).filter((_, other) => other !== at));
}
