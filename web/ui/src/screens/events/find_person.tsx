import { useState } from 'preact/hooks';
import { t } from '../../texts';
import { Button, SelectField, TextField } from '../../ui/controls';
import { Dialog } from '../../ui/parts';
import { memberTerm } from './query';

/** Asks for an exact personal value, and says what that means before it is looked for. */
export function FindPerson({ onClose, onFind }: { onClose: () => void; onFind: (term: string) => void }) {
  const [member, setMember] = useState('actor.email');
  const [value, setValue] = useState('');
  const [error, setError] = useState<string | undefined>();
  return (
    <Dialog title={t.events.find} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          const term = memberTerm(member, value.trim());
          if (term) onFind(term);
          else setError(t.events.findQuote);
        }}
      >
        <p>{t.events.findWhat}</p>
        <SelectField label={t.events.findKind} value={member} options={t.events.findKinds.map(([one, text]) => ({ value: one, text }))} onValue={setMember} />
        <TextField label={t.events.findValue} value={value} onValue={setValue} hint={t.events.findValueHint} error={error} required maxLength={320} autocomplete="off" spellcheck={false} autocapitalize="off" />
        <p class="hint">{t.events.findRecorded}</p>
        <div class="actions">
          <Button type="submit" kind="main">
            {t.events.findSubmit}
          </Button>
          <Button onClick={onClose}>{t.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
