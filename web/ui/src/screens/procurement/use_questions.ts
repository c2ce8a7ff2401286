import { useEffect, useRef, useState } from 'preact/hooks';
import { findQuestions, PAGE, type Question } from '../../api/questionnaires';

export interface Questions {
  /** What is known of them so far, by number. */
  known: readonly Question[];
  whole: boolean;
  error: unknown;
  /** Loads until all are known. */
  everything: () => Promise<readonly Question[]>;
  /** Loads one anew. */
  refresh: (number: number) => Promise<void>;
  /** Loads anew what is known. */
  reload: () => Promise<void>;
  retry: () => void;
}

/** The questions of a questionnaire, in pages: as many as it takes until `enough` says so. */
export function useQuestions(id: string, enough: (known: readonly Question[]) => boolean): Questions {
  const [state, setState] = useState<{ known: readonly Question[]; whole: boolean; error: unknown }>({ known: [], whole: false, error: undefined });
  const latest = useRef(state);
  const running = useRef<Promise<void> | undefined>(undefined);
  const gone = useRef(new AbortController());
  useEffect(() => {
    const control = new AbortController();
    gone.current = control;
    return () => control.abort();
  }, []);

  const put = (next: Partial<typeof state>) => {
    if (gone.current.signal.aborted) return;
    latest.current = { ...latest.current, ...next };
    setState(latest.current);
  };
  const load = async () => {
    const { known } = latest.current;
    const got = await findQuestions(id, (known[known.length - 1]?.number ?? 0) + 1, PAGE, gone.current.signal);
    put({ known: [...known, ...got], whole: got.length < PAGE, error: undefined });
  };
  // One page at a time: two that load would each append the same.
  const more = () => {
    running.current ??= load().finally(() => (running.current = undefined));
    return running.current;
  };
  useEffect(() => {
    if (state.whole || state.error !== undefined || enough(state.known)) return;
    more().catch((error: unknown) => put({ error }));
  });
  return {
    ...state,
    everything: async () => {
      while (!latest.current.whole) await more();
      return latest.current.known;
    },
    refresh: async (number) => {
      const [one] = await findQuestions(id, number, 1, gone.current.signal);
      if (one) put({ known: latest.current.known.map((was) => (was.number === one.number ? one : was)) });
    },
    reload: async () => {
      const fresh = new Map<number, Question>();
      for (let at = 0; at < latest.current.known.length; at += PAGE) {
        const first = latest.current.known[at];
        if (first) for (const one of await findQuestions(id, first.number, PAGE, gone.current.signal)) fresh.set(one.number, one);
      }
      put({ known: latest.current.known.map((was) => fresh.get(was.number) ?? was) });
    },
    retry: () => put({ error: undefined }),
  };
}
