import { t } from '../../texts';
import { Button, SelectField, TextField } from '../../ui/controls';
import { Card } from '../../ui/parts';
import { FIELDS, type Term } from './draft';
import type { PartProps } from './order_page';
import { Radios } from './radio';
import { EVENT_TYPES, FACTORS, PROOFS, PURPOSES } from './words';

const CHOICES = new Map<string, readonly string[]>(Object.entries({
  type: EVENT_TYPES,
  'challenge.factor': FACTORS,
  'challenge.purpose': PURPOSES,
  proof: PROOFS,
}));

/** Fields of an address may be any words. */
const nameOf = (field: string) => (Object.hasOwn(t.evidence.form.fields, field) ? t.evidence.form.fields[field] : undefined) ?? field;

/** Which records are shown, and what the others cost. */
export function TermsCard({ draft, change, faults, system }: PartProps & { system: boolean }) {
  const { terms } = draft;
  const put = (next: Term[]) => change({ terms: next });
  return (
    <Card title={t.evidence.form.whatTitle}>
      <Radios
        legend={t.evidence.form.whatTitle}
        options={[
          { value: 'all', text: t.evidence.form.whatAll, hint: t.evidence.form.whatAllWhat },
          { value: 'some', text: t.evidence.form.whatSome, hint: t.evidence.form.whatSomeWhat },
        ]}
        value={terms ? 'some' : 'all'}
        onValue={(value) => change({ terms: value === 'all' ? undefined : [{ field: 'type', value: '' }] })}
      />
      {terms && (
        <div class="terms">
          <p class="hint">{t.evidence.form.termsWhat}</p>
          {terms.map((term, at) => (
            <TermRow
              key={at}
              number={at + 1}
              term={term}
              system={system}
              error={faults.includes('badTerm') && term.value === '' ? t.evidence.form.badTerm : undefined}
              onTerm={(next) => put(terms.map((old, place) => (place === at ? next : old)))}
              remove={terms.length > 1 ? () => put(terms.filter((_, place) => place !== at)) : undefined}
            />
          ))}
          <div>
            <Button onClick={() => put([...terms, { field: terms[terms.length - 1]?.field ?? 'type', value: '' }])}>{t.evidence.form.addTerm}</Button>
          </div>
        </div>
      )}
    </Card>
  );
}

interface RowProps {
  number: number;
  term: Term;
  system: boolean;
  error: string | undefined;
  onTerm: (term: Term) => void;
  remove: (() => void) | undefined;
}

function TermRow({ number, term, system, error, onTerm, remove }: RowProps) {
  const fields = FIELDS.some((one) => one === term.field) ? FIELDS : [...FIELDS, term.field];
  const choices = system && term.field === 'type' ? undefined : CHOICES.get(term.field);
  const known = choices && (term.value === '' || choices.includes(term.value)) ? choices : undefined;
  return (
    <fieldset class="term">
      <legend class="unseen">{t.evidence.form.term(number)}</legend>
      <SelectField
        label={t.evidence.form.field}
        value={term.field}
        options={fields.map((field) => ({ value: field, text: nameOf(field) }))}
        onValue={(field) => onTerm({ field, value: '' })}
      />
      {known ? (
        <SelectField
          label={t.evidence.form.value}
          value={term.value}
          options={[{ value: '', text: '–' }, ...known.map((value) => ({ value, text: value }))]}
          error={error}
          onValue={(value) => onTerm({ ...term, value })}
        />
      ) : (
        <TextField label={t.evidence.form.value} value={term.value} error={error} spellcheck={false} autocomplete="off" maxLength={256} onValue={(value) => onTerm({ ...term, value: value.replaceAll('\n', ' ') })} />
      )}
      {remove && (
        <Button kind="quiet" label={t.evidence.form.removeTerm(number)} onClick={remove}>
          <span aria-hidden="true">×</span>
        </Button>
      )}
    </fieldset>
  );
}
