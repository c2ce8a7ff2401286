import { makeStore } from './store';

export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'countersign-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

/** What the person has chosen; it stays with the browser. */
export const theme = makeStore<Theme>(stored());

function stored(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : 'auto';
  } catch {
    return 'auto';
  }
}

function apply(): void {
  const chosen = theme.get();
  document.documentElement.dataset['theme'] = chosen === 'auto' ? (dark.matches ? 'dark' : 'light') : chosen;
}

export function chooseTheme(chosen: Theme): void {
  theme.set(chosen);
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // A browser that keeps nothing forgets it with the page.
  }
}

theme.subscribe(apply);
dark.addEventListener('change', apply);
apply();
