import { useState } from 'preact/hooks';
import { addDocument, CONFIDENTIALITIES, KINDS, type Confidentiality, type Kind } from '../../api/documents';
import { useAction } from '../../load';
import { go, hrefOf } from '../../route';
import { t } from '../../texts';
import { Button, ButtonLink, Checkbox, SelectField, TextField } from '../../ui/controls';
import { Card } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { daysOf } from './days';
import { documentHref } from './document_list';

const words = t.procurement.newDocument;

export function NewDocumentForm() {
  const [kind, setKind] = useState<Kind>('soc2-type2');
  const [title, setTitle] = useState('');
  const [confidentiality, setConfidentiality] = useState<Confidentiality>('internal');
  const [days, setDays] = useState('30');
  const [nda, setNda] = useState(false);
  const [tried, setTried] = useState(false);
  const action = useAction();
  const remind = daysOf(days);
  const isNda = kind === 'policy' && nda;
  const submit = () => {
    setTried(true);
    if (!remind) return;
    action.run(async () => {
      const made = await addDocument({ kind, title: title.trim(), confidentiality: isNda ? 'public' : confidentiality, remind_days: remind, ...(isNda ? { nda: true } : {}) });
      go(documentHref(made.id), 'replace');
    });
  };
  return (
    <Card title={t.procurement.documents.add}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <SelectField label={t.procurement.documents.heads.kind} value={kind} options={KINDS.map((value) => ({ value, text: t.procurement.documents.kinds[value] }))} onValue={(value) => setKind(value as Kind)} />
        {kind === 'policy' && <Checkbox label={words.nda} hint={words.ndaWhat} checked={nda} onChecked={setNda} />}
        <TextField label={words.title} value={title} onValue={setTitle} maxLength={200} autocomplete="off" required />
        {!isNda && (
          <SelectField
            label={t.procurement.documents.heads.confidentiality}
            hint={words.who[confidentiality]}
            value={confidentiality}
            options={CONFIDENTIALITIES.map((value) => ({ value, text: t.procurement.documents.confidentialities[value] }))}
            onValue={(value) => setConfidentiality(value as Confidentiality)}
          />
        )}
        <TextField label={words.remind} hint={words.remindWhat} error={tried && !remind ? words.remindFault : undefined} value={days} onValue={setDays} autocomplete="off" />
        <ProblemNotice error={action.error} />
        <div class="actions">
          <Button kind="main" type="submit" busy={action.busy}>
            {words.submit}
          </Button>
          <ButtonLink href={hrefOf(['procurement', 'documents'])}>{t.common.cancel}</ButtonLink>
        </div>
      </form>
    </Card>
  );
}
