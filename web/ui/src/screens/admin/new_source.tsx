import { useState } from 'preact/hooks';
import { addSource, type AdapterKind, type SourceKinds } from '../../api/admin';
import { useAction } from '../../load';
import { go, hrefOf } from '../../route';
import { useStore } from '../../store';
import { tenants } from '../../tenants';
import { t } from '../../texts';
import { Button, ButtonLink, Checkbox, Field, SelectField, TextArea, TextField } from '../../ui/controls';
import { Card, Empty } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import type { AdminProps } from '../props';
import { NATIVE, waysOf, type Way } from './kinds';
import { emptyDraft, wishOf, type Draft } from './new_source_draft';
import { PullFields } from './pull_fields';
import { Radios } from './radios';
import { showOnce } from './shown_once';
import { TenantChecks } from './tenant_checks';

interface Props {
  place: AdminProps;
  kinds: SourceKinds;
}

/** A form that asks what the kind that stands in the address needs. */
export function NewSourceForm({ place, kinds }: Props) {
  const known = useStore(tenants)?.tenants.map((one) => one.tenant) ?? [];
  const adapter = kinds.adapters.find((one) => one.adapter === place.query.get('kind')) ?? kinds.adapters.find((one) => one.adapter === NATIVE);
  if (!adapter) return null;
  if (known.length === 0)
    return (
      <Empty title={t.admin.newSource.noTenants} action={<ButtonLink kind="main" href={hrefOf(['admin', 'tenants', 'new'])}>{t.admin.tenantList.add}</ButtonLink>}>
        {t.admin.newSource.noTenantsWhat}
      </Empty>
    );
  return (
    <>
      <div>
        <ButtonLink href={hrefOf(['admin', 'sources'])}>{t.admin.sources.back}</ButtonLink>
      </div>
      <Card title={t.admin.newSource.title}>
        <p class="hint">{t.admin.newSource.lead}</p>
        <div class="form">
          <KindField kinds={kinds} value={adapter.adapter} />
        </div>
        <SourceFields key={adapter.adapter} place={place} kinds={kinds} adapter={adapter} known={known} />
      </Card>
    </>
  );
}

function KindField({ kinds, value }: { kinds: SourceKinds; value: string }) {
  const providers = kinds.adapters.filter((one) => one.adapter !== NATIVE);
  return (
    <Field label={t.admin.newSource.kind}>
      {({ id }) => (
        <select id={id} value={value} onChange={(event) => go(hrefOf(['admin', 'sources', 'new'], { kind: event.currentTarget.value }), 'replace')}>
          <optgroup label={t.admin.newSource.own}>
            <option value={NATIVE} selected={value === NATIVE}>
              {t.admin.sources.own}
            </option>
          </optgroup>
          <optgroup label={t.admin.newSource.providers}>
            {providers.map((one) => (
              <option key={one.adapter} value={one.adapter} selected={one.adapter === value}>
                {one.title}
              </option>
            ))}
          </optgroup>
        </select>
      )}
    </Field>
  );
}

