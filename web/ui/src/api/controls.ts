import { call, fetchAnswer, tenantPath } from './client';

/** What evidence is arranged by, in the order in which they are offered. */
export const FRAMEWORKS = ['soc2', 'hipaa', 'pci_dss', 'gdpr', 'iso_27001', 'nist_800_53', 'nist_800_63b'] as const;
export type Framework = (typeof FRAMEWORKS)[number];

export type Kind = 'control' | 'detection' | 'listing';
export type Severity = 'high' | 'medium' | 'low';
export type State = 'failing' | 'passing' | 'nothing_to_test';
export type Criteria = Partial<Record<Framework, string[]>>;

export interface Query {
  file: string;
  sha256: string;
  sql: string;
}

export type Cell = string | number | null;

/** Of a definition it has the default and bounds, of a run the value that held. */
export interface Parameter {
  id: string;
  default?: Cell;
  value?: Cell;
  least?: number;
  most?: number;
  unit?: string;
  meaning: string;
  origin?: string;
}

/** What a control tests, as the program has it. A listing has neither severity nor population. */
export interface Definition {
  id: string;
  kind: Kind;
  version: number;
  title: string;
  objective: string;
  procedure?: string;
  unit?: string;
  frequency?: string;
  severity?: Severity;
  criteria: Criteria;
  parameters: Parameter[];
  queries: { population?: Query; exceptions?: Query; rows?: Query };
}

/** What a run of before gave. */
export interface Past {
  time: string;
  exceptions: number;
  population: number;
  state: State;
}

export interface Standing {
  id: string;
  kind: Kind;
  title: string;
  severity: Severity;
  /** What the population is of: `passed challenges`. */
  unit: string;
  criteria: Criteria;
  state: State;
  population: number;
  exceptions: number;
  /** The present run is the last of them. */
  history: Past[];
}

/** A test of all controls of a tenant. */
export interface Run {
  region: string;
  time: string;
  period: { from: string; to: string };
  /** How many records there were. */
  records: number;
  report_sha256: string;
}

/** The newest test. */
export interface Standings extends Run {
  controls: Standing[];
  /** Whether another one is going on. */
  running: boolean;
}

export interface Exception {
  item: Cell;
  /** The id that it has as a finding, whether it was opened as one or not. */
  finding: string;
  observed: string;
  records: number[];
  /** Numbers in the system log. */
  system_records?: number[];
  /** What was said of it when it was tested. */
  response?: { state: string; management: string; reason: string };
}

export interface ControlStanding extends Standing {
  version: number;
  objective: string;
  procedure: string;
  frequency: string;
  parameters: Parameter[];
  population_sha256: string;
  queries: { population: Query; exceptions: Query };
  /** The first of the exceptions. */
  items: Exception[];
}

export interface ControlRun extends Run {
  control: ControlStanding;
}

let known: Promise<Definition[]> | undefined;

/** They are part of the program, so they are asked for once. */
export function findDefinitions(): Promise<Definition[]> {
  known ??= call<{ controls: Definition[] }>('GET', '/v1/controls').then(
    (answer) => answer.controls,
    (error: unknown) => {
      known = undefined;
      throw error;
    },
  );
  return known;
}

export function findStandings(tenant: string, region: string | null, signal?: AbortSignal): Promise<Standings> {
  return call('GET', tenantPath(tenant, 'controls', region), { signal });
}

export function findStanding(tenant: string, region: string | null, control: string, signal?: AbortSignal): Promise<ControlRun> {
  return call('GET', tenantPath(tenant, `controls/${encodeURIComponent(control)}`, region), { signal });
}

/** Begins a run. Problem 409 where one is going on. */
export async function beginRun(tenant: string, region: string | null): Promise<void> {
  await fetchAnswer('POST', tenantPath(tenant, 'controls/run', region));
}
