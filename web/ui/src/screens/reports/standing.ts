import { FRAMEWORKS, type Framework, type Severity, type Standing, type State } from '../../api/controls';

export const STATES: readonly State[] = ['failing', 'passing', 'nothing_to_test'];
export const SEVERITIES: readonly Severity[] = ['high', 'medium', 'low'];
export const SORTS = ['state', 'severity', 'exceptions', 'id', 'title'] as const;
export type Sort = (typeof SORTS)[number];

/** Which controls are shown and in which order, as the address says it. */
export interface Choice {
  words: string;
  framework: Framework;
  clause: string;
  state: string;
  severity: string;
  kind: string;
  sort: Sort;
  byClause: boolean;
}

export function choiceOf(query: URLSearchParams): Choice {
  const one = (name: string) => query.get(name) ?? '';
  return {
    words: one('q'),
    framework: FRAMEWORKS.find((name) => name === one('framework')) ?? 'soc2',
    clause: one('clause'),
    state: one('state'),
    severity: one('severity'),
    kind: one('kind'),
    sort: SORTS.find((name) => name === one('sort')) ?? 'state',
    byClause: one('by') === 'clause',
  };
}

/** Whether anything is left out of the list. */
export function narrows(choice: Choice): boolean {
  return Boolean(choice.words.trim() || choice.clause || choice.state || choice.severity || choice.kind);
}

export function chosen(all: readonly Standing[], choice: Choice): Standing[] {
  const words = choice.words.trim().toLowerCase();
  return all
    .filter((one) => !words || `${one.id} ${one.title}`.toLowerCase().includes(words))
    .filter((one) => !choice.clause || (one.criteria[choice.framework] ?? []).includes(choice.clause))
    .filter((one) => !choice.state || one.state === choice.state)
    .filter((one) => !choice.severity || one.severity === choice.severity)
    .filter((one) => !choice.kind || one.kind === choice.kind)
    .sort(orderOf(choice.sort));
}

function orderOf(sort: Sort): (a: Standing, b: Standing) => number {
  const byId = (a: Standing, b: Standing) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  const byState = (a: Standing, b: Standing) => STATES.indexOf(a.state) - STATES.indexOf(b.state);
  const bySeverity = (a: Standing, b: Standing) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  const byExceptions = (a: Standing, b: Standing) => b.exceptions - a.exceptions;
  if (sort === 'severity') return (a, b) => bySeverity(a, b) || byState(a, b) || byId(a, b);
  if (sort === 'exceptions') return (a, b) => byExceptions(a, b) || byId(a, b);
  if (sort === 'title') return (a, b) => a.title.localeCompare(b.title) || byId(a, b);
  if (sort === 'id') return byId;
  return (a, b) => byState(a, b) || bySeverity(a, b) || byExceptions(a, b) || byId(a, b);
}

/** Clauses as people count: `A.5.9` before `A.5.15`. */
export function compareClauses(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

export function clausesOf(all: readonly { criteria: Standing['criteria'] }[], framework: Framework): string[] {
  return [...new Set(all.flatMap((one) => one.criteria[framework] ?? []))].sort(compareClauses);
}

export function tally(all: readonly Standing[]): Record<State, number> {
  const count: Record<State, number> = { failing: 0, passing: 0, nothing_to_test: 0 };
  for (const one of all) ++count[one.state];
  return count;
}
