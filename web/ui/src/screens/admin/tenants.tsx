import { useState } from 'preact/hooks';
import { addTenant, readTenants, type Tenant } from '../../api/admin';
import { useAction, useLoad } from '../../load';
import { go, hrefOf } from '../../route';
import { useStore } from '../../store';
import { findTenants, tenants as known } from '../../tenants';
import { t } from '../../texts';
import { CardTable } from '../../ui/card_table';
import { Button, ButtonLink, SelectField, TextField } from '../../ui/controls';
import { Card, Empty, Notice } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { numberText, Time } from '../../ui/time';
import type { AdminProps } from '../props';
import { AuthorText, Whole } from './parts';

export function TenantsPart(props: AdminProps) {
  const all = props.session.account.all_tenants;
  if (props.path[0] === 'new' && all) return <NewTenantForm />;
  return <TenantList place={props} />;
}

function TenantList({ place }: { place: AdminProps }) {
  const loaded = useLoad('tenants', readTenants);
  const all = place.session.account.all_tenants;
  const made = place.query.get('made');
  const add = (
    <ButtonLink kind="main" href={hrefOf(['admin', 'tenants', 'new'])}>
      {t.admin.tenantList.add}
    </ButtonLink>
  );
  return (
    <Whole loaded={loaded}>
      {(tenants) => (
        <>
          <p class="lead">{t.admin.tenantList.lead}</p>
          {made && tenants.some((one) => one.tenant === made) && (
            <Notice tone="good">
              {t.admin.tenantList.made(made)}
              <ButtonLink href={hrefOf(['admin', 'sources', 'new'], { tenant: made })}>{t.admin.tenantList.toSource}</ButtonLink>
            </Notice>
          )}
          {tenants.length === 0 ? (
            <Empty title={t.admin.tenantList.none} action={all && add}>
              {t.admin.tenantList.noneWhat}
            </Empty>
          ) : (
            <>
              {all && <div>{add}</div>}
              <TenantTable place={place} tenants={tenants} />
            </>
          )}
        </>
      )}
    </Whole>
  );
}

function TenantTable({ place, tenants }: { place: AdminProps; tenants: readonly Tenant[] }) {
  return (
    <CardTable
      caption={t.admin.tenantList.table}
      rows={tenants}
      keyOf={(one) => one.tenant}
      columns={[
        { head: t.admin.tenantList.tenant, names: true, cell: (one) => <a href={hrefOf(['t', one.tenant, 'overview'])}>{one.tenant}</a> },
        { head: t.admin.region, cell: (one) => <Raw text={one.moved_to ? `${one.region}, ${t.admin.tenantList.movedTo(one.moved_to)}` : one.region} /> },
        { head: t.admin.tenantList.records, number: true, cell: (one) => numberText(one.records) },
        { head: t.admin.tenantList.moves, cell: (one) => <Moves tenant={one} /> },
        { head: t.admin.created, cell: (one) => <Time at={one.created} /> },
        { head: t.admin.addedBy, cell: (one) => (one.added_by ? <AuthorText author={one.added_by} session={place.session} /> : t.common.unknown) },
      ]}
    />
  );
}

function Moves({ tenant }: { tenant: Tenant }) {
  if (!tenant.moves || tenant.moves.length === 0) return <>{t.common.never}</>;
  return (
    <ul class="plain-list">
      {tenant.moves.map((one) => (
        <li key={one.time}>
          {t.admin.tenantList.move(one.from, one.to)} <Time at={one.time} />
        </li>
      ))}
    </ul>
  );
}

function NewTenantForm() {
  const regions = useStore(known)?.regions ?? [];
  const [name, setName] = useState('');
  const [region, setRegion] = useState(regions[0] ?? '');
  const action = useAction();
  const submit = () =>
    action.run(async () => {
      await addTenant(name.trim(), region);
      await findTenants();
      go(hrefOf(['admin', 'tenants'], { made: name.trim() }), 'replace');
    });
  return (
    <Card title={t.admin.tenantList.add}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField label={t.admin.name} hint={t.admin.tenantList.nameHint} value={name} onValue={setName} maxLength={63} pattern="[a-z0-9][a-z0-9\-]*" autocomplete="off" autoCapitalize="none" spellcheck={false} required />
        <SelectField label={t.admin.region} hint={t.admin.tenantList.regionHint} value={region} options={regions.map((value) => ({ value, text: value }))} onValue={setRegion} />
        <ProblemNotice error={action.error} />
        <div class="actions">
          <Button kind="main" type="submit" busy={action.busy}>
            {t.admin.tenantList.submit}
          </Button>
          <ButtonLink href={hrefOf(['admin', 'tenants'])}>{t.common.cancel}</ButtonLink>
        </div>
      </form>
    </Card>
  );
}
