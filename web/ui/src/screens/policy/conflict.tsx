import { t } from '../../texts';
import { Button } from '../../ui/controls';
import { focusHeading } from '../../ui/focus';
import { Card } from '../../ui/parts';
import { ChangeTable, changeList } from './changes';
import type { Editing } from './draft';
import { changesBetween, type Settings } from './settings';
import type { Parameters } from './words';

/** The buttons go with the conflict. */
function after(work: () => void): void {
  work();
  focusHeading();
}

/** Says that the policy has changed under a draft, and what; nothing is lost, and nothing is saved until somebody says how to go on. */
export function Conflict({ editing, inForce, parameters }: { editing: Editing; inForce: Settings; parameters: Parameters }) {
  const draft = editing.draft;
  if (!draft) return null;
  const theirs = changeList(draft.base, changesBetween(draft.base, inForce));
  return (
    <div class="conflict" role="alert">
      <Card
        title={t.policy.conflict}
        actions={
          <>
            <Button kind="main" onClick={() => after(editing.rebase)}>
              {t.policy.conflictKeep}
            </Button>
            <Button kind="danger" onClick={() => after(editing.discard)}>
              {t.policy.conflictDrop}
            </Button>
          </>
        }
      >
        <p>{t.policy.conflictWhat}</p>
        <ChangeTable caption={t.policy.conflict} changes={theirs} parameters={parameters} alsoMine={draft.changes} heads={[t.policy.conflictBegan, t.policy.conflictNow]} />
      </Card>
    </div>
  );
}
