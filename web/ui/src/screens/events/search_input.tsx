import type { RefObject } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Facets } from '../../api/records';
import { t } from '../../texts';
import { Raw } from '../../ui/raw';
import { factorLabel, memberLabel, proofLabel, purposeLabel, typeLabel } from './labels';
import { suggestionsFor, taken, wordAt, type Suggestion } from './suggest';

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  type: Object.keys(t.events.types),
  proof: Object.keys(t.events.proofs),
  'challenge.factor': Object.keys(t.events.factors),
  'challenge.fallback_from': Object.keys(t.events.factors),
  'challenge.purpose': Object.keys(t.events.purposes),
  'device.new': ['true', 'false'],
};
const LABELS: Readonly<Record<string, (value: string) => string>> = { type: typeLabel, proof: proofLabel, 'challenge.factor': factorLabel, 'challenge.fallback_from': factorLabel, 'challenge.purpose': purposeLabel };

function labelOf(one: Suggestion): string {
  if (one.value === '') return memberLabel(one.path);
  const label = LABELS[one.path]?.(one.value);
  return label && label !== one.value ? label : '';
}

interface SearchInputProps {
  id: string;
  input: RefObject<HTMLInputElement>;
  text: string;
  onText: (text: string) => void;
  facets: Facets | undefined;
  describedBy: string;
  invalid: boolean;
}

/** The box of the search, which suggests members and their values for the word that one writes. */
export function SearchInput({ id, input, text, onText, facets, describedBy, invalid }: SearchInputProps) {
  const [caret, setCaret] = useState<number | undefined>();
  const [active, setActive] = useState(-1);
  const list = useId();
  const wanted = useRef<number | undefined>();
  const word = caret === undefined ? undefined : wordAt(text, caret);
  const found = suggestionsFor(word, facets, KNOWN);
  const open = found.length > 0;
  const close = () => {
    setCaret(undefined);
    setActive(-1);
  };
  useLayoutEffect(() => {
    if (wanted.current !== undefined) input.current?.setSelectionRange(wanted.current, wanted.current);
    wanted.current = undefined;
  });
  const take = (one: Suggestion | undefined) => {
    if (!one || !word) return;
    const next = taken(text, word, one);
    wanted.current = next.caret;
    onText(next.query);
    setActive(-1);
    setCaret(one.value === '' ? next.caret : undefined);
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open || event.isComposing) return;
    const to = { ArrowDown: active + 1, ArrowUp: active - 1 }[event.key];
    if (to !== undefined) setActive(Math.min(Math.max(-1, to), found.length - 1));
    else if (event.key === 'Escape') close();
    else if (event.key === 'Enter' && active >= 0) take(found[active]);
    else {
      if (event.key === 'Enter' || event.key === 'Tab') close();
      return;
    }
    event.preventDefault();
  };
  return (
    <div class="suggesting">
      <input
        id={id}
        ref={input}
        type="search"
        role="combobox"
        aria-expanded={open}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={open && active >= 0 ? `${list}-${active}` : undefined}
        value={text}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        maxLength={4_000}
        placeholder={t.events.searchHint}
        aria-describedby={describedBy}
        aria-invalid={invalid ? true : undefined}
        aria-keyshortcuts="/"
        onInput={(event) => {
          onText(event.currentTarget.value);
          setCaret(event.currentTarget.selectionStart ?? undefined);
          setActive(-1);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      <ul id={list} role="listbox" aria-label={t.events.suggestions} class="suggestions" hidden={!open}>
        {found.map((one, at) => (
          <li
            key={one.term}
            id={`${list}-${at}`}
            role="option"
            aria-selected={at === active}
            onMouseDown={(event) => {
              event.preventDefault();
              take(one);
            }}
          >
            <span class="mono">
              <Raw text={one.term} most={80} inline />
            </span>
            <span class="faint">{labelOf(one)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
