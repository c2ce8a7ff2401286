import { readRegions, type Region } from '../../api/admin';
import { useLoad } from '../../load';
import { t } from '../../texts';
import { Badge, Card, Pairs, Progress } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { bytesText, numberText } from '../../ui/time';
import type { AdminProps } from '../props';
import { Copied } from './keep_it';
import { Whole } from './parts';

export function RegionsPart(_: AdminProps) {
  const loaded = useLoad('regions', readRegions);
  return (
    <>
      <p class="lead">{t.admin.regions.lead}</p>
      <Whole loaded={loaded}>
        {(regions) => (
          <div class="columns">
            {regions.map((one) => (
              <RegionCard key={one.region} region={one} />
            ))}
          </div>
        )}
      </Whole>
      <Card title={t.admin.regions.add}>
        <p>{t.admin.regions.addWhat}</p>
        <Copied label={t.admin.command} text="countersign region init REGION" />
      </Card>
    </>
  );
}

function RegionCard({ region }: { region: Region }) {
  const state = region.address !== undefined ? t.admin.regions.elsewhere : region.made ? t.admin.regions.here : t.admin.regions.notMade;
  const bytes = Object.entries(region.bytes ?? {});
  const system = region.file_system;
  return (
    <Card title={region.region} actions={<Badge tone={region.made ? 'good' : region.address === undefined ? 'warn' : 'plain'}>{state}</Badge>}>
      <Space free={region.free_bytes} total={region.total_bytes} />
      <Pairs
        pairs={[
          ...(region.records === undefined ? [] : [[t.admin.regions.records, numberText(region.records)] as const]),
          ...(region.logs === undefined ? [] : [[t.admin.regions.logs, numberText(region.logs)] as const]),
          ...(region.address === undefined ? [] : [[t.admin.regions.keptBy, <Raw text={region.address} />] as const]),
          ...(region.directory === undefined ? [] : [[t.admin.regions.directory, <Raw text={region.directory} />] as const]),
          ...(system ? [[t.admin.regions.fileSystem, <Raw text={[system.type, system.mount_point, ...(region.own_file_system ? [t.admin.regions.ownFileSystem] : [])].join(', ')} />] as const] : []),
        ]}
      />
      {bytes.length > 0 && (
        <>
          <h3>{t.admin.regions.used}</h3>
          <Pairs pairs={bytes.map(([part, size]) => [t.admin.regions.parts[part] ?? part, bytesText(size)] as const)} />
        </>
      )}
    </Card>
  );
}

function Space({ free, total }: { free: number | undefined; total: number | undefined }) {
  if (free === undefined || !total) return null;
  const used = total - free;
  return <Progress label={`${t.admin.regions.free}: ${t.admin.regions.freeOf(bytesText(free), bytesText(total))} (${t.admin.regions.usedShare(`${Math.round((used / total) * 100)} %`)})`} value={used} max={total} />;
}
