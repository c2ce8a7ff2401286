import type { OpenedBundle } from './bundle.js';
import type { OpenedCheckpoint } from './checkpoint.js';
import type { Evidence } from './evidence.js';
import { Fault, type Place } from './fault.js';
import type { KeyChain } from './key_chain.js';
import type { RetiredPart } from './line_forms.js';
import type { NoteVerifier } from './note.js';
import type { Pace } from './pace.js';
import type { Proofs } from './proofs.js';
import { emptyReport, type CheckState } from './report.js';

/** What the reader knows from elsewhere, read. */
export interface Trust {
  /** Fingerprints of signers: SHA-256, hexadecimal. */
  fingerprints: string[];
  logKeys: NoteVerifier[];
  /** Signed checkpoints of the log: the bundle must extend or contain each. */
  checkpoints: string[];
}

/** What the checks of one verification share: each adds its lines to the report, and leaves here what the next ones need. */
export class Verification {
  readonly report = emptyReport();
  evidence: Evidence | undefined;
  proofs: Proofs | undefined;
  keys: KeyChain | undefined;
  endorsements: string[] = [];
  checkpoint: (OpenedCheckpoint & { logKey: number }) | undefined;
  retired: RetiredPart[] = [];
  /** The period's ends are the operator's statement. */
  boundaryWithheld = false;

  constructor(
    readonly bundle: OpenedBundle,
    readonly trust: Trust,
    readonly pace: Pace,
  ) {}

  add(name: string, state: CheckState, sentence: string, place?: Place): void {
    this.report.checks.push({ name, state, sentence, ...(place && Object.keys(place).length > 0 ? { place } : {}) });
  }

  /** Runs a check and adds its line. The sentence of one that passes is `good`, or what the step gives. Gives whether it passed. */
  async check(name: string, good: string, step: () => Promise<string | void> | string | void): Promise<boolean> {
    try {
      const said = await step();
      this.add(name, 'passed', typeof said === 'string' ? said : good);
      return true;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.add(name, 'failed', error.message, error.place);
      return false;
    }
  }

  get hasFailed(): boolean {
    return this.report.checks.some((one) => one.state === 'failed');
  }
  passed(...names: string[]): boolean {
    return names.every((name) => this.report.checks.find((one) => one.name === name)?.state === 'passed');
  }
  stateOf(name: string): CheckState | undefined {
    return this.report.checks.find((one) => one.name === name)?.state;
  }
}
