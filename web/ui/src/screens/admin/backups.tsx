import { readBackups, type BackupEvent, type Backups } from '../../api/admin';
import { useLoad } from '../../load';
import { hrefOf } from '../../route';
import { SYSTEM } from '../../shell';
import { t } from '../../texts';
import { Badge, Card, Notice, Pairs } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { numberText, Time } from '../../ui/time';
import type { AdminProps } from '../props';
import { Copied } from './keep_it';
import { Whole } from './parts';

const DAY = 86_400_000;

export function BackupsPart(_: AdminProps) {
  const loaded = useLoad('backups', readBackups);
  return (
    <>
      <p class="lead">{t.admin.backups.lead}</p>
      <Whole loaded={loaded}>
        {(data) => (
          <>
            <div class="columns">
              {data.backups.map((one) => (
                <RegionBackups key={one.region} backups={one} />
              ))}
            </div>
            <p>{t.admin.backups.repositories(numberText(data.repositories))}</p>
            <HowTo region={data.backups[0]?.region ?? 'REGION'} />
          </>
        )}
      </Whole>
    </>
  );
}

function RegionBackups({ backups }: { backups: Backups['backups'][number] }) {
  const { last, restored } = backups;
  const old = last !== null && Date.now() - new Date(last.time).getTime() > DAY;
  const mark = last === null ? <Badge tone="bad">{t.admin.backups.never}</Badge> : old ? <Badge tone="warn">{t.admin.backups.old}</Badge> : <Badge tone="good">{t.admin.health.ready}</Badge>;
  return (
    <Card title={backups.region} actions={mark}>
      {last === null && <Notice tone="warn">{t.admin.backups.neverWhat}</Notice>}
      {last && <Made title={t.admin.backups.last} event={last} region={backups.region} />}
      {restored && <Made title={t.admin.backups.restored} event={restored} region={backups.region} />}
    </Card>
  );
}

function Made({ title, event, region }: { title: string; event: BackupEvent; region: string }) {
  return (
    <>
      <Pairs
        pairs={[
          [title, <Time at={event.time} ago />],
          [t.admin.backups.snapshot, <Raw text={event.snapshot} />],
          ...(event.context ? [[t.admin.backups.size, <Raw text={event.context} />] as const] : []),
        ]}
      />
      <a href={hrefOf(['t', SYSTEM, 'events', event.seq], { region })}>{t.admin.backups.record}</a>
    </>
  );
}

function HowTo({ region }: { region: string }) {
  const folder = `/mnt/backups/${region}`;
  return (
    <div class="columns">
      <Card title={t.admin.backups.make}>
        <p>{t.admin.backups.makeWhat(region)}</p>
        <Copied label={t.admin.command} text={`countersign backup --region ${region} --to ${folder} --keep-days 30`} />
        <p>{t.admin.backups.everyWhat}</p>
        <Copied label={t.admin.backups.every} text={`17 3 * * *  countersign backup --region ${region} --to ${folder} --keep-days 30 && countersign backup check --from ${folder}`} />
      </Card>
      <Card title={t.admin.backups.restore}>
        <p>{t.admin.backups.restoreWhat}</p>
        <Copied label={t.admin.command} text={`countersign restore --from ${folder} --verify`} />
        <p>{t.admin.backups.notIn}</p>
      </Card>
    </div>
  );
}