function SourceFields({ place, kinds, adapter, known }: Props & { adapter: AdapterKind; known: readonly string[] }) {
  const all = place.session.account.all_tenants;
  // Who acts for some tenants makes no source that the appliance would call out for.
  const ways = waysOf(kinds, adapter).filter((one) => all || one.name !== 'pull');
  const [draft, setDraft] = useState<Draft>(() => emptyDraft(ways[0]?.name ?? 'token', known, all && !adapter.needs_one_tenant, place.query.get('tenant')));
  const action = useAction();
  const set = (next: Partial<Draft>) => setDraft({ ...draft, ...next });
  const way = ways.find((one) => one.name === draft.way) ?? ways[0];
  if (!way) return null;
  const submit = () =>
    action.run(async () => {
      const made = await addSource(wishOf(draft, adapter, way));
      const secret = made.token ?? made.secret;
      if (secret)
        showOnce({
          title: t.admin.newSource.made(made.source),
          what: '',
          label: made.token ? t.admin.newSource.madeToken : t.admin.newSource.madeSecret,
          secret,
          others: [{ label: t.admin.newSource.madeAddress, text: made.address }],
        });
      go(hrefOf(['admin', 'sources', made.source]), 'replace');
    });
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextField label={t.admin.name} hint={t.admin.newSource.nameHint} value={draft.name} onValue={(name) => set({ name })} maxLength={63} pattern="[a-z0-9][a-z0-9._\-]*" autocomplete="off" autoCapitalize="none" spellcheck={false} required />
      {adapter.needs_one_tenant ? (
        <SelectField label={t.admin.newSource.oneTenant} hint={t.admin.newSource.oneTenantHint} value={draft.tenants[0] ?? ''} options={known.map((value) => ({ value, text: value }))} onValue={(one) => set({ tenants: [one] })} />
      ) : (
        <TenantChecks
          legend={t.admin.newSource.tenants}
          anyText={t.admin.newSource.tenantsAny}
          namedText={t.admin.newSource.tenantsNamed}
          mayAny={all}
          any={draft.any}
          chosen={draft.tenants}
          known={known}
          onChange={(any, chosen) => set({ any, tenants: [...chosen] })}
        />
      )}
      <Radios legend={t.admin.newSource.way} options={ways.map(({ name, text, what }) => ({ value: name, text, what }))} value={way.name} onValue={(name) => set({ way: name })} />
      <ProofFields draft={draft} set={set} adapter={adapter} way={way} />
      {way.name !== 'pull' && <TextField label={t.admin.newSource.url} hint={t.admin.newSource.urlHint} value={draft.url} onValue={(url) => set({ url })} type="url" autocomplete="off" spellcheck={false} required />}
      <SelectField label={t.admin.newSource.silence} hint={t.admin.newSource.silenceHint} value={draft.silence} options={SILENCES.map((value) => ({ value, text: t.admin.newSource.silences[value] ?? value }))} onValue={(silence) => set({ silence })} />
      {adapter.adapter !== NATIVE && <Checkbox label={t.admin.newSource.keepRaw} hint={t.admin.newSource.keepRawHint} checked={draft.keepRaw} onChecked={(keepRaw) => set({ keepRaw })} />}
      <ProblemNotice error={action.error} />
      <div class="actions">
        <Button kind="main" type="submit" busy={action.busy}>
          {t.admin.newSource.submit}
        </Button>
        <ButtonLink href={hrefOf(['admin', 'sources'])}>{t.common.cancel}</ButtonLink>
      </div>
    </form>
  );
}

const SILENCES = ['0', '900', '3600', '14400', '86400', '604800'];

function ProofFields({ draft, set, adapter, way }: { draft: Draft; set: (next: Partial<Draft>) => void; adapter: AdapterKind; way: Way }) {
  return (
    <>
      {way.name === 'certificate' && <TextArea label={t.admin.newSource.certificate} hint={t.admin.newSource.certificateHint} value={draft.certificate} onValue={(certificate) => set({ certificate })} rows={5} />}
      {way.name === 'pull' && adapter.pull && <PullFields adapter={adapter.adapter} settings={adapter.pull.settings} draft={draft} set={set} />}
      {way.secret !== undefined && <SecretField value={draft.secret} what={way.secret} onValue={(secret) => set({ secret })} />}
    </>
  );
}

/** A secret of one line is not shown while it is typed; a key file has many and is. */
function SecretField({ value, what, onValue }: { value: string; what: string; onValue: (value: string) => void }) {
  const hint = t.admin.newSource.secretOf(what);
  if (/JSON/.test(what)) return <TextArea label={t.admin.newSource.secret} hint={hint} value={value} onValue={onValue} rows={6} />;
  return <TextField label={t.admin.newSource.secret} hint={hint} type="password" value={value} onValue={onValue} autocomplete="off" spellcheck={false} required />;
}
