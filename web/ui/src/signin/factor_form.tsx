import { useState } from 'preact/hooks';
import { canUsePasskeys, showPasskey, showTotp, useRecoveryCode } from '../api/factors';
import { Problem } from '../api/problem';
import type { Factor, Session } from '../api/session';
import { useAction } from '../load';
import { t } from '../texts';
import { Button, TextField } from '../ui/controls';
import { Notice } from '../ui/parts';
import { ProblemNotice } from '../ui/problem';

type Way = Factor | 'recovery';

/** Shows a second factor that is enrolled; `done` once it was good. Where `recovery` is set a recovery code is taken, too. */
export function FactorForm({ session, recovery, done }: { session: Session; recovery: boolean; done: () => void }) {
  const { enrolled, locked } = session.second_factor;
  const passkey = enrolled.includes('passkey') && canUsePasskeys;
  const totp = enrolled.includes('totp');
  const [way, setWay] = useState<Way>(passkey ? 'passkey' : 'totp');
  const [code, setCode] = useState('');
  const action = useAction();
  const change = (next: Way) => {
    setCode('');
    action.clear();
    setWay(next);
  };
  if (locked) return <Notice tone="bad">{t.factor.locked}</Notice>;
  if (!passkey && !totp && way !== 'recovery' && !recovery) return <Notice tone="bad">{t.factor.noPasskeys}</Notice>;
  const show = () =>
    action.run(async () => {
      try {
        if (way === 'passkey') await showPasskey();
        else if (way === 'totp') await showTotp(code.replaceAll(/\s/g, ''));
        else await useRecoveryCode(code);
      } catch (error) {
        setCode('');
        throw error;
      }
      done();
    });
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        show();
      }}
    >
      {way === 'totp' && (
        <TextField
          label={t.factor.code}
          hint={t.factor.codeWhat}
          value={code}
          onValue={setCode}
          inputMode="numeric"
          autocomplete="one-time-code"
          maxLength={7}
          required
          autoFocus
        />
      )}
      {way === 'recovery' && <TextField label={t.factor.recovery} hint={t.factor.recoveryWhat} value={code} onValue={setCode} autocomplete="off" spellcheck={false} required autoFocus />}
      <FactorProblem error={action.error} way={way} />
      <Button kind="main" type="submit" busy={action.busy}>
        {way === 'passkey' ? (action.busy ? t.factor.waiting : t.factor.usePasskey) : t.factor.submit}
      </Button>
      <div class="actions">
        {way !== 'passkey' && passkey && <Button kind="quiet" onClick={() => change('passkey')}>{t.factor.usePasskey}</Button>}
        {way !== 'totp' && totp && <Button kind="quiet" onClick={() => change('totp')}>{t.factor.useCode}</Button>}
        {way !== 'recovery' && recovery && <Button kind="quiet" onClick={() => change('recovery')}>{t.factor.useRecovery}</Button>}
      </div>
    </form>
  );
}

function FactorProblem({ error, way }: { error: unknown; way: Way }) {
  if (error === undefined) return null;
  const own = ownSentence(error, way);
  return own ? <Notice tone="bad">{own}</Notice> : <ProblemNotice error={error} />;
}

function ownSentence(error: unknown, way: Way): string | undefined {
  if (error instanceof DOMException) return t.factor.passkeyFailed;
  if (!(error instanceof Problem)) return undefined;
  if (error.status === 423) return t.factor.locked;
  if (error.status === 404) return t.factor.expired;
  if (error.status !== 403) return undefined;
  return way === 'recovery' ? t.factor.wrongRecovery : way === 'totp' ? t.factor.wrong : undefined;
}
