import { hrefOf } from '../../route';
import { SYSTEM } from '../../shell';
import { useStore } from '../../store';
import { tenants } from '../../tenants';
import { t } from '../../texts';
import { Card, Empty } from '../../ui/parts';
import type { AdminProps } from '../props';

/** Where the appliance records what is done to it, with searches to begin with. */
export function LogPart(_: AdminProps) {
  const regions = useStore(tenants)?.system ?? [];
  if (regions.length === 0) return <Empty title={t.admin.log.none}>{t.admin.log.noneWhat}</Empty>;
  return (
    <>
      <p class="lead">{t.admin.log.lead}</p>
      {regions.map((region) => (
        <Card key={region} title={t.admin.log.region(region)}>
          <ul class="searches">
            <Search region={region} query="" name={t.admin.log.all} what={t.admin.log.allWhat} />
            {t.admin.log.searches.map(([type, name, what]) => (
              <Search key={type} region={region} query={`type:${type}`} name={name} what={what} />
            ))}
          </ul>
        </Card>
      ))}
    </>
  );
}

function Search({ region, query, name, what }: { region: string; query: string; name: string; what: string }) {
  return (
    <li>
      <a href={hrefOf(['t', SYSTEM, 'events'], { region, q: query })}>{name}</a>
      <span class="hint">{what}</span>
    </li>
  );
}
