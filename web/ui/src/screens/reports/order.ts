import { FRAMEWORKS, type Framework } from '../../api/controls';
import { FORMATS, OSCAL_VERSIONS, type Format, type ReportOrder } from '../../api/reports';
import type { Session } from '../../api/session';
import type { Query } from '../../route';
import { t } from '../../texts';
import { utcText } from '../../ui/time';
import { isWithin, spanOf, type Span } from './spans';

export const METHODS = ['random', 'interval'] as const;
export type Method = (typeof METHODS)[number];
const SAMPLE_MAX = 10_000;

export interface SampleChoice {
  /** Empty: of each control. */
  control: string;
  method: Method;
  size: string;
}

/** All that the form holds, as the address says it. */
export interface Draft {
  span: Span;
  framework: Framework;
  criteria: string[];
  format: Format;
  oscal: string;
  samples: SampleChoice[];
  seed: string;
}

export function boundsOf(session: Session): Span | undefined {
  const { period } = session.account;
  return period && { from: period.from, to: period.before };
}

export function draftOf(query: URLSearchParams, bounds: Span | undefined): Draft {
  const usual = bounds ?? spanOf('last30', undefined) ?? { from: '', to: '' };
  return {
    span: { from: momentOf(query.get('from')) ?? usual.from, to: momentOf(query.get('to')) ?? usual.to },
    framework: FRAMEWORKS.find((name) => name === query.get('framework')) ?? 'soc2',
    criteria: (query.get('criteria') ?? '').split(',').filter(Boolean),
    format: FORMATS.find((name) => name === query.get('format')) ?? 'html',
    oscal: OSCAL_VERSIONS.find((name) => name === query.get('oscal')) ?? OSCAL_VERSIONS[0],
    samples: (query.get('samples') ?? '').split(',').filter(Boolean).map(sampleOf),
    seed: query.get('seed') ?? '',
  };
}

function momentOf(text: string | null): string | undefined {
  return text !== null && !Number.isNaN(Date.parse(text)) ? text : undefined;
}

function sampleOf(text: string): SampleChoice {
  const [how = '', of = ''] = text.split('=').reverse();
  const [method, size = ''] = how.split(':');
  return { control: of, method: method === 'interval' ? 'interval' : 'random', size };
}

function sampleText({ control, method, size }: SampleChoice): string {
  return `${control ? `${control}=` : ''}${method}:${size.trim()}`;
}

export function queryOf(draft: Draft): Query {
  return {
    from: draft.span.from,
    to: draft.span.to,
    framework: draft.framework === 'soc2' ? '' : draft.framework,
    criteria: draft.criteria.join(','),
    format: draft.format === 'html' ? '' : draft.format,
    oscal: draft.format === 'oscal' && draft.oscal !== OSCAL_VERSIONS[0] ? draft.oscal : '',
    samples: draft.samples.map(sampleText).join(','),
    seed: draft.seed,
  };
}

export function orderOf(draft: Draft): ReportOrder {
  return {
    ...draft.span,
    framework: draft.framework,
    format: draft.format,
    ...(draft.criteria.length > 0 ? { criteria: draft.criteria } : {}),
    ...(draft.format === 'oscal' ? { oscal_version: draft.oscal } : {}),
    ...(draft.samples.length > 0 ? { samples: draft.samples.map(sampleText), seed: draft.seed } : {}),
  };
}

export interface Faults {
  span?: string;
  seed?: string;
  /** Of the samples whose size is none. */
  sizes: boolean[];
}

export function faultsOf(draft: Draft, bounds: Span | undefined): Faults {
  const { span } = draft;
  const sizes = draft.samples.map(({ size }) => !/^\d+$/.test(size.trim()) || Number(size) < 1 || Number(size) > SAMPLE_MAX);
  const faults: Faults = { sizes };
  if (Date.parse(span.from) >= Date.parse(span.to)) faults.span = t.period.order;
  else if (bounds && !isWithin(span, bounds)) faults.span = t.period.outside(utcText(bounds.from), utcText(bounds.to));
  if (draft.samples.length > 0 && draft.seed.trim() === '') faults.seed = t.makeReport.seedMissing;
  return faults;
}

export function isGood(faults: Faults): boolean {
  return !faults.span && !faults.seed && !faults.sizes.includes(true);
}
