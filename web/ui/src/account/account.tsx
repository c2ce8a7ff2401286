import { useState } from 'preact/hooks';
import { call, findSession } from '../api/client';
import type { Passkey, Session } from '../api/session';
import { useAction } from '../load';
import { PasskeyEnrolment, RecoveryCodes, TotpEnrolment } from '../signin/enrol';
import { t } from '../texts';
import { Button, TextField } from '../ui/controls';
import { Badge, Card, Notice, Pairs, Screen } from '../ui/parts';
import { ProblemNotice } from '../ui/problem';
import { Time } from '../ui/time';

/** One's own account: what one may do, second factors, recovery codes, password. */
export function Account({ session }: { session: Session }) {
  const { account } = session;
  const [codes, setCodes] = useState<readonly string[]>([]);
  if (codes.length > 0)
    return (
      <Screen title={t.enrol.codesTitle}>
        <RecoveryCodes codes={codes} done={() => setCodes([])} />
      </Screen>
    );
  return (
    <Screen title={t.account.title}>
      <Card>
        <Pairs
          pairs={[
            [t.signIn.user, account.user],
            [t.account.role, t.roles[account.role]],
            [t.account.tenants, account.all_tenants ? t.account.allTenants : account.tenants.join(', ')],
            ...(account.period ? [[t.common.period, <><Time at={account.period.from} /> – <Time at={account.period.before} /></>] as const] : []),
            ...(account.expires ? [[t.account.expires, <Time at={account.expires} />] as const] : []),
            [t.account.sessionEnds, <Time at={session.ends} ago />],
          ]}
        />
      </Card>
      <div class="columns">
        <Factors session={session} showCodes={setCodes} />
        <Codes session={session} showCodes={setCodes} />
        <Password />
      </div>
    </Screen>
  );
}

function Factors({ session, showCodes }: { session: Session; showCodes: (codes: string[]) => void }) {
  const { enrolled, passkeys } = session.second_factor;
  const [adding, setAdding] = useState<'totp' | 'passkey' | undefined>();
  const action = useAction();
  const take = (path: string) =>
    action.run(async () => {
      await call('DELETE', path);
      await findSession();
    });
  const done = (codes: string[]) => {
    setAdding(undefined);
    if (codes.length > 0) showCodes(codes);
  };
  return (
    <Card title={t.account.factors}>
      <ProblemNotice error={action.error} />
      <h3>{t.enrol.totp}</h3>
      <p>{enrolled.includes('totp') ? t.account.totpOn : t.account.totpOff}</p>
      {adding === 'totp' && <TotpEnrolment done={done} />}
      <div class="actions">
        {adding !== 'totp' && <Button onClick={() => setAdding('totp')}>{enrolled.includes('totp') ? t.account.replaceTotp : t.enrol.begin}</Button>}
        {enrolled.includes('totp') && <Button kind="danger" busy={action.busy} onClick={() => take('/v1/account/totp')}>{t.account.removeTotp}</Button>}
      </div>
      <h3>{t.enrol.passkey}</h3>
      {passkeys.length === 0 ? <p>{t.account.noPasskeys}</p> : <ul class="plain-list form">{passkeys.map((one) => <PasskeyLine key={one.id} passkey={one} remove={() => take(`/v1/account/passkeys/${encodeURIComponent(one.id)}`)} />)}</ul>}
      {adding === 'passkey' ? <PasskeyEnrolment done={done} /> : <div><Button onClick={() => setAdding('passkey')}>{t.account.addPasskey}</Button></div>}
    </Card>
  );
}

function PasskeyLine({ passkey, remove }: { passkey: Passkey; remove: () => void }) {
  return (
    <li>
      <strong>{passkey.name}</strong> {passkey.suspended && <Badge tone="bad">{t.account.passkeySuspended}</Badge>}
      <div class="hint">
        {t.account.enrolled} <Time at={passkey.enrolled} />
        {passkey.last_used && (
          <>
            , {t.account.lastUsed} <Time at={passkey.last_used} />
          </>
        )}
      </div>
      <Button kind="danger" onClick={remove}>
        {t.account.removePasskey(passkey.name)}
      </Button>
    </li>
  );
}

function Codes({ session, showCodes }: { session: Session; showCodes: (codes: string[]) => void }) {
  const action = useAction();
  return (
    <Card title={t.account.codes}>
      <p>{t.account.codesLeft(session.second_factor.recovery_codes_left)}</p>
      <ProblemNotice error={action.error} />
      <div>
        <Button
          busy={action.busy}
          onClick={() =>
            action.run(async () => {
              const made = await call<{ recovery_codes: string[] }>('POST', '/v1/account/recovery-codes');
              await findSession();
              showCodes(made.recovery_codes);
            })
          }
        >
          {t.account.renewCodes}
        </Button>
      </div>
    </Card>
  );
}

function Password() {
  const [present, setPresent] = useState('');
  const [next, setNext] = useState('');
  const [changed, setChanged] = useState(false);
  const action = useAction();
  return (
    <Card title={t.account.password}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          setChanged(false);
          action.run(async () => {
            await call('PUT', '/v1/account/password', { body: { present, new: next } });
            setPresent('');
            setNext('');
            setChanged(true);
          });
        }}
      >
        <TextField label={t.account.present} type="password" value={present} onValue={setPresent} autocomplete="current-password" required />
        <TextField label={t.account.next} type="password" value={next} onValue={setNext} autocomplete="new-password" hint={t.invitation.rule} minLength={12} required />
        <ProblemNotice error={action.error} />
        {changed && <Notice tone="good">{t.account.passwordChanged}</Notice>}
        <div>
          <Button type="submit" busy={action.busy}>
            {t.account.changePassword}
          </Button>
        </div>
      </form>
    </Card>
  );
}
