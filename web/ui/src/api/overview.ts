import { call, tenantPath } from './client';

export interface SourceState {
  source: string;
  /** Null of one that is no longer registered. */
  adapter: string | null;
  proof: string | null;
  revoked?: boolean;
  last_heard: string | null;
  /** 0: nobody set it. */
  silent_after_s: number;
  /** Null for who may not see the present. */
  silent: boolean | null;
  /** Of the last seven days, as the next two. */
  events: number;
  coverage: { minutes: number; covered: number };
  /** Null for who has a period. */
  gaps: number | null;
  /** There are more gaps than were counted. */
  gaps_more?: boolean;
}

export interface WitnessState {
  name: string;
  /** Null: nothing yet, or the period ends before. */
  cosigned: { size: number; time: string } | null;
}

export interface StandingAlarm {
  id: string;
  kind: 'split_view' | 'rollback';
  /** Who showed what contradicts the log. */
  from: string;
  time: string;
}

/** The answer of GET /v1/tenants/{tenant}/overview. */
export interface OverviewData {
  tenant: string;
  region: string;
  log: { name: string; size: number; last_received: string | null };
  checkpoint: { size: number; time: string } | null;
  verification: { time: string; result: string } | null;
  timestamping: boolean;
  witnesses: WitnessState[];
  /** Those about the log that nobody has acknowledged. */
  alarms: StandingAlarm[];
  days: { day: string; events: number }[];
  sources: SourceState[];
  /** Missing for the role privacy. */
  findings?: { opened: number; acknowledged: number; resolved: number } | null;
  controls: { time: string; passing: number; failing: number; nothing_to_test: number } | null;
}

export function findOverview(tenant: string, region: string | null, signal: AbortSignal): Promise<OverviewData> {
  return call('GET', tenantPath(tenant, 'overview', region), { signal, stepUp: false });
}
