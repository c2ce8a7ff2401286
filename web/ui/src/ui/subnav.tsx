import type { ComponentChildren } from 'preact';

export interface SubNavItem {
  name: string;
  text: string;
  href: string;
  /** Stands behind the name: a count. */
  mark?: ComponentChildren;
}

/** The parts of a screen that has several, each with an address of its own. */
export function SubNav({ label, items, active }: { label: string; items: readonly SubNavItem[]; active: string }) {
  return (
    <nav class="subnav" aria-label={label}>
      <ul>
        {items.map((one) => (
          <li key={one.name}>
            <a href={one.href} aria-current={one.name === active ? 'page' : undefined}>
              {one.text}
              {one.mark}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
