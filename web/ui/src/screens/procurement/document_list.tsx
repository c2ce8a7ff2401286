import { useState } from 'preact/hooks';
import { acceptNda, findDocuments, findNda, KINDS, type Document, type Documents } from '../../api/documents';
import type { Session } from '../../api/session';
import { useAction, useLoad } from '../../load';
import { hrefOf } from '../../route';
import { t } from '../../texts';
import { CardTable } from '../../ui/card_table';
import { Button, ButtonLink } from '../../ui/controls';
import { Badge, Dialog, Empty, Loading, Notice, type Tone } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { utcDayText } from '../../ui/time';
import { daysLeft } from './days';

const words = t.procurement.documents;
/** From here on an end is near. */
const SOON_DAYS = 30;

/** Documents are added and withdrawn by who administers all tenants. */
export function mayChange({ account }: Session): boolean {
  return account.role === 'admin' && account.all_tenants;
}

export function documentHref(id: string): string {
  return hrefOf(['procurement', 'documents', id]);
}

const TONES: Record<Document['state'], Tone> = { valid: 'good', expired: 'bad', 'not-yet': 'info', missing: 'warn' };

export function DocumentState({ state }: { state: Document['state'] }) {
  return <Badge tone={TONES[state]}>{words.states[state]}</Badge>;
}

export function Left({ document }: { document: Document }) {
  const until = document.versions.find((one) => one.version === document.current)?.valid_until;
  if (document.state !== 'valid' || until === undefined) return <>{document.state === 'valid' ? words.noEnd : '–'}</>;
  const days = daysLeft(until);
  return (
    <>
      {utcDayText(until)} {days <= SOON_DAYS ? <Badge tone="warn">{words.left(days)}</Badge> : <span class="soft">{words.left(days)}</span>}
    </>
  );
}

export function DocumentList({ session }: { session: Session }) {
  const loaded = useLoad('documents', findDocuments);
  const may = mayChange(session);
  const add = may && (
    <ButtonLink kind="main" href={documentHref('new')}>
      {words.add}
    </ButtonLink>
  );
  const all = loaded.data;
  return (
    <>
      <p class="lead">{words.lead}</p>
      <ProblemNotice error={loaded.error} retry={loaded.reload} />
      {!all && loaded.error === undefined && <Loading />}
      {all && <BehindNda all={all} reload={loaded.reload} />}
      {all?.documents.length === 0 && (
        <Empty title={words.none} action={add}>
          {may ? words.noneWhat : words.noneOther}
        </Empty>
      )}
      {all && all.documents.length > 0 && (
        <>
          {add && <div>{add}</div>}
          <CardTable
            caption={t.procurement.parts.documents}
            rows={[...all.documents].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.title.localeCompare(b.title))}
            keyOf={(one) => one.id}
            columns={[
              {
                head: words.heads.title,
                names: true,
                cell: (one) => (
                  <a href={documentHref(one.id)}>
                    <Raw text={one.title} most={160} inline />
                  </a>
                ),
              },
              { head: words.heads.kind, cell: (one) => words.kinds[one.kind] },
              { head: words.heads.state, cell: (one) => <DocumentState state={one.state} /> },
              { head: words.heads.until, cell: (one) => <Left document={one} /> },
              { head: words.heads.confidentiality, cell: (one) => words.confidentialities[one.confidentiality] },
            ]}
          />
        </>
      )}
    </>
  );
}

/** What waits behind the NDA, and its text, which is read before it is accepted. */
function BehindNda({ all, reload }: { all: Documents; reload: () => void }) {
  const [open, setOpen] = useState(false);
  const behind = all.behind_nda ?? 0;
  if (behind === 0) return null;
  if (!all.nda) return <Notice tone="warn">{words.noNda(behind)}</Notice>;
  return (
    <Notice tone="info">
      {words.behind(behind)}
      <Button kind="main" onClick={() => setOpen(true)}>
        {words.readNda}
      </Button>
      {open && (
        <NdaDialog
          close={() => setOpen(false)}
          done={() => {
            setOpen(false);
            reload();
          }}
        />
      )}
    </Notice>
  );
}

function NdaDialog({ close, done }: { close: () => void; done: () => void }) {
  const loaded = useLoad('nda', findNda);
  const action = useAction();
  const nda = loaded.data;
  const shut = () => {
    if (!action.busy) close();
  };
  return (
    <Dialog title={words.ndaTitle} onClose={shut}>
      <div class="form">
        <ProblemNotice error={loaded.error} retry={loaded.reload} />
        {!nda && loaded.error === undefined && <Loading />}
        {nda && (
          <>
            <p>
              <strong>
                <Raw text={nda.title} most={200} inline />
              </strong>{' '}
              {words.version(nda.version)}
            </p>
            <div class="nda-text" role="region" aria-label={words.ndaText} tabIndex={0}>
              <Raw text={nda.text} lines most={1_000_000} />
            </div>
            <p class="hint">
              {words.hash} <code>{nda.sha256}</code>
            </p>
          </>
        )}
        <ProblemNotice error={action.error} />
        <div class="actions">
          {nda && (
            <Button
              kind="main"
              busy={action.busy}
              onClick={() =>
                action.run(async () => {
                  await acceptNda(nda.sha256);
                  done();
                })
              }
            >
              {words.accept}
            </Button>
          )}
          <Button onClick={shut}>{t.common.cancel}</Button>
        </div>
      </div>
    </Dialog>
  );
}
