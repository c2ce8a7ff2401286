import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Loading } from './parts';
import { ProblemNotice } from './problem';

/** A component whose script is loaded when it is first shown. */
export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let found: ComponentType<Props> | undefined;
  return function Lazy(props: Props) {
    const [, redraw] = useState(0);
    const [error, setError] = useState<unknown>(undefined);
    const Found = found;
    useEffect(() => {
      // What counts is whether it was there when this was drawn: it may have come since, for a place that one has left.
      if (Found) return;
      load().then(
        (one) => {
          found = one;
          redraw((count) => count + 1);
        },
        (one: unknown) => setError(one),
      );
    }, []);
    if (error !== undefined) return <ProblemNotice error={error} retry={() => location.reload()} />;
    return Found ? <Found {...props} /> : <Loading />;
  };
}
