import { useEffect, useRef, useState } from 'preact/hooks';
import { PERSONAL, MEMBERS } from '../../api/record';
import type { Facets } from '../../api/records';
import { t } from '../../texts';
import { Button } from '../../ui/controls';
import { Notice } from '../../ui/parts';
import { memberLabel } from './labels';
import { SearchInput } from './search_input';
import { looksPersonal, termsOf } from './query';

interface SearchBoxProps {
  query: string;
  /** What the appliance says of the query. */
  error: string | undefined;
  /** Values to suggest. */
  facets: Facets | undefined;
  onSearch: (query: string) => void;
  /** A word turned out to be a person's address or number. */
  onPerson: (member: string, value: string) => void;
}

const PERSON_MEMBERS = { email: 'actor.email', phone: 'actor.phone' } as const;

export function SearchBox({ query, error, facets, onSearch, onPerson }: SearchBoxProps) {
  const [text, setText] = useState(query);
  const [help, setHelp] = useState(false);
  const [asWord, setAsWord] = useState(false);
  const [doubt, setDoubt] = useState<{ value: string; kind: 'email' | 'phone' } | undefined>();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    setText(query);
    setDoubt(undefined);
  }, [query]);
  useSlash(input);

  const submit = (allowed: boolean) => {
    const found = allowed ? undefined : termsOf(text).find((one) => looksPersonal(one) !== undefined);
    const kind = found && looksPersonal(found);
    setDoubt(found && kind ? { value: found.value, kind } : undefined);
    if (!found) onSearch(text.trim());
  };
  const fillIn = (example: string) => {
    setText((was) => (was.trim() === '' ? example : `${was.trim()} ${example}`));
    input.current?.focus();
  };
  return (
    <form
      class="events-search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        submit(asWord);
      }}
    >
      <div class="field events-search-field">
        <label for="events-search">{t.events.searchLabel}</label>
        <div class="events-search-row">
          <SearchInput
            id="events-search"
            input={input}
            text={text}
            onText={(next) => {
              setText(next);
              setAsWord(false);
            }}
            facets={facets}
            describedBy={error ? 'events-search-key events-search-error' : 'events-search-key'}
            invalid={Boolean(error)}
          />
          <Button type="submit" kind="main">
            {t.events.submit}
          </Button>
          <Button expanded={help} onClick={() => setHelp(!help)}>
            {t.events.help}
          </Button>
        </div>
        <div class="hint" id="events-search-key">
          {t.events.key}
        </div>
        {error && (
          <div class="error" id="events-search-error" role="alert">
            {error}
          </div>
        )}
      </div>
      {doubt && (
        <Notice tone="warn">
          <span>{t.events.looks[doubt.kind](doubt.value)}</span>
          <span class="actions">
            <Button
              kind="main"
              onClick={() => {
                const rest = termsOf(text).filter((one) => one.value !== doubt.value || one.name !== '');
                setDoubt(undefined);
                onPerson(PERSON_MEMBERS[doubt.kind], doubt.value);
                setText(rest.map((one) => one.text).join(' '));
                onSearch(rest.map((one) => one.text).join(' '));
              }}
            >
              {t.events.looksPerson}
            </Button>
            <Button
              onClick={() => {
                setAsWord(true);
                submit(true);
              }}
            >
              {t.events.looksWord}
            </Button>
          </span>
        </Notice>
      )}
      {help && <SearchHelp onPick={fillIn} />}
    </form>
  );
}

/** The key `/` leads to the box, but not while one writes somewhere. */
function useSlash(input: { current: HTMLInputElement | null }): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
      const at = event.target;
      if (at instanceof HTMLElement && (at.closest('input, textarea, select, dialog') || at.isContentEditable)) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
}

function SearchHelp({ onPick }: { onPick: (example: string) => void }) {
  const members = ['source', 'proof', ...MEMBERS.filter((one) => !(one in PERSONAL) && one !== 'tenant')];
  const pick = (text: string, title?: string) => (
    <button key={text} type="button" class="pick" title={title} onClick={() => onPick(text)}>
      {text}
    </button>
  );
  return (
    <section class="card events-help" aria-label={t.events.helpTitle}>
      <h2>{t.events.helpTitle}</h2>
      <p>{t.events.helpWhat}</p>
      <dl>
        {t.events.helpExamples.map(([example, what]) => (
          <div key={example}>
            <dt>{pick(example)}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <h3>{t.events.helpMembers}</h3>
      <div class="picks">{members.map((one) => pick(`${one}:`, memberLabel(one)))}</div>
      <p class="hint">{t.events.helpPersonal}</p>
      <div class="picks">{Object.keys(PERSONAL).map((one) => pick(`${one}:`, memberLabel(one)))}</div>
    </section>
  );
}
