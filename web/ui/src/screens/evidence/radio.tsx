import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

export interface RadioOption<Value extends string> {
  value: Value;
  text: string;
  hint?: ComponentChildren;
  disabled?: boolean;
}

/** One of several, each with what it means. The legend is the heading of its card. */
export function Radios<Value extends string>({ legend, options, value, onValue, inline = false }: { legend: string; options: readonly RadioOption<Value>[]; value: Value; onValue: (value: Value) => void; inline?: boolean }) {
  const name = useId();
  return (
    <fieldset class={inline ? 'radios inline' : 'radios'}>
      <legend class="unseen">{legend}</legend>
      {options.map((one) => {
        const id = `${name}-${one.value}`;
        return (
          <div class="checkbox" key={one.value}>
            <input
              type="radio"
              id={id}
              name={name}
              checked={one.value === value}
              disabled={one.disabled}
              aria-describedby={one.hint ? `${id}-hint` : undefined}
              onChange={() => onValue(one.value)}
            />
            <label for={id}>{one.text}</label>
            {one.hint && (
              <div class="hint" id={`${id}-hint`}>
                {one.hint}
              </div>
            )}
          </div>
        );
      })}
    </fieldset>
  );
}
