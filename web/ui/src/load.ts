import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Loaded<T> {
  /** The last good answer, also while a newer one is on its way. */
  data: T | undefined;
  error: unknown;
  loading: boolean;
  reload: () => void;
}

/** What `load` gives, anew whenever `key` changes; what is no longer wanted is aborted. */
export function useLoad<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; data: T | undefined; error: unknown; loading: boolean }>({ key, data: undefined, error: undefined, loading: true });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    const control = new AbortController();
    setState((was) => ({ key, data: was.key === key ? was.data : undefined, error: undefined, loading: true }));
    latest.current(control.signal).then(
      (data) => !control.signal.aborted && setState({ key, data, error: undefined, loading: false }),
      (error: unknown) => !control.signal.aborted && setState((was) => ({ key, data: was.key === key ? was.data : undefined, error, loading: false })),
    );
    return () => control.abort();
  }, [key, round]);
  const reload = useCallback(() => setRound((count) => count + 1), []);
  const current = state.key === key;
  return { data: current ? state.data : undefined, error: current ? state.error : undefined, loading: !current || state.loading, reload };
}

/** Runs something that the person asked for, once at a time, and keeps what went wrong. */
export function useAction(): { busy: boolean; error: unknown; run: (work: () => Promise<void>) => void; clear: () => void } {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(undefined);
  const running = useRef(false);
  const run = useCallback((work: () => Promise<void>) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setError(undefined);
    work()
      .catch((one: unknown) => setError(one))
      .finally(() => {
        running.current = false;
        setBusy(false);
      });
  }, []);
  return { busy, error, run, clear: () => setError(undefined) };
}
