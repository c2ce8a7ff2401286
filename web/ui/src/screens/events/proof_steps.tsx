import { t } from '../../texts';
import { CopyButton } from '../../ui/controls';
import { Time } from '../../ui/time';
import type { ProofStep, RecordProofReport } from '../../verify/record_proof';
import { safeText } from './labels';

const MARKS = { passed: '✓', failed: '✗', not_checked: '–' } as const;

function hexOf(base64: string): string {
  try {
    return [...atob(base64)].map((one) => one.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  } catch {
    return '';
  }
}

/** The steps of the proof in the order in which one follows them. */
export function ProofSteps({ report, checkpoint }: { report: RecordProofReport; checkpoint: string }) {
  return (
    <>
      <ol class="proof-steps">
        {report.steps.map((step) => (
          <li key={step.id} class={`proof-step ${step.state}`}>
            <span class="proof-mark" aria-hidden="true">
              {MARKS[step.state]}
            </span>
            <div class="proof-body">
              <h3>
                {t.events.proofSteps[step.id]} <span class="hint">{t.events.proofStates[step.state]}</span>
              </h3>
              <p>{safeText(step.sentence)}</p>
              {step.hash && <Hash hash={step.hash} hex={step.id === 'leaf'} />}
              {step.climb && step.climb.length > 0 && <Climb climb={step.climb} />}
              {step.id === 'clock_signature' && report.committed && (
                <p>
                  {t.events.proofSigned} <Time at={report.committed} ago />
                </p>
              )}
            </div>
          </li>
        ))}
      </ol>
      <details>
        <summary>{t.events.proofKeys}</summary>
        <p class="hint">{t.events.proofKeysWhat}</p>
        <dl class="proof-keys">
          <dt>{t.events.proofKeyLog}</dt>
          <dd>
            <code>{safeText(report.keys.log)}</code> <CopyButton text={report.keys.log} />
          </dd>
          <dt>{t.events.proofKeyClock}</dt>
          <dd>
            <code>{safeText(report.keys.clock)}</code> <CopyButton text={report.keys.clock} />
          </dd>
        </dl>
      </details>
      <details>
        <summary>{t.events.proofCheckpoint}</summary>
        <pre tabIndex={0} role="region" aria-label={t.events.proofCheckpoint}>
          {checkpoint}
        </pre>
      </details>
    </>
  );
}

function Hash({ hash, hex }: { hash: string; hex: boolean }) {
  return (
    <dl class="proof-hashes">
      <dt>{t.events.proofHash}</dt>
      <dd>
        <code>{hash}</code>
      </dd>
      {hex && (
        <>
          <dt>{t.events.proofHex}</dt>
          <dd>
            <code>{hexOf(hash)}</code>
          </dd>
        </>
      )}
    </dl>
  );
}

function Climb({ climb }: { climb: NonNullable<ProofStep['climb']> }) {
  return (
    <details>
      <summary>{t.events.proofPath(climb.length)}</summary>
      <ol class="proof-climb">
        {climb.map((one, at) => (
          <li key={at}>
            <div class="hint">
              {t.events.proofStep(at + 1)}, {t.events.proofSide[one.side]}
            </div>
            <dl class="proof-hashes">
              <dt>{t.events.proofSibling}</dt>
              <dd>
                <code>{one.sibling}</code>
              </dd>
              <dt>{t.events.proofResult}</dt>
              <dd>
                <code>{one.result}</code>
              </dd>
            </dl>
          </li>
        ))}
      </ol>
    </details>
  );
}
