import { useId } from 'preact/hooks';

export interface Choice {
  value: string;
  text: string;
  what?: string | undefined;
}

/** One of a few, each with a sentence of what it means. */
export function Radios({ legend, options, value, onValue }: { legend: string; options: readonly Choice[]; value: string; onValue: (value: string) => void }) {
  const name = useId();
  return (
    <fieldset class="choices told">
      <legend>{legend}</legend>
      {options.map((one) => (
        <div key={one.value} class="checkbox">
          <input type="radio" name={name} id={`${name}-${one.value}`} checked={one.value === value} aria-describedby={one.what ? `${name}-${one.value}-what` : undefined} onChange={() => onValue(one.value)} />
          <label for={`${name}-${one.value}`}>{one.text}</label>
          {one.what && (
            <div class="hint" id={`${name}-${one.value}-what`}>
              {one.what}
            </div>
          )}
        </div>
      ))}
    </fieldset>
  );
}
