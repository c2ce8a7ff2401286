import { useState } from 'preact/hooks';
import type { Facets, ValueCount } from '../../api/records';
import type { Loaded } from '../../load';
import { t } from '../../texts';
import { Button } from '../../ui/controls';
import { Loading } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { numberText } from '../../ui/time';
import { factorLabel, purposeLabel, safeText, typeLabel } from './labels';
import { memberTerm, pathOfName, termsOf } from './query';

/** How they are called in an answer and in a query. */
const FIELDS: readonly (readonly [string, string])[] = [
  ['type', 'type'],
  ['source', 'source'],
  ['factor', 'factor'],
  ['purpose', 'purpose'],
  ['provider', 'provider'],
  ['outcome.reason', 'outcome.reason'],
];
const AT_FIRST = 7;

interface FacetPanelProps {
  facets: Loaded<Facets>;
  query: string;
  /** They are counted after a second factor that the person must ask for. */
  waits: boolean;
  onCount: () => void;
  onAdd: (name: string, value: string) => void;
  onExclude: (name: string, value: string) => void;
  onDrop: (at: number) => void;
}

/** The values that the found events have, with how many there are; each narrows the search. */
export function FacetPanel({ facets, query, waits, onCount, onAdd, onExclude, onDrop }: FacetPanelProps) {
  const { data } = facets;
  if (waits)
    return (
      <div class="facets">
        <p class="hint">{t.events.facetsFactor}</p>
        <Button onClick={onCount}>{t.events.facetsCount}</Button>
      </div>
    );
  if (!data) return <div class="facets">{facets.error === undefined ? <Loading /> : <ProblemNotice error={facets.error} retry={facets.reload} />}</div>;
  const shown = FIELDS.filter(([field]) => (data.fields[field]?.length ?? 0) > 0);
  return (
    <div class="facets">
      <p class="hint">{data.exact ? t.events.facetsExact(numberText(data.total)) : t.events.facetsAbout(numberText(data.total), numberText(data.counted))}</p>
      {shown.length === 0 && <p class="hint">{t.events.facetsNone}</p>}
      {shown.map(([field, name]) => (
        <FacetField key={field} field={field} name={name} values={data.fields[field] ?? []} query={query} onAdd={onAdd} onExclude={onExclude} onDrop={onDrop} />
      ))}
    </div>
  );
}

type FieldProps = Pick<FacetPanelProps, 'query' | 'onAdd' | 'onExclude' | 'onDrop'> & { field: string; name: string; values: readonly ValueCount[] };

function FacetField({ field, name, values, query, onAdd, onExclude, onDrop }: FieldProps) {
  const [all, setAll] = useState(false);
  const most = Math.max(1, ...values.map((one) => one.events));
  const terms = termsOf(query);
  const path = pathOfName(name);
  return (
    <section class="facet">
      <h2>{t.events.facetNames[field] ?? field}</h2>
      <ul>
        {values.slice(0, all ? values.length : AT_FIRST).map((one) => {
          const at = terms.findIndex((term) => term.path === path && !term.excluded && term.value === one.value);
          return (
            <FacetValue
              key={one.value}
              field={field}
              one={one}
              most={most}
              chosen={at >= 0}
              possible={memberTerm(name, one.value) !== undefined}
              onPick={() => (at >= 0 ? onDrop(at) : onAdd(name, one.value))}
              onExclude={() => onExclude(name, one.value)}
            />
          );
        })}
      </ul>
      {values.length > AT_FIRST && (
        <Button kind="quiet" expanded={all} onClick={() => setAll(!all)}>
          {all ? t.events.facetLess : t.events.facetMore(values.length - AT_FIRST)}
        </Button>
      )}
    </section>
  );
}

function labelOf(field: string, value: string): string {
  if (field === 'type') return typeLabel(value);
  if (field === 'factor') return factorLabel(value);
  return field === 'purpose' ? purposeLabel(value) : value;
}

interface ValueProps {
  field: string;
  one: ValueCount;
  most: number;
  chosen: boolean;
  /** Whether a query can name the value. */
  possible: boolean;
  onPick: () => void;
  onExclude: () => void;
}

function FacetValue({ field, one, most, chosen, possible, onPick, onExclude }: ValueProps) {
  const label = labelOf(field, one.value);
  const safe = safeText(label);
  return (
    <li class={chosen ? 'facet-value chosen' : 'facet-value'}>
      <button type="button" class="facet-pick" disabled={!possible} aria-pressed={chosen} aria-label={chosen ? t.events.facetDrop(safe) : t.events.facetAdd(safe, numberText(one.events))} title={safeText(one.value)} onClick={onPick}>
        <span class="facet-name">
          <Raw text={label} most={60} inline />
        </span>
        <span class="facet-count">{numberText(one.events)}</span>
        <svg class="facet-share" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true">
          <rect width={Math.max(1, (one.events / most) * 100)} height="2" />
        </svg>
      </button>
      {possible && !chosen && (
        <button type="button" class="facet-exclude" aria-label={t.events.facetExclude(safe)} title={t.events.facetExclude(safe)} onClick={onExclude}>
          <span aria-hidden="true">−</span>
        </button>
      )}
    </li>
  );
}
