import { useMemo, useState } from 'preact/hooks';
import { findClauses, findLimits, orderBundle, type Limits } from '../../api/bundles';
import type { Framework } from '../../api/controls';
import { useAction, useLoad } from '../../load';
import { go } from '../../route';
import { t } from '../../texts';
import { Button, TextArea, TextField } from '../../ui/controls';
import { Card, Loading, Screen } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { useStore } from '../../store';
import { tenants } from '../../tenants';
import { tenantHref, type TenantProps } from '../props';
import { draftOf, faultsOf, orderOf, queryOf, spanOfDraft, takesReport, type Draft, type Fault } from './draft';
import { PeriodCard } from './order_period';
import { ReportCard } from './order_report';
import { TermsCard } from './order_terms';
import { ValuesCard } from './order_values';
import { VendorCard } from './order_vendor';
import { Tabs } from './tabs';

type Clauses = Partial<Record<Framework, string[]>>;

/** A form for a new bundle. */
export function OrderPage(props: TenantProps) {
  const { role } = props.session.account;
  const loaded = useLoad('order', async (signal): Promise<[Limits, Clauses]> => Promise.all([findLimits(props.tenant, role, signal), findClauses()]));
  return (
    <Screen title={t.evidence.make} lead={t.evidence.lead}>
      <Tabs {...props} active="make" />
      <ProblemNotice error={loaded.error} retry={loaded.reload} />
      {loaded.data ? <OrderForm {...props} limits={loaded.data[0]} clauses={loaded.data[1]} /> : loaded.error === undefined && <Loading />}
    </Screen>
  );
}

export interface PartProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  /** What is wrong, once the person has tried. */
  faults: readonly Fault[];
}

interface Purpose {
  query: string;
  recipient: string;
  destination: string;
}

function OrderForm({ limits, clauses, ...props }: TenantProps & { limits: Limits; clauses: Clauses }) {
  const { period } = props.session.account;
  const [now] = useState(() => new Date());
  const [purpose, setPurpose] = useState<Purpose>({ query: '', recipient: '', destination: '' });
  const [tried, setTried] = useState(false);
  const action = useAction();
  const draft = useMemo(() => draftOf(props.query, limits.most), [props.query.toString(), limits.most]);
  const change = (part: Partial<Draft>) => go(tenantHref(props, ['evidence', 'new'], queryOf({ ...draft, ...part })), 'replace');
  const destination = purpose.destination.trim().toLowerCase();
  const badDestination = destination !== '' && !/^[a-z0-9-]{1,63}$/.test(destination);
  const faults = faultsOf(draft, now, period);
  const part: PartProps = { draft, change, faults: tried ? faults : faults.filter((one) => one === 'outside' || one === 'badAccess') };
  const submit = () => {
    setTried(true);
    const span = spanOfDraft(draft, now, period);
    if (faults.length > 0 || badDestination || !span) {
      // Behind the next drawing, when what is wrong is marked.
      setTimeout(() => document.querySelector<HTMLElement>('.order [aria-invalid]')?.focus());
      return;
    }
    action.run(async () => {
      const order = orderOf(draft, span);
      if (purpose.query.trim()) order.query = purpose.query.trim();
      if (purpose.recipient.trim()) order.recipient = purpose.recipient.trim();
      if (destination) order.destination = destination;
      const made = await orderBundle(props, order);
      go(tenantHref(props, ['evidence', made.id]));
    });
  };
  return (
    <form
      class="order"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <PeriodCard {...part} now={now} access={period} />
      <TermsCard {...part} system={props.tenant === '_system'} />
      <ValuesCard {...part} limits={limits} />
      {props.tenant !== '_system' && <ReportCard {...part} clauses={clauses} takes={takesReport(draft)} />}
      {props.tenant !== '_system' && <VendorCard {...part} session={props.session} tenant={props.tenant} />}
      <PurposeCard {...props} purpose={purpose} setPurpose={setPurpose} error={tried && badDestination ? t.evidence.form.badDestination : undefined} />
      <ProblemNotice error={action.error} />
      <div class="actions">
        <Button kind="main" type="submit" busy={action.busy}>
          {t.evidence.form.submit}
        </Button>
        <span class="hint">{t.evidence.form.recorded}</span>
      </div>
    </form>
  );
}

function PurposeCard({ purpose, setPurpose, error, ...props }: TenantProps & { purpose: Purpose; setPurpose: (purpose: Purpose) => void; error: string | undefined }) {
  const known = useStore(tenants);
  const region = props.region ?? known?.tenants.find((one) => one.tenant === props.tenant)?.region ?? '';
  const label = (text: string) => `${text} (${t.evidence.form.optional})`;
  return (
    <Card title={t.evidence.form.forTitle}>
      <p class="hint">{t.evidence.form.notKept}</p>
      <TextArea label={label(t.evidence.form.question)} hint={t.evidence.form.questionWhat} value={purpose.query} maxLength={1_000} onValue={(query) => setPurpose({ ...purpose, query })} />
      <div class="form-row">
        <TextField label={label(t.evidence.form.recipient)} hint={t.evidence.form.recipientWhat} value={purpose.recipient} maxLength={200} onValue={(recipient) => setPurpose({ ...purpose, recipient })} />
        <TextField
          label={label(t.evidence.form.destination)}
          hint={t.evidence.form.destinationWhat(region)}
          error={error}
          value={purpose.destination}
          maxLength={63}
          spellcheck={false}
          onValue={(destination) => setPurpose({ ...purpose, destination })}
        />
      </div>
    </Card>
  );
}
