import { useState } from 'preact/hooks';
import type { FindingState } from '../../api/findings';
import { t } from '../../texts';
import { Button } from '../../ui/controls';
import { Badge, type Tone } from '../../ui/parts';
import { numberText } from '../../ui/time';
import { hrefOf } from '../../route';
import { SYSTEM } from '../../shell';
import { useStore } from '../../store';
import { tenants } from '../../tenants';
import { tenantHref, type TenantProps } from '../props';

const TONES: Record<FindingState, Tone> = { opened: 'bad', acknowledged: 'warn', resolved: 'good' };

export function FindingBadge({ state }: { state: FindingState }) {
  return <Badge tone={TONES[state] ?? 'plain'}>{t.findings.states[state] ?? state}</Badge>;
}

type Here = Pick<TenantProps, 'tenant' | 'region'>;

/** Records of the log as links, many of them folded. */
export function RecordLinks({ here, records, most = 6 }: { here: Here; records: readonly number[]; most?: number }) {
  const [open, setOpen] = useState(false);
  const shown = open ? records : records.slice(0, most);
  const left = records.length - shown.length;
  return (
    <span class="record-list">
      {shown.map((seq) => (
        <a key={seq} href={tenantHref(here, ['events', seq])} aria-label={t.findings.record(String(seq))}>
          {seq}
        </a>
      ))}
      {records.length > most && (
        <Button kind="quiet" expanded={open} onClick={() => setOpen(!open)}>
          {open ? t.findings.fewerRecords : t.findings.moreRecords(numberText(left))}
        </Button>
      )}
    </span>
  );
}

/** A record of the system log of the tenant's region: a link for who may see that log. */
export function SystemRecord({ here, seq }: { here: Here; seq: number }) {
  const list = useStore(tenants);
  const region = here.region ?? list?.tenants.find((one) => one.tenant === here.tenant)?.region;
  const text = t.findings.systemRecord(String(seq));
  if (!region || !list?.system.includes(region)) return <span class="soft">{text}</span>;
  return <a href={hrefOf(['t', SYSTEM, 'events', seq], { region })}>{text}</a>;
}
