import { t } from '../../texts';
import { Button } from '../../ui/controls';
import { Raw } from '../../ui/raw';
import { timeText } from '../../ui/time';
import { isToken, TokenMark } from '../../ui/token';
import { factorLabel, memberLabel, purposeLabel, safeText, typeLabel } from './labels';
import { termsOf, type Term } from './query';
import { isTime } from './row';

function periodText(from: string, before: string): string {
  const text = (at: string) => (isTime(at) ? timeText(at) : safeText(at));
  if (from && before) return t.events.fromTo(text(from), text(before));
  if (from) return t.events.since(text(from));
  return before ? t.events.until(text(before)) : '';
}

interface ChipsProps {
  query: string;
  from: string;
  before: string;
  /** Terms that are kept out of the address. */
  kept: readonly string[];
  onRemove: (at: number) => void;
  onRemoveKept: (term: string) => void;
  onRemovePeriod: () => void;
  onClear: () => void;
}

function valueOf(term: Term): string {
  if (term.path === 'type') return typeLabel(term.value);
  if (term.path === 'challenge.factor') return factorLabel(term.value);
  return term.path === 'challenge.purpose' ? purposeLabel(term.value) : term.value;
}

function Chip({ term, onRemove, personal = false }: { term: Term; onRemove: () => void; personal?: boolean }) {
  return (
    <li class={personal ? 'chip personal' : 'chip'}>
      <span>
        {term.excluded && <strong>{t.events.without} </strong>}
        {term.path && <span class="faint">{memberLabel(term.path)} </span>}
        {isToken(term.value) && <TokenMark token={term.value} />}
        <Raw text={term.path ? valueOf(term) : term.text.replace(/^-/, '')} most={isToken(term.value) ? 8 : 60} inline />
      </span>
      <button type="button" class="chip-remove" aria-label={t.events.removeTerm(safeText(term.text))} onClick={onRemove}>
        <span aria-hidden="true">×</span>
      </button>
    </li>
  );
}

/** The terms of the search, each of which can be taken off. */
export function Chips({ query, from, before, kept, onRemove, onRemoveKept, onRemovePeriod, onClear }: ChipsProps) {
  const terms = termsOf(query);
  const period = periodText(from, before);
  if (terms.length + kept.length === 0 && period === '') return null;
  return (
    <div class="chips-line">
      <ul class="chips" aria-label={t.events.terms}>
        {terms.map((term, at) => (
          <Chip key={`${at} ${term.text}`} term={term} onRemove={() => onRemove(at)} />
        ))}
        {kept.flatMap((text) => termsOf(text).map((term) => <Chip key={text} term={term} personal onRemove={() => onRemoveKept(text)} />))}
        {period && (
          <li class="chip">
            <span>
              <span class="faint">{t.events.received} </span>
              {period}
            </span>
            <button type="button" class="chip-remove" aria-label={t.events.removePeriod} onClick={onRemovePeriod}>
              <span aria-hidden="true">×</span>
            </button>
          </li>
        )}
      </ul>
      <Button kind="quiet" onClick={onClear}>
        {t.events.clear}
      </Button>
      {kept.length > 0 && <p class="hint">{t.events.keptOut}</p>}
    </div>
  );
}
