import { makeStore, useStore } from './store';

/**
 * Where in the portal one is. It stands behind `#` in the address, which browsers send to nobody: a search may name
 * a person, and addresses end up in the logs of proxies.
 */
export interface Place {
  path: readonly string[];
  query: URLSearchParams;
}

export type Query = Record<string, string | number | undefined | null>;

export function placeOf(hash: string): Place {
  const text = hash.replace(/^#\/?/, '');
  const mark = text.indexOf('?');
  const path = (mark < 0 ? text : text.slice(0, mark)).split('/').filter((part) => part !== '');
  return { path: path.map(decoded), query: new URLSearchParams(mark < 0 ? '' : text.slice(mark + 1)) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a place. Members of the query that are undefined, null or empty are left out. */
export function hrefOf(path: readonly (string | number)[], query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const tail = search.toString();
  return `#/${path.map((part) => encodeURIComponent(part)).join('/')}${tail ? `?${tail}` : ''}`;
}

const hash = makeStore(location.hash);
addEventListener('hashchange', () => hash.set(location.hash));

export function usePlace(): Place {
  return placeOf(useStore(hash));
}

/** Goes to an address that hrefOf() gave; with `replace` the way back leads past the present one. */
export function go(href: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') {
    location.hash = href;
  } else {
    history.replaceState(null, '', href);
  }
  hash.set(location.hash);
}
