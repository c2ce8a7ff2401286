import { useEffect, useState } from 'preact/hooks';
import { Problem } from '../../api/problem';
import type { RecordList } from './record_list';

const EVERY_MS = 2_000;
const BUSY_MS = 10_000;
/** Nobody is there any more. Asking on would keep the session from ending by itself. */
const REST_AFTER_MS = 15 * 60_000;
const SIGNS_OF_LIFE = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

export interface Live {
  /** What ended it. */
  error: unknown;
  again: () => void;
  /** It waits for a sign of life. */
  resting: boolean;
}

/** Asks for new records every two seconds while it is on, the page is looked at and somebody is there. */
export function useLive(list: RecordList, on: boolean): Live {
  const [error, setError] = useState<unknown>(undefined);
  const [resting, setResting] = useState(false);
  const [round, setRound] = useState(0);
  useEffect(() => {
    setError(undefined);
    if (!on) return undefined;
    const control = new AbortController();
    let timer = 0;
    let alive = Date.now();
    const next = (wait: number) => (timer = window.setTimeout(() => void ask(), wait));
    const ask = async () => {
      const rests = Date.now() - alive > REST_AFTER_MS;
      setResting(rests);
      if (rests || document.visibilityState !== 'visible') return void next(EVERY_MS);
      try {
        await list.poll(control.signal);
        if (!control.signal.aborted) next(EVERY_MS);
      } catch (one) {
        if (control.signal.aborted) return;
        const passes = one instanceof Problem && (one.status === 0 || one.status === 429 || one.status === 503);
        if (passes) next(Math.max(BUSY_MS, one.retryAfter * 1_000));
        else setError(one);
      }
    };
    const sign = () => (alive = Date.now());
    for (const name of SIGNS_OF_LIFE) addEventListener(name, sign, { passive: true });
    next(EVERY_MS);
    return () => {
      control.abort();
      clearTimeout(timer);
      for (const name of SIGNS_OF_LIFE) removeEventListener(name, sign);
      setResting(false);
    };
  }, [list, on, round]);
  return { error, again: () => setRound((count) => count + 1), resting };
}
