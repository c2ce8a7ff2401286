/* Drawn on 24 by 24; they stand beside their names and say nothing by themselves. */

const PATHS = {
  overview: 'M4 13h6V4H4zM14 9h6V4h-6zM14 20h6v-8h-6zM4 20h6v-4H4z',
  events: 'M5 6h14M5 12h14M5 18h9',
  evidence: 'M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8',
  reports: 'M7 3h7l5 5v13H7zM14 3v5h5M10 13h6M10 17h6',
  findings: 'M12 4l9 16H3zM12 10v4M12 17v.5',
  policy: 'M12 3l8 3v6c0 5-3.500 8-8 9-4.500-1-8-4-8-9V6zM9 12l2 2 4-4',
  procurement: 'M8 5H5v16h14V5h-3M9 3h6v4H9zM9 14l2 2 4-4',
  admin: 'M12 8.500a3.500 3.500 0 100 7 3.500 3.500 0 000-7zM12 2.500v3M12 18.500v3M2.500 12h3M18.500 12h3M5.300 5.300l2.100 2.100M16.600 16.600l2.100 2.100M5.300 18.700l2.100-2.100M16.600 7.400l2.100-2.100',
  account: 'M12 4a4 4 0 100 8 4 4 0 000-8zM4 21c.8-4 4-6 8-6s7.200 2 8 6',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Brand() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#17448c" />
      <path d="M8 17l5.500 5.500L24 10" fill="none" stroke="#fff" stroke-width="3.500" stroke-linecap="round" stroke-linejoin="round" />
      <path d="M8 11.500h6" stroke="#8fd3c4" stroke-width="3" stroke-linecap="round" />
    </svg>
  );
}
