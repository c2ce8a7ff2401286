import { useEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';

/** How wide an element is, in pixels; very wide until it is known. */
export function useWidth(): [RefObject<HTMLDivElement>, number] {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(Number.MAX_SAFE_INTEGER);
  useEffect(() => {
    if (!frame.current) return undefined;
    const watch = new ResizeObserver((entries) => entries[0] && setWidth(entries[0].contentRect.width));
    watch.observe(frame.current);
    return () => watch.disconnect();
  }, []);
  return [frame, width];
}
