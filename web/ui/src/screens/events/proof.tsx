import { useState } from 'preact/hooks';
import { readProof, type Place, type ProofAnswer, type RecordAnswer } from '../../api/records';
import { Problem } from '../../api/problem';
import { useAction } from '../../load';
import { t } from '../../texts';
import { Button } from '../../ui/controls';
import { saveText } from '../../ui/download';
import { Badge, Card, Notice } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import type { RecordProofReport } from '../../verify/record_proof';
import { ProofSteps } from './proof_steps';
import { ProofYourself } from './proof_yourself';

interface Checked {
  proof: ProofAnswer;
  report: RecordProofReport;
}

/** Fetches the proof and checks it with the bytes that the page shows. What checks it is loaded when it is first needed. */
export async function checkRecord(place: Place, answer: RecordAnswer): Promise<Checked> {
  const [proof, { verifyRecordProof }] = await Promise.all([readProof(place, answer.seq), import('../../verify/record_proof')]);
  const { seq, hash, size, path, checkpoint, keys, log } = proof;
  return { proof, report: await verifyRecordProof({ record: answer.record, seq, hash, size, path, checkpoint, keys, log }) };
}

/** The proof that the record stands in the log, checked in the browser. */
export function ProofCard({ place, answer }: { place: Place; answer: RecordAnswer }) {
  const [checked, setChecked] = useState<Checked | undefined>();
  const action = useAction();
  const check = () => action.run(async () => setChecked(await checkRecord(place, answer)));
  const waits = action.error instanceof Problem && action.error.status === 503;
  const badge = checked && <Badge tone={checked.report.proven ? 'good' : 'bad'}>{checked.report.proven ? t.events.proven : t.events.notProven}</Badge>;
  return (
    <Card title={t.events.proofTitle} actions={badge}>
      <p class="hint">{t.events.proofWhat}</p>
      {waits ? <Notice tone="warn">{t.events.proofWait}</Notice> : <ProblemNotice error={action.error} />}
      <div class="actions">
        <Button kind={checked ? 'plain' : 'main'} busy={action.busy} onClick={check}>
          {action.busy ? t.events.proofChecking : checked ? t.events.proofAgain : t.events.proofCheck}
        </Button>
        {checked && <Button onClick={() => saveText(`${place.tenant}-${answer.seq}.tlog-proof`, checked.proof.proof)}>{t.events.proofDownload}</Button>}
      </div>
      {checked && (
        <>
          <div aria-live="polite">
            <Notice tone={checked.report.proven ? 'good' : 'bad'}>{checked.report.sentence}</Notice>
          </div>
          <ProofSteps report={checked.report} checkpoint={checked.proof.checkpoint} />
          <ProofYourself place={place} answer={answer} proof={checked.proof} />
        </>
      )}
    </Card>
  );
}
