import { useEffect, useRef, useState } from 'preact/hooks';
import type { Session } from '../../api/session';
import { language, t } from '../../texts';
import { Button, TextArea, TextField } from '../../ui/controls';
import { Card, Notice, Progress, Screen } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import type { TenantProps } from '../props';
import { beginCheck, type Answer, type Known } from './check_job';
import { CheckDetails, VerdictBanner } from './check_result';
import { DropZone } from './drop_zone';
import { Tabs } from './tabs';
import { toCheck } from './to_check';

const NOTHING: Known = { fingerprint: '', logKey: '', knownCheckpoint: '' };

interface Running {
  file: File;
  known: Known;
  /** The last one; undefined until there is one. */
  answer: Answer | 'stopped' | undefined;
}

/** Checks bundles in the browser: nothing is uploaded. */
export function CheckPage(props: TenantProps) {
  const [known, setKnown] = useState(NOTHING);
  const [job, setJob] = useState<Running | undefined>();
  const end = useRef<() => void>(() => {});
  useEffect(() => () => end.current(), []);
  const begin = (file: File) => {
    end.current();
    setJob({ file, known, answer: undefined });
    end.current = beginCheck({ file, known }, (answer) => setJob({ file, known, answer }));
  };
  useEffect(() => {
    const file = toCheck.get();
    toCheck.set(undefined);
    if (file) begin(file);
  }, []);
  const stop = () => {
    end.current();
    setJob((was) => was && { ...was, answer: 'stopped' });
  };
  const answer = job?.answer;
  const busy = job !== undefined && (answer === undefined || (answer !== 'stopped' && answer.kind === 'progress'));
  const wrong = answer && answer !== 'stopped' && answer.kind === 'wrong' ? answer : undefined;
  const report = job && answer && answer !== 'stopped' && answer.kind === 'report' ? { session: props.session, file: job.file, known: job.known, report: answer.report } : undefined;
  const changed = job !== undefined && !busy && (Object.keys(known) as (keyof Known)[]).some((name) => known[name] !== job.known[name]);
  return (
    <Screen title={t.evidence.check} lead={t.evidence.verify.lead}>
      <Tabs {...props} active="check" />
      <DropZone onFile={begin} small={job !== undefined} />
      {job && <Outcome session={props.session} job={job} busy={busy} stop={stop} />}
      <Card title={t.evidence.verify.compare}>
        <p class="hint">{t.evidence.verify.compareWhat}</p>
        <Compare known={known} setKnown={setKnown} wrong={wrong} />
        {job && !busy && (
          <div>
            <Button kind={changed || wrong ? 'main' : 'plain'} onClick={() => begin(job.file)}>
              {answer === 'stopped' ? t.evidence.verify.run : t.evidence.verify.again}
            </Button>
          </div>
        )}
      </Card>
      {report && <CheckDetails {...report} />}
    </Screen>
  );
}

function Compare({ known, setKnown, wrong }: { known: Known; setKnown: (known: Known) => void; wrong: { option: keyof Known; message: string } | undefined }) {
  const error = (option: keyof Known) => (wrong?.option === option ? wrong.message : undefined);
  return (
    <div class="form">
      <TextField
        label={t.evidence.verify.fingerprint}
        hint={t.evidence.verify.fingerprintWhat}
        error={error('fingerprint')}
        value={known.fingerprint}
        onValue={(fingerprint) => setKnown({ ...known, fingerprint })}
        spellcheck={false}
        autocomplete="off"
        class="mono"
      />
      <details open={wrong?.option === 'logKey' || wrong?.option === 'knownCheckpoint' || undefined}>
        <summary>{t.evidence.verify.more}</summary>
        <div class="form">
          <TextField
            label={t.evidence.verify.logKey}
            hint={t.evidence.verify.logKeyWhat}
            error={error('logKey')}
            value={known.logKey}
            onValue={(logKey) => setKnown({ ...known, logKey })}
            spellcheck={false}
            autocomplete="off"
            class="mono"
          />
          <TextArea
            label={t.evidence.verify.checkpoint}
            hint={t.evidence.verify.checkpointWhat}
            error={error('knownCheckpoint')}
            value={known.knownCheckpoint}
            rows={6}
            onValue={(knownCheckpoint) => setKnown({ ...known, knownCheckpoint })}
          />
        </div>
      </details>
    </div>
  );
}

const share = new Intl.NumberFormat(language, { style: 'percent' });

function Outcome({ session, job, busy, stop }: { session: Session; job: Running; busy: boolean; stop: () => void }) {
  const { answer, file } = job;
  if (busy) {
    const step = answer && answer !== 'stopped' && answer.kind === 'progress' && answer.total > 0 ? answer : undefined;
    const label = step ? t.evidence.verify.running(file.name.slice(0, 80), share.format(step.done / step.total)) : t.evidence.verify.reading;
    return (
      <Card>
        <Progress label={label} value={step?.done ?? 0} max={step?.total ?? 1} />
        <div>
          <Button onClick={stop}>{t.evidence.verify.cancel}</Button>
        </div>
      </Card>
    );
  }
  if (!answer) return null;
  if (answer === 'stopped') return <Notice tone="warn">{t.evidence.verify.stopped}</Notice>;
  if (answer.kind === 'report') return <VerdictBanner session={session} file={file} known={job.known} report={answer.report} />;
  return (
    <Notice tone="bad">
      <p>
        <strong>{t.evidence.verify.nothing}.</strong> <Reason answer={answer} />
      </p>
    </Notice>
  );
}

function Reason({ answer }: { answer: Answer }) {
  if (answer.kind === 'unreadable') return <>{t.evidence.verify.unreadable}</>;
  if (answer.kind === 'crashed') return <>{t.evidence.verify.crashed}</>;
  return answer.kind === 'unknown' || answer.kind === 'wrong' ? <Raw text={answer.message} /> : null;
}
