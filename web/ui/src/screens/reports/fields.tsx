import { useId } from 'preact/hooks';
import { FRAMEWORKS, type Definition, type Framework } from '../../api/controls';
import { FORMATS, OSCAL_VERSIONS, type Format } from '../../api/reports';
import { t } from '../../texts';
import { Button, Checkbox, SelectField } from '../../ui/controls';
import { clauseText } from './marks';
import type { Draft } from './order';
import { clausesOf } from './standing';

export function FrameworkField({ value, onValue }: { value: Framework; onValue: (value: Framework) => void }) {
  return (
    <SelectField
      label={t.makeReport.framework}
      hint={t.makeReport.frameworkHint}
      value={value}
      options={FRAMEWORKS.map((name) => ({ value: name, text: t.controls.frameworks[name] }))}
      onValue={(name) => onValue(name as Framework)}
    />
  );
}

interface CriteriaProps {
  framework: Framework;
  definitions: readonly Definition[];
  chosen: readonly string[];
  onChosen: (chosen: string[]) => void;
}

/** The clauses of a framework that there are controls for. */
export function CriteriaField({ framework, definitions, chosen, onChosen }: CriteriaProps) {
  const clauses = clausesOf(definitions, framework);
  const toggle = (clause: string, on: boolean) => onChosen(clauses.filter((one) => (one === clause ? on : chosen.includes(one))));
  return (
    <fieldset class="choices">
      <legend>{t.makeReport.criteria}</legend>
      <div class="hint">
        {t.makeReport.criteriaHint} <span role="status">{t.makeReport.chosen(chosen.length, clauses.length)}</span>
      </div>
      <div class="criteria-list">
        {clauses.map((clause) => (
          <Checkbox
            key={clause}
            label={
              <>
                {clauseText(framework, clause)} <span class="soft">{t.makeReport.criteriaCount(definitions.filter((one) => one.criteria[framework]?.includes(clause)).length)}</span>
              </>
            }
            checked={chosen.includes(clause)}
            onChecked={(on) => toggle(clause, on)}
          />
        ))}
      </div>
      {chosen.length > 0 && (
        <div>
          <Button onClick={() => onChosen([])}>{t.makeReport.chooseAll}</Button>
        </div>
      )}
    </fieldset>
  );
}

export function FormatField({ draft, onChange }: { draft: Draft; onChange: (next: Partial<Draft>) => void }) {
  const name = useId();
  return (
    <div class="form">
      <fieldset>
        <legend class="unseen">{t.makeReport.format}</legend>
        <div class="formats">
          {FORMATS.map((format: Format) => (
            <div key={format} class="format">
              <input type="radio" id={`${name}-${format}`} name={name} checked={draft.format === format} aria-describedby={`${name}-${format}-hint`} onChange={() => onChange({ format })} />
              <label for={`${name}-${format}`}>{t.makeReport.formats[format]}</label>
              <div class="hint" id={`${name}-${format}-hint`}>
                {t.makeReport.formatsWhat[format]}
              </div>
            </div>
          ))}
        </div>
      </fieldset>
      {draft.format === 'oscal' && (
        <SelectField
          label={t.makeReport.oscalVersion}
          hint={t.makeReport.oscalHint}
          value={draft.oscal}
          options={OSCAL_VERSIONS.map((value) => ({ value, text: value }))}
          onValue={(oscal) => onChange({ oscal })}
        />
      )}
    </div>
  );
}
