import { FRAMEWORKS, type Framework } from '../../api/controls';
import { t } from '../../texts';
import { Checkbox, Choices, SelectField } from '../../ui/controls';
import { Card } from '../../ui/parts';
import type { PartProps } from './order_page';
import { Radios } from './radio';

export function ReportCard({ draft, change, faults, clauses, takes }: PartProps & { clauses: Partial<Record<Framework, string[]>>; takes: boolean }) {
  if (!takes)
    return (
      <Card title={t.evidence.form.reportTitle}>
        <p class="hint">{draft.terms ? t.evidence.form.reportNotFiltered : t.evidence.form.reportNotNone}</p>
      </Card>
    );
  const frameworks = FRAMEWORKS.filter((one) => clauses[one] !== undefined);
  return (
    <Card title={t.evidence.form.reportTitle}>
      <Checkbox label={t.evidence.form.reportWith} hint={t.evidence.form.reportWhat} checked={draft.report} onChecked={(report) => change({ report })} />
      {draft.report && (
        <>
          <SelectField
            label={t.evidence.form.framework}
            value={draft.framework}
            options={frameworks.map((value) => ({ value, text: t.evidence.form.frameworks[value] }))}
            onValue={(framework) => change({ framework: framework as Framework, clauses: undefined })}
          />
          <Radios
            legend={t.evidence.form.clauses}
            options={[
              { value: 'all', text: t.evidence.form.clausesAll },
              { value: 'some', text: t.evidence.form.clausesSome },
            ]}
            value={draft.clauses ? 'some' : 'all'}
            onValue={(value) => change({ clauses: value === 'all' ? undefined : [] })}
          />
          {draft.clauses && (
            <div class="clauses">
              <Choices
                label={t.evidence.form.clauses}
                options={(clauses[draft.framework] ?? []).map((value) => ({ value, text: value }))}
                chosen={draft.clauses}
                onChosen={(chosen) => change({ clauses: chosen })}
              />
              {faults.includes('clausesNone') && <p class="error" role="alert">{t.evidence.form.clausesNone}</p>}
            </div>
          )}
        </>
      )}
    </Card>
  );
}
