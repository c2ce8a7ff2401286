import { useState } from 'preact/hooks';
import type { RecordAnswer } from '../../api/records';
import { t } from '../../texts';
import { Button, CopyButton } from '../../ui/controls';
import { saveText } from '../../ui/download';
import { Card } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { bytesText } from '../../ui/time';

export function recordFile(tenant: string, seq: number): string {
  return `${tenant}-${seq}.json`;
}

function laidOut(record: string): string {
  try {
    return JSON.stringify(JSON.parse(record), null, 2);
  } catch {
    return record;
  }
}

/** The record as it is stored. */
export function RawRecord({ tenant, answer }: { tenant: string; answer: RecordAnswer }) {
  const [laid, setLaid] = useState(true);
  const { record } = answer;
  return (
    <Card
      title={t.events.raw}
      actions={
        <>
          <Button pressed={laid} onClick={() => setLaid(true)}>
            {t.events.rawLaid}
          </Button>
          <Button pressed={!laid} onClick={() => setLaid(false)}>
            {t.events.rawAsIs}
          </Button>
          <CopyButton text={record} />
          <Button onClick={() => saveText(recordFile(tenant, answer.seq), record, 'application/json')}>{t.events.rawDownload}</Button>
        </>
      }
    >
      <p class="hint">{t.events.rawWhat(bytesText(new TextEncoder().encode(record).length))}</p>
      <pre tabIndex={0} role="region" aria-label={t.events.rawText}>
        <Raw key={String(laid)} text={laid ? laidOut(record) : record} most={6_000} lines={laid} />
      </pre>
    </Card>
  );
}
