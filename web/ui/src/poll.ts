import { useEffect, useRef } from 'preact/hooks';

/** After this long without a hand on the page it asks no more by itself: else a session would never rest, and never end. */
const IDLE_MS = 20 * 60_000;

let touched = Date.now();
for (const name of ['pointerdown', 'keydown', 'wheel', 'touchstart']) {
  addEventListener(name, () => (touched = Date.now()), { capture: true, passive: true });
}

/** Calls `again` every so many seconds while the page is seen and used; never where `seconds` is undefined. At once when one comes back to it. */
export function useRepeat(again: () => void, seconds: number | undefined): void {
  const latest = useRef(again);
  latest.current = again;
  useEffect(() => {
    if (seconds === undefined) return undefined;
    let last = Date.now();
    const tick = () => {
      const now = Date.now();
      if (document.hidden || now - touched > IDLE_MS || now - last < seconds * 1_000 - 50) return;
      last = now;
      latest.current();
    };
    const timer = setInterval(tick, Math.min(1_000, seconds * 1_000));
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [seconds]);
}
