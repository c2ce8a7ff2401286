import type { Place, ProofAnswer, RecordAnswer } from '../../api/records';
import { t } from '../../texts';
import { Button, CopyButton } from '../../ui/controls';
import { saveText } from '../../ui/download';
import { recordFile } from './raw_record';

/** In single quotes of a shell; keys come from the appliance and are not trusted. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''").replace(/[\p{Cc}\p{Cf}]/gu, '')}'`;
}

/** How to do the same with other programs, with the files and the lines to type. */
export function ProofYourself({ place, answer, proof }: { place: Place; answer: RecordAnswer; proof: ProofAnswer }) {
  const record = recordFile(place.tenant, answer.seq);
  const file = `${place.tenant}-${answer.seq}.tlog-proof`;
  const check = `countersign proof check ${file} ${record} \\\n  --log-key ${quoted(proof.keys.log)} \\\n  --log-key ${quoted(proof.keys.clock)}`;
  const hash = `( printf '\\0'; cat ${record} ) | sha256sum`;
  const line = (text: string, label: string) => (
    <div class="event-command">
      <pre tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
      <CopyButton text={text} />
    </div>
  );
  return (
    <details>
      <summary>{t.events.proofSelf}</summary>
      <div class="form">
        <p>{t.events.proofSelfWhat}</p>
        <div class="actions">
          <Button onClick={() => saveText(record, answer.record, 'application/json')}>{t.events.rawDownload}</Button>
          <Button onClick={() => saveText(file, proof.proof)}>{t.events.proofDownload}</Button>
        </div>
        {line(check, t.events.proofCommand)}
        <p>{t.events.proofSelfHash}</p>
        {line(hash, t.events.proofHashCommand)}
        <p class="hint">{t.events.proofSelfChain}</p>
      </div>
    </details>
  );
}
