import { useState } from 'preact/hooks';
import { reviewChange, type PolicyReview, type PolicyVersion } from '../../api/policy';
import { useAction } from '../../load';
import { t } from '../../texts';
import { Button, TextField } from '../../ui/controls';
import { Dialog } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { numberText } from '../../ui/time';

const NOTE_BYTES_MAX = 256;

interface Props {
  tenant: string;
  version: PolicyVersion;
  /** With the review, or with nothing where it was given up. */
  close: (review?: PolicyReview) => void;
}

/** Records that somebody else than its author looked at a change. */
export function ReviewDialog({ tenant, version, close }: Props) {
  const [note, setNote] = useState('');
  const action = useAction();
  const tooLong = new TextEncoder().encode(note.trim()).length > NOTE_BYTES_MAX;
  return (
    <Dialog title={t.policy.reviewDialog(numberText(version.version))} onClose={() => close()}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (tooLong) return;
          action.run(async () => {
            close(await reviewChange(tenant, version.change, note.trim()));
          });
        }}
      >
        <p>{t.policy.reviewDialogWhat}</p>
        <TextField label={t.policy.reviewNote} hint={t.policy.reviewNoteHint} value={note} onValue={setNote} error={tooLong ? t.policy.reviewNoteBytes : undefined} required autoFocus />
        <ProblemNotice error={action.error} />
        <div class="actions">
          <Button kind="main" type="submit" busy={action.busy}>
            {t.policy.reviewIt}
          </Button>
          <Button onClick={() => close()}>{t.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
