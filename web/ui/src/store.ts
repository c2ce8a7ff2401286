import { useEffect, useState } from 'preact/hooks';

/** A value that several parts of the page follow. */
export interface Store<T> {
  get(): T;
  set(value: T): void;
  subscribe(listener: () => void): () => void;
}

export function makeStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The store's value; the component is drawn again when it changes. */
export function useStore<T>(store: Store<T>): T {
  const [, redraw] = useState(0);
  useEffect(() => {
    const seen = store.get();
    const off = store.subscribe(() => redraw((count) => count + 1));
    // It may have changed between the drawing and now.
    if (!Object.is(store.get(), seen)) redraw((count) => count + 1);
    return off;
  }, [store]);
  return store.get();
}
