import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { readJudged, readPolicy, readPolicyAt, readSchema, type InForce, type Judged, type Schema } from '../../api/policy';
import { useLoad } from '../../load';
import { t } from '../../texts';
import { Button, ButtonLink } from '../../ui/controls';
import { focusHeading } from '../../ui/focus';
import { Badge, Dialog, Loading, Notice, Screen } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { SubNav } from '../../ui/subnav';
import { Time } from '../../ui/time';
import { tenantHref, type TenantProps } from '../props';
import { Conflict } from './conflict';
import { ControlsSection } from './controls';
import { useDraft, type Editing } from './draft';
import type { Form } from './form';
import { History } from './history';
import { RetentionSection } from './retention';
import { Review } from './review';
import { AttributesSection, FactorsSection, SharingSection } from './sections';
import { sectionOf, SECTIONS, settingsOf, type Section, type Settings } from './settings';
import { parametersOf, type Parameters } from './words';

interface Catalogue {
  schema: Schema;
  judged: Judged[];
}

async function readCatalogue(signal: AbortSignal): Promise<Catalogue> {
  const [schema, judged] = await Promise.all([readSchema(signal), readJudged(signal)]);
  return { schema, judged };
}

/** A tenant's policy: its parts, what was changed and not saved, and its history. */
export function Policy(place: TenantProps) {
  const catalogue = useLoad('policy-catalogue', readCatalogue);
  const then = place.path[0] === 'then' ? place.query.get('at') : null;
  if (!catalogue.data)
    return (
      <Screen title={t.policy.title} lead={t.policy.lead}>
        {catalogue.error === undefined ? <Loading /> : <ProblemNotice error={catalogue.error} retry={catalogue.reload} />}
      </Screen>
    );
  return then ? <PolicyThen place={place} catalogue={catalogue.data} at={then} /> : <PolicyNow place={place} catalogue={catalogue.data} />;
}

function PolicyNow({ place, catalogue }: { place: TenantProps; catalogue: Catalogue }) {
  const loaded = useLoad(`policy/${place.tenant}`, (signal) => readPolicy(place.tenant, signal));
  if (!loaded.data)
    return (
      <Screen title={t.policy.title} lead={t.policy.lead}>
        {loaded.error === undefined ? <Loading /> : <ProblemNotice error={loaded.error} retry={loaded.reload} />}
      </Screen>
    );
  return <Editor place={place} catalogue={catalogue} inForce={loaded.data} reload={loaded.reload} error={loaded.error} />;
}

interface EditorProps {
  place: TenantProps;
  catalogue: Catalogue;
  inForce: InForce;
  reload: () => void;
  error: unknown;
}

function Editor({ place, catalogue, inForce, reload, error }: EditorProps) {
  const settings = useMemo(() => settingsOf(inForce.policy), [inForce]);
  const parameters = useMemo(() => parametersOf(catalogue.judged), [catalogue]);
  const may = place.session.account.role === 'admin';
  const editing = useDraft(`${place.session.account.id}/${place.tenant}`, inForce.etag, settings);
  const draft = may ? editing.draft : undefined;
  const current = !draft || draft.etag === inForce.etag;
  const form: Form = { inForce: settings, editing: may ? editing : undefined, schema: catalogue.schema, parameters };
  const part = partOf(place.path[0], may);
  return (
    <Screen title={t.policy.title} lead={t.policy.lead}>
      {!may && <Notice>{t.policy.readOnly}</Notice>}
      <ProblemNotice error={error} retry={reload} />
      <Parts place={place} active={part} editing={may ? editing : undefined} />
      {!current && <Conflict editing={editing} inForce={settings} parameters={parameters} />}
      {part === 'history' && <History place={place} parameters={parameters} />}
      {part === 'review' && <Review place={place} form={form} current={current} etag={inForce.etag} reload={reload} />}
      {part !== 'history' && part !== 'review' && <Settings place={place} form={form} judged={catalogue.judged} section={part} />}
      {draft && part !== 'review' && <DraftBar place={place} count={Object.keys(draft.changes).length} editing={editing} />}
    </Screen>
  );
}

/** What is in no part, or not for this role, leads to the first one. */
function partOf(name: string | undefined, may: boolean): Section | 'history' | 'review' {
  if (name === 'history' || (name === 'review' && may)) return name;
  return SECTIONS.find((one) => one === name) ?? 'factors';
}

