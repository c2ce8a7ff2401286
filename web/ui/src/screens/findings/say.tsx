import { useState } from 'preact/hooks';
import { say, type About, type Finding, type Step } from '../../api/findings';
import { Problem } from '../../api/problem';
import { useAction } from '../../load';
import { t } from '../../texts';
import { Button, TextArea } from '../../ui/controls';
import { Dialog, Notice } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { numberText } from '../../ui/time';
import type { TenantProps } from '../props';

const CHARACTERS_MAX: Record<Step, number> = { acknowledge: 256, answer: 1_024, resolve: 256 };

interface SayProps {
  here: Pick<TenantProps, 'tenant' | 'region'>;
  finding: string;
  step: Step;
  /** For an exception that was not opened as a finding yet. */
  about?: About | undefined;
  /** What resolving does beside. */
  acknowledges?: boolean;
  title?: string;
  done: (finding: Finding) => void;
  /** Somebody else was first. */
  conflict: () => void;
  close: () => void;
}

/** A dialogue in which somebody says something of a finding. */
export function SayDialog({ here, finding, step, about, acknowledges = false, title, done, conflict, close }: SayProps) {
  const words = t.findings.dialogs[step];
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const action = useAction();
  const most = CHARACTERS_MAX[step];
  const left = most - [...text.trim()].length;
  const fault = left < 0 ? t.findings.tooLong(numberText(-left), numberText(most)) : tried && step !== 'acknowledge' && text.trim() === '' ? t.findings.empty : undefined;
  const submit = () =>
    action.run(async () => {
      try {
        done(await say(here.tenant, here.region, finding, step, text.trim(), about));
      } catch (problem) {
        if (!(problem instanceof Problem) || problem.status !== 409) throw problem;
        conflict();
      }
    });
  return (
    <Dialog title={title ?? words.title} onClose={close}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (left >= 0 && (step === 'acknowledge' || text.trim() !== '')) submit();
        }}
      >
        <p>{words.what}</p>
        {acknowledges && <p>{t.findings.resolveAcknowledges}</p>}
        <TextArea
          label={words.field}
          value={text}
          rows={step === 'answer' ? 5 : 3}
          // A record takes one line.
          onValue={(value) => setText(value.replace(/[\r\n\t]+/g, ' '))}
          hint={
            <>
              {words.hint} <span class="count">{t.findings.left(numberText(Math.max(0, left)), numberText(most))}</span>
            </>
          }
          error={fault}
        />
        <Notice tone="warn">{t.findings.forGood}</Notice>
        <ProblemNotice error={action.error} />
        <div class="actions">
          <Button kind="main" type="submit" busy={action.busy}>
            {words.submit}
          </Button>
          <Button onClick={close}>{t.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
