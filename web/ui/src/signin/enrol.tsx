import { useState } from 'preact/hooks';
import { beginTotp, canUsePasskeys, confirmTotp, enrolPasskey } from '../api/factors';
import { useAction } from '../load';
import { t } from '../texts';
import { Button, CopyButton, TextField } from '../ui/controls';
import { Notice } from '../ui/parts';
import { ProblemNotice } from '../ui/problem';

type Codes = (recoveryCodes: string[]) => void;

/** Sets an authenticator app up; `done` is given the recovery codes, which may be none. */
export function TotpEnrolment({ done, begin = t.enrol.begin }: { done: Codes; begin?: string }) {
  const [begun, setBegun] = useState<{ secret: string; qr_svg: string } | undefined>();
  const [code, setCode] = useState('');
  const action = useAction();
  if (!begun)
    return (
      <div class="form">
        <ProblemNotice error={action.error} />
        <Button busy={action.busy} onClick={() => action.run(async () => setBegun(await beginTotp()))}>
          {begin}
        </Button>
      </div>
    );
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        action.run(async () => done((await confirmTotp(code.replaceAll(/\s/g, ''))).recovery_codes));
      }}
    >
      <p>{t.enrol.totpWhat}</p>
      <img class="qr" alt={t.enrol.qr} src={`data:image/svg+xml;base64,${btoa(begun.qr_svg)}`} />
      <div class="field">
        <span>{t.enrol.secret}</span>
        <div class="actions">
          <code>{begun.secret}</code>
          <CopyButton text={begun.secret} />
        </div>
      </div>
      <TextField label={t.factor.code} value={code} onValue={setCode} inputMode="numeric" autocomplete="one-time-code" maxLength={7} required />
      <ProblemNotice error={action.error} />
      <Button kind="main" type="submit" busy={action.busy}>
        {t.enrol.confirm}
      </Button>
    </form>
  );
}

export function PasskeyEnrolment({ done, begin = t.enrol.beginPasskey }: { done: Codes; begin?: string }) {
  const [name, setName] = useState(t.enrol.passkeyNameDefault);
  const action = useAction();
  if (!canUsePasskeys) return <Notice>{t.factor.noPasskeys}</Notice>;
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        action.run(async () => {
          try {
            done((await enrolPasskey(name)).recovery_codes);
          } catch (error) {
            throw error instanceof DOMException ? new Error(t.factor.passkeyFailed) : error;
          }
        });
      }}
    >
      <p>{t.enrol.passkeyWhat}</p>
      <TextField label={t.enrol.passkeyName} value={name} onValue={setName} maxLength={64} required />
      <ProblemNotice error={action.error} />
      <Button type="submit" busy={action.busy}>
        {action.busy ? t.factor.waiting : begin}
      </Button>
    </form>
  );
}

/** Recovery codes, which are shown this once. */
export function RecoveryCodes({ codes, done }: { codes: readonly string[]; done: () => void }) {
  return (
    <div class="form">
      <p>{t.enrol.codesWhat}</p>
      <ul class="codes" aria-label={t.enrol.codesTitle}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div class="actions">
        <CopyButton text={codes.join('\n')} />
        <Button kind="main" onClick={done}>
          {t.enrol.codesKept}
        </Button>
      </div>
    </div>
  );
}
