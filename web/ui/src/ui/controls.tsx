import type { ComponentChildren, JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { t } from '../texts';

type Kind = 'plain' | 'main' | 'danger' | 'quiet';

export interface ButtonProps {
  children: ComponentChildren;
  onClick?: ((event: MouseEvent) => void) | undefined;
  kind?: Kind;
  type?: 'button' | 'submit';
  busy?: boolean;
  disabled?: boolean;
  label?: string;
  pressed?: boolean;
  expanded?: boolean;
  id?: string;
}

/** While it is busy it stays where it is and does nothing, so that focus is not lost. */
export function Button({ children, onClick, kind = 'plain', type = 'button', busy = false, disabled = false, label, pressed, expanded, id }: ButtonProps) {
  return (
    <button
      id={id}
      type={type}
      class={`button ${kind}`}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      disabled={disabled}
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {children}
    </button>
  );
}

export function ButtonLink({ href, children, kind = 'plain', download, label }: { href: string; children: ComponentChildren; kind?: Kind; download?: string; label?: string }) {
  return (
    <a class={`button ${kind}`} href={href} download={download} aria-label={label}>
      {children}
    </a>
  );
}

interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  error?: string | undefined;
  children: (ids: { id: string; describedBy: string | undefined; invalid: boolean }) => ComponentChildren;
}

/** A label, what belongs to it, a hint and what is wrong with it, tied together for who does not see them. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ') || undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, describedBy: described, invalid: Boolean(error) })}
      {hint && (
        <div class="hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {error && (
        <div class="error" id={`${id}-error`}>
          {error}
        </div>
      )}
    </div>
  );
}

type InputAttributes = Omit<JSX.IntrinsicElements['input'], 'value' | 'onInput' | 'label' | 'id'>;

export interface TextFieldProps extends InputAttributes {
  label: string;
  value: string;
  onValue: (value: string) => void;
  hint?: ComponentChildren;
  error?: string | undefined;
}

export function TextField({ label, value, onValue, hint, error, ...rest }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {({ id, describedBy, invalid }) => (
        <input
          type="text"
          {...rest}
          id={id}
          value={value}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export function TextArea({ label, value, onValue, hint, error, rows = 3, maxLength }: { label: string; value: string; onValue: (value: string) => void; hint?: ComponentChildren; error?: string | undefined; rows?: number; maxLength?: number }) {
  return (
    <Field label={label} hint={hint} error={error}>
      {({ id, describedBy, invalid }) => (
        <textarea id={id} rows={rows} maxLength={maxLength} value={value} aria-describedby={describedBy} aria-invalid={invalid || undefined} onInput={(event) => onValue(event.currentTarget.value)} />
      )}
    </Field>
  );
}

export interface Option {
  value: string;
  text: string;
}

export function SelectField({ label, value, options, onValue, hint, error }: { label: string; value: string; options: readonly Option[]; onValue: (value: string) => void; hint?: ComponentChildren; error?: string | undefined }) {
  return (
    <Field label={label} hint={hint} error={error}>
      {({ id, describedBy, invalid }) => (
        <select id={id} value={value} aria-describedby={describedBy} aria-invalid={invalid || undefined} onChange={(event) => onValue(event.currentTarget.value)}>
          {options.map((one) => (
            <option key={one.value} value={one.value} selected={one.value === value}>
              {one.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function Checkbox({ label, checked, onChecked, hint }: { label: ComponentChildren; checked: boolean; onChecked: (checked: boolean) => void; hint?: ComponentChildren }) {
  const id = useId();
  return (
    <div class="checkbox">
      <input type="checkbox" id={id} checked={checked} aria-describedby={hint ? `${id}-hint` : undefined} onChange={(event) => onChecked(event.currentTarget.checked)} />
      <label for={id}>{label}</label>
      {hint && (
        <div class="hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
    </div>
  );
}

/** Several checkboxes under one heading; what is chosen is an array of their values. */
export function Choices({ label, options, chosen, onChosen, hint }: { label: string; options: readonly Option[]; chosen: readonly string[]; onChosen: (chosen: string[]) => void; hint?: ComponentChildren }) {
  return (
    <fieldset class="choices">
      <legend>{label}</legend>
      {hint && <div class="hint">{hint}</div>}
      {options.map((one) => (
        <Checkbox
          key={one.value}
          label={one.text}
          checked={chosen.includes(one.value)}
          onChecked={(checked) => onChosen(checked ? [...chosen, one.value] : chosen.filter((value) => value !== one.value))}
        />
      ))}
    </fieldset>
  );
}

export function CopyButton({ text, label = t.common.copy }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <>
      <Button
        kind="quiet"
        onClick={() => {
          void navigator.clipboard.writeText(text).then(() => {
            setCopied(true);
            setTimeout(() => setCopied(false), 2_000);
          });
        }}
      >
        {copied ? t.common.copied : label}
      </Button>
      {/* Within the button it would be no part of its name. */}
      <span class="unseen" role="status">
        {copied && t.common.copied}
      </span>
    </>
  );
}
