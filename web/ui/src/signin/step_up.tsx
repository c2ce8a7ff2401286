import { stepUp } from '../api/client';
import { session } from '../api/session';
import { makeStore, useStore } from '../store';
import { t } from '../texts';
import { Dialog } from '../ui/parts';
import { FactorForm } from './factor_form';

type Waiting = { answer: (shown: boolean) => void; promise: Promise<boolean> };

const waiting = makeStore<Waiting | undefined>(undefined);

// Several requests may want one at the same time: they share a dialogue.
stepUp.ask = () => {
  const present = waiting.get();
  if (present) return present.promise;
  let answer: (shown: boolean) => void = () => {};
  const promise = new Promise<boolean>((resolve) => (answer = resolve));
  waiting.set({ answer, promise });
  return promise;
};

/** The dialogue that asks for a second factor when the appliance wants one. Once in the page. */
export function StepUpDialog() {
  const present = useStore(waiting);
  const known = useStore(session);
  if (!present || !known) return null;
  const close = (shown: boolean) => {
    waiting.set(undefined);
    present.answer(shown);
  };
  return (
    <Dialog title={t.factor.stepUpTitle} onClose={() => close(false)}>
      <div class="form">
        <p>{t.factor.stepUpWhat}</p>
        <FactorForm session={known} recovery={false} done={() => close(true)} />
      </div>
    </Dialog>
  );
}
