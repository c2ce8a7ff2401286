import { t } from '../../texts';
import { tenantHref, type TenantProps } from '../props';

const TABS = [
  ['bundles', []],
  ['make', ['new']],
  ['check', ['check']],
] as const;

export function Tabs({ active, ...props }: TenantProps & { active: 'bundles' | 'make' | 'check' }) {
  return (
    <nav class="tabs" aria-label={t.evidence.tabs}>
      <ul>
        {TABS.map(([name, path]) => (
          <li key={name}>
            <a href={tenantHref(props, ['evidence', ...path])} aria-current={name === active ? 'page' : undefined}>
              {t.evidence[name]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
