import { MEMBERS, PERSONAL } from '../../api/record';
import type { Facets } from '../../api/records';
import { memberTerm, pathOfName } from './query';

/** What the word at the caret could become. */
export interface Suggestion {
  /** The term as it would stand in the query. */
  term: string;
  path: string;
  /** Empty where it is a member that wants a value yet. */
  value: string;
}

export interface Word {
  from: number;
  to: number;
  text: string;
}

const MOST = 8;
const FACETS: Readonly<Record<string, string>> = { type: 'type', source: 'source', 'challenge.factor': 'factor', 'challenge.purpose': 'purpose', 'challenge.provider': 'provider', 'outcome.reason': 'outcome.reason' };

/** The name by which a member is asked for in the fewest letters. */
function shortName(path: string): string {
  const name = path.slice(path.lastIndexOf('.') + 1);
  return pathOfName(name) === path ? name : path;
}

const NAMES: readonly { name: string; path: string }[] = ['source', 'proof', ...MEMBERS]
  .filter((path) => !(path in PERSONAL) && path !== 'tenant')
  .map((path) => ({ name: shortName(path), path }));

/** The word that ends at the caret; undefined within quotes. */
export function wordAt(query: string, caret: number): Word | undefined {
  const before = query.slice(0, caret);
  if ((before.split('"').length - 1) % 2 === 1) return undefined;
  const from = before.lastIndexOf(' ') + 1;
  return { from, to: caret, text: before.slice(from) };
}

/** Members whose name begins so or has the letters, or values of the member that is named. `known` has values by path. */
export function suggestionsFor(word: Word | undefined, facets: Facets | undefined, known: Readonly<Record<string, readonly string[]>>): Suggestion[] {
  if (!word) return [];
  const minus = word.text.startsWith('-') ? '-' : '';
  const text = word.text.slice(minus.length).toLowerCase();
  const colon = text.indexOf(':');
  if (colon > 0) return values(pathOfName(text.slice(0, colon)), text.slice(0, colon), text.slice(colon + 1), minus, facets, known);
  if (text === '') return [];
  const begins = NAMES.filter(({ name, path }) => name.startsWith(text) || path.startsWith(text));
  const holds = NAMES.filter((one) => !begins.includes(one) && one.path.includes(text));
  return [...begins, ...holds].slice(0, MOST).map(({ name, path }) => ({ term: `${minus}${name}:`, path, value: '' }));
}

function values(path: string, name: string, begun: string, minus: string, facets: Facets | undefined, known: Readonly<Record<string, readonly string[]>>): Suggestion[] {
  if (path === '' || path in PERSONAL) return [];
  const counted = facets?.fields[FACETS[path] ?? '']?.map((one) => one.value) ?? [];
  const all = [...new Set([...counted, ...(known[path] ?? [])])];
  return all
    .filter((value) => value.toLowerCase().includes(begun) && value.toLowerCase() !== begun)
    .sort((a, b) => Number(b.toLowerCase().startsWith(begun)) - Number(a.toLowerCase().startsWith(begun)))
    .flatMap((value) => {
      const term = memberTerm(name, value, minus !== '');
      return term ? [{ term, path, value }] : [];
    })
    .slice(0, MOST);
}

/** The query with the suggestion in the place of the word, and where the caret goes. */
export function taken(query: string, word: Word, suggestion: Suggestion): { query: string; caret: number } {
  const rest = query.slice(word.to);
  const gap = suggestion.value !== '' && !rest.startsWith(' ') ? ' ' : '';
  const begin = query.slice(0, word.from) + suggestion.term + gap;
  return { query: begin + rest, caret: begin.length };
}
