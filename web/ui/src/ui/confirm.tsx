import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useAction } from '../load';
import { t } from '../texts';
import { Button } from './controls';
import { Dialog } from './parts';
import { ProblemNotice } from './problem';

interface ConfirmProps {
  children: ComponentChildren;
  /** For who does not see what the button stands beside. */
  label?: string;
  kind?: 'plain' | 'danger' | 'quiet';
  title: string;
  what: ComponentChildren;
  yes: string;
  /** The dialogue stays until it is done, and says what went wrong. */
  run: () => Promise<void>;
}

/** A button that first says what it will do. */
export function ConfirmButton({ children, label, kind = 'plain', title, what, yes, run }: ConfirmProps) {
  const [open, setOpen] = useState(false);
  const action = useAction();
  const close = () => {
    if (action.busy) return;
    action.clear();
    setOpen(false);
  };
  const confirm = () =>
    action.run(async () => {
      await run();
      setOpen(false);
    });
  return (
    <>
      <Button kind={kind} {...(label === undefined ? {} : { label })} onClick={() => setOpen(true)}>
        {children}
      </Button>
      {open && (
        <Dialog title={title} onClose={close}>
          <div class="form">
            <p>{what}</p>
            <ProblemNotice error={action.error} />
            <div class="actions">
              <Button kind={kind === 'danger' ? 'danger' : 'main'} busy={action.busy} onClick={confirm}>
                {yes}
              </Button>
              <Button onClick={close}>{t.common.cancel}</Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}
