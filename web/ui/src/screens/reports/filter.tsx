import { FRAMEWORKS, type Framework, type Kind, type Severity, type State } from '../../api/controls';
import type { Query } from '../../route';
import { t } from '../../texts';
import { Field, SelectField } from '../../ui/controls';
import { clauseText } from './marks';
import { SEVERITIES, SORTS, STATES, type Choice } from './standing';

const KINDS: readonly Kind[] = ['control', 'detection'];
const EVERY = { value: '', text: t.common.all };

/** What is chosen goes into the address at once. */
export function Filter({ choice, clauses, onChange }: { choice: Choice; clauses: readonly string[]; onChange: (members: Query) => void }) {
  const words = t.controls.filter;
  return (
    <search aria-label={words.label}>
      <div class="filters">
        <Field label={words.words}>
          {({ id }) => <input id={id} type="search" value={choice.words} placeholder={words.wordsHint} onInput={(event) => onChange({ q: event.currentTarget.value })} />}
        </Field>
        <SelectField
          label={words.framework}
          value={choice.framework}
          options={FRAMEWORKS.map((value) => ({ value, text: t.controls.frameworks[value] }))}
          onValue={(value) => onChange({ framework: value === 'soc2' ? '' : (value as Framework), clause: '' })}
        />
        <SelectField
          label={words.clause}
          value={choice.clause}
          options={[{ value: '', text: words.allClauses }, ...clauses.map((value) => ({ value, text: clauseText(choice.framework, value) }))]}
          onValue={(value) => onChange({ clause: value })}
        />
        <SelectField label={words.state} value={choice.state} options={[EVERY, ...STATES.map((value: State) => ({ value, text: t.controls.states[value] }))]} onValue={(value) => onChange({ state: value })} />
        <SelectField
          label={words.severity}
          value={choice.severity}
          options={[EVERY, ...SEVERITIES.map((value: Severity) => ({ value, text: t.controls.severities[value] }))]}
          onValue={(value) => onChange({ severity: value })}
        />
        <SelectField label={words.kind} value={choice.kind} options={[EVERY, ...KINDS.map((value) => ({ value, text: t.controls.kinds[value] }))]} onValue={(value) => onChange({ kind: value })} />
        <SelectField label={words.sort} value={choice.sort} options={SORTS.map((value) => ({ value, text: words.sorts[value] }))} onValue={(value) => onChange({ sort: value === 'state' ? '' : value })} />
        <SelectField
          label={words.view}
          value={choice.byClause ? 'clause' : 'list'}
          options={(['list', 'clause'] as const).map((value) => ({ value, text: words.views[value] }))}
          onValue={(value) => onChange({ by: value === 'list' ? '' : value })}
        />
      </div>
    </search>
  );
}
