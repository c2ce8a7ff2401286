import { useEffect, useState } from 'preact/hooks';
import { stepUp } from '../../api/client';
import { contentPath, fileNameOf, findBundle, isFresh, type Bundle, type Limits } from '../../api/bundles';
import { Problem } from '../../api/problem';
import { session as whoIsIn } from '../../api/session';
import { useAction } from '../../load';
import { go } from '../../route';
import { useStore } from '../../store';
import { language, t } from '../../texts';
import { Button } from '../../ui/controls';
import { Card, Notice, Progress } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { bytesText } from '../../ui/time';
import { tenantHref, type TenantProps } from '../props';
import { begin, canWriteFiles, downloads, findKept, forget, goOn, pause, type Download } from './downloads';
import { toCheck } from './to_check';

type Props = TenantProps & { bundle: Bundle; limits: Limits | undefined };

export function DownloadCard(props: Props) {
  const { bundle } = props;
  const known = useStore(downloads).get(bundle.id);
  useEffect(() => void findKept(bundle), [bundle.id]);
  return (
    <Card title={t.evidence.load.title}>
      <p class="hint">{t.evidence.load.what(bytesText(bundle.bytes ?? 0))}</p>
      {known ? <Going {...props} download={known} /> : canWriteFiles ? <Begin {...props} /> : <ByBrowser {...props} />}
    </Card>
  );
}

function Begin({ bundle, ...props }: Props) {
  const action = useAction();
  return (
    <>
      <ProblemNotice error={action.error} />
      <div class="actions">
        <Button kind="main" busy={action.busy} onClick={() => action.run(async () => void (await begin(props, bundle)))}>
          {t.evidence.load.start}
        </Button>
      </div>
    </>
  );
}

/** The browser downloads by itself, so a second factor has to be shown before: its request cannot ask for one. */
function ByBrowser({ bundle, limits, ...props }: Props) {
  const action = useAction();
  const [handed, setHanded] = useState(false);
  const start = () =>
    action.run(async () => {
      setHanded(false);
      // Whether it is still there, and so is the session.
      await findBundle(props, bundle.id);
      const shown = whoIsIn.get()?.second_factor.shown ?? null;
      if (!(limits && isFresh(limits, shown)) && !(await stepUp.ask())) return;
      const link = document.createElement('a');
      link.href = contentPath(props, bundle.id);
      link.download = fileNameOf(bundle);
      document.body.append(link);
      link.click();
      link.remove();
      setHanded(true);
    });
  return (
    <>
      <ProblemNotice error={action.error} />
      <div class="actions">
        <Button kind="main" busy={action.busy} onClick={start}>
          {t.evidence.load.start}
        </Button>
      </div>
      {handed && <Notice>{t.evidence.load.handed}</Notice>}
    </>
  );
}

const share = new Intl.NumberFormat(language, { style: 'percent' });

function Going({ bundle, download, ...props }: Props & { download: Download }) {
  const action = useAction();
  const total = bundle.bytes ?? 0;
  const { state, done } = download;
  const again = (how: 'further' | 'anew') => action.run(() => goOn(props, bundle, how));
  if (state === 'done') return <Done {...props} bundle={bundle} download={download} />;
  return (
    <>
      {done === undefined ? (
        <Notice>{t.evidence.load.begun}</Notice>
      ) : (
        <Progress label={t.evidence.load.step(bytesText(done), bytesText(total), share.format(total > 0 ? done / total : 0))} value={done} max={Math.max(1, total)} />
      )}
      {state === 'running' && <p class="hint">{t.evidence.load.running}</p>}
      {state === 'paused' && done !== undefined && <Notice>{t.evidence.load.paused(bytesText(done))}</Notice>}
      {state === 'broken' && <Broken download={download} />}
      <ProblemNotice error={action.error} />
      <div class="actions">
        {state === 'running' ? (
          <Button onClick={() => pause(bundle.id)}>{t.evidence.load.pause}</Button>
        ) : (
          <>
            <Button kind="main" busy={action.busy} onClick={() => again('further')}>
              {t.evidence.load.resume}
            </Button>
            <Button busy={action.busy} onClick={() => again('anew')}>
              {t.evidence.load.restart}
            </Button>
            <Button kind="quiet" onClick={() => void forget(bundle.id)}>
              {t.evidence.load.forget}
            </Button>
          </>
        )}
      </div>
    </>
  );
}

function Broken({ download }: { download: Download }) {
  const { error } = download;
  // What the browser says of a broken connection says no more than that.
  const connection = error instanceof TypeError || (error instanceof Problem && error.status === 0);
  const done = bytesText(download.done ?? 0);
  return (
    <>
      <Notice tone="warn">{connection ? t.evidence.load.broken(done) : t.evidence.load.halted(done)}</Notice>
      {!connection && <ProblemNotice error={error} />}
    </>
  );
}

function Done({ bundle, download, ...props }: Props & { download: Download }) {
  const action = useAction();
  return (
    <>
      <Notice tone="good">{t.evidence.load.done(download.file.name)}</Notice>
      <ProblemNotice error={action.error} />
      <div class="actions">
        <Button
          kind="main"
          busy={action.busy}
          onClick={() =>
            action.run(async () => {
              toCheck.set(await download.file.getFile());
              go(tenantHref(props, ['evidence', 'check']));
            })
          }
        >
          {t.evidence.load.check}
        </Button>
        <Button kind="quiet" onClick={() => void forget(bundle.id)}>
          {t.evidence.load.restart}
        </Button>
      </div>
    </>
  );
}
