import { useState } from 'preact/hooks';
import { exportQuestionnaire, type Questionnaire } from '../../api/questionnaires';
import { useAction } from '../../load';
import { t } from '../../texts';
import { Button, ButtonLink } from '../../ui/controls';
import { saveBlob } from '../../ui/download';
import { Card, Notice } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { numberText } from '../../ui/time';
import { ExportBundle } from './export_bundle';
import { questionnaireHref } from './places';

/** Gives the file back with what was approved, and says why it does not. */
export function Export({ entry }: { entry: Questionnaire }) {
  const action = useAction();
  const [done, setDone] = useState<readonly number[] | undefined>(undefined);
  const words = t.procurement.exporting;
  const run = () =>
    action.run(async () => {
      setDone(undefined);
      const { file, leftOut } = await exportQuestionnaire(entry.id);
      saveBlob(entry.file_name, file);
      setDone(leftOut);
    });
  return (
    <Card title={words.title}>
      <p class="soft">{words.what}</p>
      {entry.stale > 0 && (
        <Notice tone="warn">
          {words.stale(entry.stale, numberText(entry.stale))}
          <ButtonLink href={questionnaireHref(entry.id, { state: 'stale' })}>{words.toStale}</ButtonLink>
        </Notice>
      )}
      <ProblemNotice error={action.error} />
      {done && done.length === 0 && <Notice tone="good">{words.done}</Notice>}
      {done && done.length > 0 && (
        <Notice tone="warn">
          {words.leftOut(done.join(', '))}
          {done.length >= 100 && ` ${words.andMore}`}
        </Notice>
      )}
      <div class="actions">
        <Button kind="main" busy={action.busy} disabled={entry.approved === 0 || entry.stale > 0} onClick={run}>
          {words.submit}
        </Button>
        <span class="soft">{entry.approved === 0 ? words.nothing : words.open(entry.questions - entry.approved, numberText(entry.questions - entry.approved))}</span>
      </div>
      <ExportBundle entry={entry} />
    </Card>
  );
}
