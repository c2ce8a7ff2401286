import { useEffect, useRef, useState } from 'preact/hooks';
import { beginRun, findStandings, type Standings } from '../../api/controls';
import { Problem } from '../../api/problem';

const ASK_EVERY_MS = 2_000;
const WAIT_AT_MOST_S = 600;

export interface RunState {
  /** Seconds since it was asked for; undefined where no run is waited for. */
  seconds: number | undefined;
  outcome: 'none' | 'done' | 'already' | 'slow';
  error: unknown;
  begin: () => void;
  /** As begin(), for one that is going on already. */
  wait: () => void;
}

/** Begins a test of all controls and waits until there is a newer result than `last`. */
export function useRun(tenant: string, region: string | null, last: string | undefined, done: (found: Standings) => void): RunState {
  const [seconds, setSeconds] = useState<number | undefined>(undefined);
  const [outcome, setOutcome] = useState<RunState['outcome']>('none');
  const [error, setError] = useState<unknown>(undefined);
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  async function work(control: AbortController, begins: boolean): Promise<void> {
    const began = Date.now();
    const clock = setInterval(() => setSeconds(Math.round((Date.now() - began) / 1000)), 1_000);
    control.signal.addEventListener('abort', () => clearInterval(clock));
    try {
      if (begins && !(await begun(tenant, region)) && !control.signal.aborted) setOutcome('already');
      const found = await newer(tenant, region, last, began, control.signal);
      if (control.signal.aborted) return;
      setOutcome(found ? 'done' : 'slow');
      if (found) done(found);
    } catch (problem) {
      if (!control.signal.aborted) setError(problem);
    } finally {
      clearInterval(clock);
      if (!control.signal.aborted) setSeconds(undefined);
      running.current = undefined;
    }
  }

  function start(begins: boolean): void {
    if (running.current) return;
    running.current = new AbortController();
    setSeconds(0);
    setOutcome(begins ? 'none' : 'already');
    setError(undefined);
    void work(running.current, begins);
  }

  return { seconds, outcome, error, begin: () => start(true), wait: () => start(false) };
}

/** False where one was going on. */
async function begun(tenant: string, region: string | null): Promise<boolean> {
  try {
    await beginRun(tenant, region);
    return true;
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 409) return false;
    throw problem;
  }
}

async function newer(tenant: string, region: string | null, last: string | undefined, began: number, signal: AbortSignal): Promise<Standings | undefined> {
  while (Date.now() - began < WAIT_AT_MOST_S * 1000) {
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    if (signal.aborted) return undefined;
    try {
      const found = await findStandings(tenant, region, signal);
      if (found.time !== last) return found;
    } catch (problem) {
      // None yet, or busy with just that.
      if (!(problem instanceof Problem) || ![0, 404, 503].includes(problem.status)) throw problem;
    }
  }
  return undefined;
}
