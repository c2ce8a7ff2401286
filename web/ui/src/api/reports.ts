import type { Cell, Criteria, Exception, Framework, Kind, Severity } from './controls';
import { fetchAnswer, tenantPath } from './client';

export const FORMATS = ['html', 'pdf', 'json', 'oscal'] as const;
export type Format = (typeof FORMATS)[number];

export const OSCAL_VERSIONS = ['1.2.1', '1.1.3', '1.1.2'] as const;

export interface ReportOrder {
  from: string;
  to: string;
  framework: Framework;
  criteria?: string[];
  format: Format;
  oscal_version?: string;
  samples?: string[];
  seed?: string;
}

export type Outcome = 'exceptions' | 'no_exceptions' | 'nothing_to_test';

export interface ControlResult {
  id: string;
  kind: Kind;
  title: string;
  severity: Severity;
  criteria: Criteria;
  population: { unit: string; count: number };
  exceptions: { count: number; told: number; list: Exception[] };
  outcome: Outcome;
  result: string;
}

/** The report as data, as far as the page reads it. */
export interface Report {
  statement: string;
  scope: { tenant: string; framework: Framework };
  period: { from: string; to: string };
  records: { first_seq: number; end_seq: number; events: number; events_in_period: number };
  as_of: { size: number; root: string; time: string };
  warnings: string[];
  clauses: { id: string; title: string; controls: string[] }[];
  controls: ControlResult[];
  samples: Sample[];
}

export interface Sample {
  id: string;
  control: string;
  method: string;
  seed: string;
  population: number;
  size: number;
  picks: { item: Cell }[];
}

export interface MadeReport {
  blob: Blob;
  name: string;
  sha256: string;
}

/** Makes a report, which takes up to a minute, and asks for a second factor where none was shown lately. */
export async function makeReport(tenant: string, region: string | null, order: ReportOrder, signal?: AbortSignal): Promise<MadeReport> {
  const answer = await fetchAnswer('POST', tenantPath(tenant, 'reports', region), { body: order, headers: { Accept: '*/*' }, signal });
  const blob = await answer.blob();
  return { blob, name: nameOf(answer, order), sha256: await sha256Of(blob) };
}

function nameOf(answer: Response, order: ReportOrder): string {
  const told = /filename="([A-Za-z0-9._-]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1];
  return told ?? `countersign-report.${order.format === 'oscal' ? 'oscal.json' : order.format}`;
}

async function sha256Of(blob: Blob): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
