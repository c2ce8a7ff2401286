import type { TenantProps } from '../props';
import { EventPage } from './event_page';
import { EventList } from './list';

/** The list of records, or one of them. */
export function Events(props: TenantProps) {
  const number = props.path[0];
  if (number === undefined) return <EventList {...props} />;
  return <EventPage key={number} {...props} seq={/^[0-9]{1,15}$/.test(number) ? Number(number) : undefined} />;
}
