import { useState } from 'preact/hooks';
import { addToken } from '../../api/admin';
import { ROLES } from '../../api/session';
import { useAction } from '../../load';
import { go, hrefOf } from '../../route';
import { t } from '../../texts';
import { Button, ButtonLink, TextField } from '../../ui/controls';
import { Card } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import type { AdminProps } from '../props';
import { RightsFields, useRights } from './rights';
import { showOnce } from './shown_once';

const PROVISIONER = 'provisioner';
const TOKEN_ROLES: readonly string[] = ['application', ...ROLES, PROVISIONER, 'mirror'];

export function NewTokenForm({ place }: { place: AdminProps }) {
  const [name, setName] = useState('');
  const rights = useRights(place.query, TOKEN_ROLES, 'application');
  const action = useAction();
  const submit = () => {
    if (!rights.ready()) return;
    action.run(async () => {
      const made = await addToken({ operator: name.trim(), ...rights.rights() });
      showOnce({
        title: t.admin.tokens.made(made.operator),
        what: '',
        label: t.admin.tokens.token,
        secret: made.token,
        ...(made.role === PROVISIONER ? { others: [{ label: t.admin.tokens.scimAddress, text: `${location.origin}/scim/v2` }] } : {}),
      });
      go(hrefOf(['admin', 'tokens']), 'replace');
    });
  };
  return (
    <Card title={t.admin.tokens.newTitle}>
      <p class="hint">{t.admin.tokens.newLead}</p>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField label={t.admin.name} hint={t.admin.nameHint} value={name} onValue={setName} maxLength={63} pattern="[a-z0-9][a-z0-9._\-]*" autocomplete="off" autoCapitalize="none" spellcheck={false} required />
        <RightsFields legend={t.admin.tokens.role} what={t.admin.tokens.roleWhat} {...rights.fields} mayAll />
        <ProblemNotice error={action.error} />
        <div class="actions">
          <Button kind="main" type="submit" busy={action.busy}>
            {t.admin.tokens.submit}
          </Button>
          <ButtonLink href={hrefOf(['admin', 'tokens'])}>{t.common.cancel}</ButtonLink>
        </div>
      </form>
    </Card>
  );
}
