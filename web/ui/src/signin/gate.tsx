import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { call, callSession } from '../api/client';
import { Problem } from '../api/problem';
import { session, type Session } from '../api/session';
import { useAction, useLoad } from '../load';
import { t } from '../texts';
import { Button, ButtonLink, TextField } from '../ui/controls';
import { Brand } from '../ui/icons';
import { Notice, Screen } from '../ui/parts';
import { ProblemNotice } from '../ui/problem';
import { PasskeyEnrolment, RecoveryCodes, TotpEnrolment } from './enrol';
import { FactorForm } from './factor_form';

/** The frame of what is shown before one is in. */
export function Gate({ children }: { children: ComponentChildren }) {
  return (
    <div class="gate">
      <header class="brand">
        <Brand />
        {t.name}
      </header>
      <main>{children}</main>
    </div>
  );
}

interface Provider {
  name: string;
  display_name: string;
  sign_in: string;
}

export function SignIn({ ended }: { ended: boolean }) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const action = useAction();
  const providers = useLoad('providers', (signal) => call<{ providers: Provider[] }>('GET', '/v1/oidc', { signal }));
  const list = providers.data?.providers ?? [];
  return (
    <Gate>
      <Screen title={t.signIn.title} lead={t.tagline}>
        {ended && <Notice>{t.signIn.ended}</Notice>}
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            action.run(async () => {
              try {
                await callSession('POST', '/v1/session', { user, password });
              } catch (error) {
                setPassword('');
                throw error instanceof Problem && error.status === 401 ? new Error(t.signIn.wrong) : error;
              }
            });
          }}
        >
          <TextField label={t.signIn.user} value={user} onValue={setUser} autocomplete="username" autoCapitalize="none" spellcheck={false} required />
          <TextField label={t.signIn.password} type="password" value={password} onValue={setPassword} autocomplete="current-password" required />
          <ProblemNotice error={action.error} />
          <Button kind="main" type="submit" busy={action.busy}>
            {t.signIn.submit}
          </Button>
        </form>
        {list.length > 0 && <div class="rule">{t.signIn.or}</div>}
        {list.map((one) => (
          <ButtonLink key={one.name} href={one.sign_in}>
            {t.signIn.with(one.display_name)}
          </ButtonLink>
        ))}
        <p class="hint">{t.signIn.help}</p>
      </Screen>
    </Gate>
  );
}

/** The page behind an invitation's link: `/invitation#<token>`. */
export function Invitation({ token, done }: { token: string; done: () => void }) {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const action = useAction();
  const differ = again !== '' && again !== password;
  if (token === '')
    return (
      <Gate>
        <Screen title={t.invitation.title}>
          <Notice tone="bad">{t.invitation.incomplete}</Notice>
          <ButtonLink href="/">{t.invitation.toSignIn}</ButtonLink>
        </Screen>
      </Gate>
    );
  return (
    <Gate>
      <Screen title={t.invitation.title} lead={t.invitation.what}>
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            if (password !== again) return setAgain(again || ' ');
            action.run(async () => {
              try {
                await callSession('POST', '/v1/invitations', { token, password });
              } catch (error) {
                throw error instanceof Problem && error.status === 404 ? new Error(t.invitation.gone) : error;
              }
              done();
            });
          }}
        >
          <TextField label={t.invitation.password} hint={t.invitation.rule} type="password" value={password} onValue={setPassword} autocomplete="new-password" minLength={12} required />
          <TextField label={t.invitation.again} type="password" value={again} onValue={setAgain} autocomplete="new-password" required error={differ ? t.invitation.differ : undefined} />
          <ProblemNotice error={action.error} />
          <Button kind="main" type="submit" busy={action.busy}>
            {t.invitation.submit}
          </Button>
        </form>
      </Screen>
    </Gate>
  );
}

/** Who has signed in with the first factor alone shows the second one here, or sets one up. */
export function SecondFactor({ known, showCodes }: { known: Session; showCodes: (codes: string[]) => void }) {
  const factor = known.second_factor;
  const enrol = factor.enrolled.length === 0 || factor.recovered;
  const signOut = useAction();
  return (
    <Gate>
      {enrol ? (
        <Screen title={t.enrol.title} lead={factor.recovered ? t.enrol.recovered : t.enrol.what}>
          <h2>{t.enrol.totp}</h2>
          <TotpEnrolment done={showCodes} />
          <h2>{t.enrol.passkey}</h2>
          <PasskeyEnrolment done={showCodes} />
        </Screen>
      ) : (
        <Screen title={t.factor.title} lead={t.factor.signInWhat}>
          <FactorForm session={known} recovery={factor.recovery_codes_left > 0} done={() => {}} />
        </Screen>
      )}
      <ProblemNotice error={signOut.error} />
      <Button kind="quiet" busy={signOut.busy} onClick={() => signOut.run(endSession)}>
        {t.nav.signOut}
      </Button>
    </Gate>
  );
}

export function FirstRecoveryCodes({ codes, done }: { codes: readonly string[]; done: () => void }) {
  return (
    <Gate>
      <Screen title={t.enrol.codesTitle}>
        <RecoveryCodes codes={codes} done={done} />
      </Screen>
    </Gate>
  );
}

export async function endSession(): Promise<void> {
  await call('DELETE', '/v1/session', { stepUp: false });
  session.set(null);
}

/** Keeps the page from being left with what was not answered: nothing is asked while nobody looks. */
export function useSessionWatch(known: Session | null | undefined): void {
  useEffect(() => {
    if (!known) return undefined;
    const left = new Date(known.ends).getTime() - Date.now();
    const timer = setTimeout(() => {
      call<Session>('GET', '/v1/session').then(
        (answer) => session.set(answer),
        () => undefined,
      );
    }, Math.max(1_000, Math.min(left + 1_000, 2_000_000_000)));
    return () => clearTimeout(timer);
  }, [known]);
}
