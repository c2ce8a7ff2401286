import { useState } from 'preact/hooks';
import { findFacts } from '../../api/answers';
import { VALUES, type Question, type Value, type Wish } from '../../api/questionnaires';
import { useAction, useLoad } from '../../load';
import { t } from '../../texts';
import { Button, SelectField, TextArea } from '../../ui/controls';
import { Dialog } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { CitePicker } from './cite_picker';

/** The most that the appliance takes. */
const CITES_MAX = 50;

const words = t.procurement.ownWords;

/** An answer in one's own words; she may say what shows it. */
export function OwnWordsDialog({ question, tenant, approve, close }: { question: Question; tenant: string; approve: (wish: Wish) => Promise<void>; close: () => void }) {
  const before = question.approved;
  const [value, setValue] = useState<Value>(before?.value ?? 'yes');
  const [text, setText] = useState(before?.text ?? '');
  const [cites, setCites] = useState<readonly string[]>(before?.cites ?? []);
  const facts = useLoad(`facts/${tenant}`, (signal) => findFacts(tenant, signal));
  const action = useAction();
  const shut = () => {
    if (!action.busy) close();
  };
  const submit = () =>
    action.run(async () => {
      await approve({ number: question.number, value, text, cites: [...cites] });
      close();
    });
  return (
    <Dialog title={words.title(question.number)} onClose={shut}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p class="question-text">
          <Raw text={question.text} lines most={400} />
        </p>
        <SelectField label={words.value} value={value} options={VALUES.map((one) => ({ value: one, text: t.procurement.values[one] }))} onValue={(one) => setValue(one as Value)} />
        <TextArea label={words.text} hint={words.textWhat} value={text} onValue={setText} rows={5} />
        <CitePicker label={words.cite} hint={words.citeWhat} facts={facts.data} cites={cites} most={CITES_MAX} onCites={setCites} />
        <ProblemNotice error={facts.error} retry={facts.reload} />
        <ProblemNotice error={action.error} />
        <div class="actions">
          <Button kind="main" type="submit" busy={action.busy}>
            {words.submit}
          </Button>
          <Button onClick={shut}>{t.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