function Parts({ place, active, editing }: { place: TenantProps; active: string; editing: Editing | undefined }) {
  const changed = Object.keys(editing?.draft?.changes ?? {});
  const mark = (count: number) =>
    count > 0 && (
      <Badge tone="info">
        {count}
        <span class="unseen"> {t.policy.changed(count)}</span>
      </Badge>
    );
  const items = SECTIONS.map((name) => ({
    name: name as string,
    text: t.policy.section[name],
    href: tenantHref(place, name === 'factors' ? ['policy'] : ['policy', name]),
    mark: mark(changed.filter((setting) => sectionOf(setting) === name).length),
  }));
  items.push({ name: 'history', text: t.policy.history, href: tenantHref(place, ['policy', 'history']), mark: false });
  if (editing) items.push({ name: 'review', text: t.policy.review, href: tenantHref(place, ['policy', 'review']), mark: mark(changed.length) });
  return <SubNav label={t.policy.sections} items={items} active={active} />;
}

function Settings({ place, form, judged, section }: { place: TenantProps; form: Form; judged: readonly Judged[]; section: Section }) {
  return (
    <section class="settings" aria-label={t.policy.section[section]}>
      <p class="settings-about">{t.policy.about[section]}</p>
      {section === 'factors' && <FactorsSection form={form} />}
      {section === 'sharing' && <SharingSection form={form} />}
      {section === 'attributes' && <AttributesSection form={form} />}
      {section === 'controls' && <ControlsSection form={form} judged={judged} place={place} />}
      {section === 'retention' && <RetentionSection form={form} />}
    </section>
  );
}

/** Stays in sight while something is not saved. */
function DraftBar({ place, count, editing }: { place: TenantProps; count: number; editing: Editing }) {
  const [asking, setAsking] = useState(false);
  return (
    <section class="draft-bar" aria-label={t.policy.barLabel}>
      <p role="status">{t.policy.notSaved(count)}</p>
      <div class="actions">
        <ButtonLink kind="main" href={tenantHref(place, ['policy', 'review'])}>
          {t.policy.toReview}
        </ButtonLink>
        <Button onClick={() => setAsking(true)}>{t.policy.discard}</Button>
      </div>
      {asking && (
        <Dialog title={t.policy.discardTitle} onClose={() => setAsking(false)}>
          <div class="form">
            <p>{t.policy.discardWhat}</p>
            <div class="actions">
              <Button
                kind="danger"
                onClick={() => {
                  setAsking(false);
                  editing.discard();
                  focusHeading();
                }}
              >
                {t.policy.discardYes}
              </Button>
              <Button onClick={() => setAsking(false)}>{t.common.cancel}</Button>
            </div>
          </div>
        </Dialog>
      )}
    </section>
  );
}

/** The whole policy as it was at a time, to be read. */
function PolicyThen({ place, catalogue, at }: { place: TenantProps; catalogue: Catalogue; at: string }) {
  const loaded = useLoad(`policy/${place.tenant}/${at}`, (signal) => readPolicyAt(place.tenant, at, signal));
  const settings: Settings = loaded.data ? settingsOf(loaded.data) : {};
  const parameters: Parameters = useMemo(() => parametersOf(catalogue.judged), [catalogue]);
  const form: Form = { inForce: settings, editing: undefined, schema: catalogue.schema, parameters };
  let content: ComponentChildren = loaded.error === undefined ? <Loading /> : <ProblemNotice error={loaded.error} retry={loaded.reload} />;
  if (loaded.data)
    content = SECTIONS.map((section) => (
      <div key={section} class="then">
        <h2>{t.policy.section[section]}</h2>
        {section === 'controls' ? <ControlsSection form={form} judged={catalogue.judged} place={place} setOnly /> : <Settings place={place} form={form} judged={catalogue.judged} section={section} />}
      </div>
    ));
  return (
    <Screen title={t.policy.thenTitle} lead={t.policy.thenLead} actions={<ButtonLink href={tenantHref(place, ['policy'])}>{t.policy.toPresent}</ButtonLink>}>
      <p>
        <Time at={at} ago />
      </p>
      {content}
    </Screen>
  );
}
