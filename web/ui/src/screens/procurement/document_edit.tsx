import { useState } from 'preact/hooks';
import { changeDocument, CONFIDENTIALITIES, type Confidentiality, type Document } from '../../api/documents';
import type { Session } from '../../api/session';
import { useAction } from '../../load';
import { t } from '../../texts';
import { Button, SelectField, TextField } from '../../ui/controls';
import { Dialog } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { changeOf, type Edited } from './document_change';
import { daysOf } from './days';

const words = t.procurement.editDocument;

/** What of a document may change: never its kind, and nothing of a version. */
export function EditDialog({ document, session, close, done }: { document: Document; session: Session; close: () => void; done: () => void }) {
  const [edited, setEdited] = useState<Edited>({
    title: document.title,
    owner: document.owner ?? '',
    confidentiality: document.confidentiality,
    days: (document.remind_days ?? []).join(', '),
  });
  const [tried, setTried] = useState(false);
  const action = useAction();
  const set = (part: Partial<Edited>) => setEdited({ ...edited, ...part });
  const shut = () => {
    if (!action.busy) close();
  };
  const submit = () => {
    setTried(true);
    const change = changeOf(document, edited);
    if (!change || !edited.title.trim() || !edited.owner.trim()) return;
    if (Object.keys(change).length === 0) return close();
    action.run(async () => {
      await changeDocument(document.id, change);
      done();
    });
  };
  const missing = (text: string) => (tried && !text.trim() ? words.needed : undefined);
  return (
    <Dialog title={words.title} onClose={shut}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField label={t.procurement.newDocument.title} value={edited.title} error={missing(edited.title)} onValue={(title) => set({ title })} maxLength={200} autocomplete="off" />
        <TextField label={t.procurement.documents.owner} hint={words.ownerWhat} value={edited.owner} error={missing(edited.owner)} onValue={(owner) => set({ owner })} maxLength={128} autocomplete="off" spellcheck={false} />
        {edited.owner !== session.account.id && (
          <div>
            <Button onClick={() => set({ owner: session.account.id })}>{words.ownerMe}</Button>
          </div>
        )}
        {!document.nda && (
          <SelectField
            label={t.procurement.documents.heads.confidentiality}
            hint={t.procurement.newDocument.who[edited.confidentiality]}
            value={edited.confidentiality}
            options={CONFIDENTIALITIES.map((value) => ({ value, text: t.procurement.documents.confidentialities[value] }))}
            onValue={(value) => set({ confidentiality: value as Confidentiality })}
          />
        )}
        <TextField
          label={t.procurement.newDocument.remind}
          hint={t.procurement.newDocument.remindWhat}
          error={tried && !daysOf(edited.days) ? t.procurement.newDocument.remindFault : undefined}
          value={edited.days}
          onValue={(days) => set({ days })}
          autocomplete="off"
        />
        <ProblemNotice error={action.error} />
        <div class="actions">
          <Button kind="main" type="submit" busy={action.busy}>
            {t.common.save}
          </Button>
          <Button onClick={shut}>{t.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
