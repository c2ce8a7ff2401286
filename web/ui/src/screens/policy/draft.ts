import { useCallback } from 'preact/hooks';
import { makeStore, useStore } from '../../store';
import { same, type Changes, type Settings, type Value } from './settings';

/** What somebody has changed and not saved, and the policy that it was begun on. */
export interface Draft {
  etag: string;
  base: Settings;
  changes: Changes;
}

const KEY = 'countersign-policy-drafts';

/** By account and tenant. They outlive screens, a session that ends, and a reload of the page. */
const drafts = makeStore<Readonly<Record<string, Draft>>>(stored());

function stored(): Record<string, Draft> {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Record<string, Draft>;
  } catch {
    return {};
  }
}

drafts.subscribe(() => {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(drafts.get()));
  } catch {
    // A browser that keeps nothing forgets it with the page.
  }
});

addEventListener('beforeunload', (event) => {
  if (Object.keys(drafts.get()).length > 0) event.preventDefault();
});

function put(key: string, draft: Draft | undefined): void {
  const next = { ...drafts.get() };
  if (draft && Object.keys(draft.changes).length > 0) next[key] = draft;
  else delete next[key];
  drafts.set(next);
}

export interface Editing {
  draft: Draft | undefined;
  /** Null sets a parameter back to its control's own value. */
  set: (setting: string, value: Value | null) => void;
  undo: (setting: string) => void;
  discard: () => void;
  /** Puts the changes on top of the policy that is in force now. */
  rebase: () => void;
}

export function useDraft(key: string, etag: string, inForce: Settings): Editing {
  const draft = useStore(drafts)[key];
  const change = useCallback(
    (setting: string, value: Value | null | undefined) => {
      const present = drafts.get()[key] ?? { etag, base: inForce, changes: {} };
      const { [setting]: _, ...others } = present.changes;
      const unchanged = value === undefined || same(value ?? undefined, present.base[setting]);
      put(key, { ...present, changes: unchanged ? others : { ...others, [setting]: value } });
    },
    [key, etag, inForce],
  );
  const rebase = useCallback(() => {
    const present = drafts.get()[key];
    if (!present) return;
    const left = Object.entries(present.changes).filter(([setting, value]) => !same(value ?? undefined, inForce[setting]));
    put(key, { etag, base: inForce, changes: Object.fromEntries(left) });
  }, [key, etag, inForce]);
  return {
    draft,
    set: change,
    undo: useCallback((setting: string) => change(setting, undefined), [change]),
    discard: useCallback(() => put(key, undefined), [key]),
    rebase,
  };
}
