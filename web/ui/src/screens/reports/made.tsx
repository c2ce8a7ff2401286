import { useEffect, useRef } from 'preact/hooks';
import type { MadeReport, Report } from '../../api/reports';
import { useLoad } from '../../load';
import { t } from '../../texts';
import { Button, CopyButton } from '../../ui/controls';
import { saveBlob } from '../../ui/download';
import { Card, Loading, Notice, Pairs } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { bytesText } from '../../ui/time';
import type { Here } from './places';
import { Summary } from './summary';

interface MadeProps {
  here: Here;
  report: MadeReport;
  seconds: number;
  json: boolean;
  /** The form says something else by now. */
  stale: boolean;
}

/** A report that was made: it can be saved, and as data also be looked at. */
export function Made({ here, report, seconds, json, stale }: MadeProps) {
  const place = useRef<HTMLDivElement>(null);
  // It comes below the form, where nobody would see it.
  useEffect(() => {
    place.current?.focus({ preventScroll: true });
    place.current?.scrollIntoView({ block: 'start' });
  }, []);
  return (
    <div class="made" tabIndex={-1} ref={place}>
      <Card title={t.makeReport.ready} actions={<Button kind="main" onClick={() => saveBlob(report.name, report.blob)}>{t.common.download}</Button>}>
        <p role="status">{t.makeReport.readyWhat(report.name, bytesText(report.blob.size), seconds)}</p>
        {stale && <Notice tone="warn">{t.makeReport.stale}</Notice>}
        <Pairs pairs={[[t.makeReport.fileHash, <span class="hash-line"><code>{report.sha256}</code><CopyButton text={report.sha256} label={t.controls.copyHash} /></span>]]} />
      </Card>
      {json && <Shown here={here} report={report} />}
    </div>
  );
}

function Shown({ here, report }: { here: Here; report: MadeReport }) {
  const read = useLoad(report.sha256, async () => JSON.parse(await report.blob.text()) as Report);
  if (read.error !== undefined) return <ProblemNotice error={read.error} />;
  return read.data ? <Summary here={here} report={read.data} /> : <Loading />;
}
