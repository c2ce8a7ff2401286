import { shown } from './bytes.js';
import type { Place } from './fault.js';

export type CheckState =
  | 'passed'
  | 'failed'
  /** The bundle does not say it: a bundle without a timestamp. */
  | 'not_claimed'
  /** The reader gave nothing to compare with, or this program cannot. */
  | 'not_checked';

export interface Check {
  /** A word for programs: `file_hashes`. */
  name: string;
  state: CheckState;
  /** Plain words for people. */
  sentence: string;
  /** Of a check that failed: the first place that is wrong, where there is one. */
  place?: Place;
}

/** One of the four things that a bundle is made to prove. */
export interface Claim {
  word: 'complete' | 'unaltered' | 'signed by' | 'existed before';
  proven: boolean;
  sentence: string;
}

export type Verdict = 'verified' | 'intact_but_identity_not_checked' | 'failed';

/** What a verification found: the members of `countersign verify --json`, and `place`. */
export interface Report {
  verdict: Verdict;
  /** The whole in one sentence. */
  sentence: string;
  first_wrong: { seq: number; why: string } | null;
  promises: Claim[];
  checks: Check[];
  log: string;
  period?: { from: string; to: string };
  records: number;
  withheld: number;
  disclosures: number;
  masks: number;
  profile: string;
  recipient?: string;
  /** Subject of the certificate that signed; empty: not known. */
  signer: string;
  /** SHA-256, hexadecimal. */
  signer_fingerprint: string;
  retired: { first: number; last: number; part: number; records: number; retired: string; rule: string; keep: string }[];
  timestamp?: string;
}

export function emptyReport(): Report {
  return {
    verdict: 'failed',
    sentence: '',
    first_wrong: null,
    promises: [],
    checks: [],
    log: '',
    records: 0,
    withheld: 0,
    disclosures: 0,
    masks: 0,
    profile: '',
    signer: '',
    signer_fingerprint: '',
    retired: [],
  };
}

/** The texts of a report are byte strings while it is made; this makes them texts for people. */
export function readable<T>(value: T): T {
  if (typeof value === 'string') return shown(value) as T;
  if (Array.isArray(value)) return value.map(readable) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, readable(one)])) as T;
}
