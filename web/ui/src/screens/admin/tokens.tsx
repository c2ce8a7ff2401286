import { readTokens, revokeToken, type Token } from '../../api/admin';
import { useLoad } from '../../load';
import { go, hrefOf } from '../../route';
import { t } from '../../texts';
import { CardTable } from '../../ui/card_table';
import { ConfirmButton } from '../../ui/confirm';
import { ButtonLink, Checkbox } from '../../ui/controls';
import { Badge, Empty, type Tone } from '../../ui/parts';
import { Time } from '../../ui/time';
import type { AdminProps } from '../props';
import { NewTokenForm } from './new_token';
import { TenantsText, Whole } from './parts';

export function TokensPart(props: AdminProps) {
  return props.path[0] === 'new' ? <NewTokenForm place={props} /> : <TokenList place={props} />;
}

function TokenList({ place }: { place: AdminProps }) {
  const loaded = useLoad('tokens', readTokens);
  const all = place.query.get('revoked') === '1';
  const add = (
    <ButtonLink kind="main" href={hrefOf(['admin', 'tokens', 'new'])}>
      {t.admin.tokens.add}
    </ButtonLink>
  );
  return (
    <Whole loaded={loaded}>
      {(tokens) => {
        const shown = tokens.filter((one) => all || one.state !== 'revoked');
        const toggle = <Checkbox label={t.admin.showRevoked} checked={all} onChecked={(on) => go(hrefOf(['admin', 'tokens'], { revoked: on ? 1 : undefined }), 'replace')} />;
        return (
          <>
            <p class="lead">{t.admin.tokens.lead}</p>
            {shown.length > 0 && <div class="actions spread">{add}</div>}
            {tokens.some((one) => one.state === 'revoked') && <div>{toggle}</div>}
            {shown.length === 0 ? (
              <Empty title={t.admin.tokens.none} action={add}>
                {t.admin.tokens.noneWhat}
              </Empty>
            ) : (
              <TokenTable tokens={shown} reload={loaded.reload} />
            )}
          </>
        );
      }}
    </Whole>
  );
}

const TONES: Record<Token['state'], Tone> = { active: 'good', revoked: 'plain', expired: 'plain', worthless: 'bad' };

function TokenTable({ tokens, reload }: { tokens: readonly Token[]; reload: () => void }) {
  const roles: Record<string, string> = { ...t.roles, ...t.admin.invite.roles };
  return (
    <CardTable
      caption={t.admin.tokens.table}
      rows={tokens}
      keyOf={(one) => one.operator}
      columns={[
        {
          head: t.admin.name,
          names: true,
          cell: (one) => (
            <span class="named">
              {one.operator} <Badge tone={TONES[one.state] ?? 'plain'}>{t.admin.tokens.states[one.state] ?? one.state}</Badge>
              {one.state === 'worthless' && <span class="hint">{t.admin.tokens.worthlessWhat}</span>}
            </span>
          ),
        },
        { head: t.admin.users.role, cell: (one) => <span class="whole">{roles[one.role] ?? one.role}</span> },
        { head: t.admin.tenants, cell: (one) => <TenantsText tenants={one.tenants} all={one.all_tenants} /> },
        { head: t.admin.tokens.lastUsed, cell: (one) => (one.last_used ? <Time at={one.last_used} ago /> : t.common.never) },
        { head: t.admin.tokens.expires, cell: (one) => (one.expires ? <Time at={one.expires} /> : <span class="whole">{t.common.never}</span>) },
        { head: t.admin.created, cell: (one) => <Time at={one.created} /> },
        { head: t.common.actions, cell: (one) => (one.revoked ? <Time at={one.revoked} /> : <Revoke token={one} reload={reload} />) },
      ]}
    />
  );
}

function Revoke({ token, reload }: { token: Token; reload: () => void }) {
  return (
    <ConfirmButton
      kind="danger"
      label={t.admin.tokens.revokeOf(token.operator)}
      title={t.admin.tokens.revokeTitle(token.operator)}
      what={t.admin.tokens.revokeWhat(token.operator)}
      yes={t.admin.tokens.revoke}
      run={async () => {
        await revokeToken(token.operator);
        reload();
      }}
    >
      {t.admin.tokens.revoke}
    </ConfirmButton>
  );
}
