import { useState } from 'preact/hooks';
import { addVersion, fileHref, findDocument, withdrawVersion, type Document, type Version } from '../../api/documents';
import { Problem } from '../../api/problem';
import type { Session } from '../../api/session';
import { useAction, useLoad } from '../../load';
import { hrefOf } from '../../route';
import { t } from '../../texts';
import { Button, ButtonLink, Checkbox, TextArea, TextField } from '../../ui/controls';
import { Badge, Card, Dialog, Empty, Loading, Pairs } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { bytesText, Time, utcDayText } from '../../ui/time';
import { EditDialog } from './document_edit';
import { DocumentState, Left, mayChange } from './document_list';
import { FileField } from './file_field';
import { Lines } from './marks';

const words = t.procurement.documents;

export function DocumentPage({ session, id }: { session: Session; id: string }) {
  const loaded = useLoad(id, (signal) => findDocument(id, signal));
  const document = loaded.data;
  const back = <ButtonLink href={hrefOf(['procurement', 'documents'])}>{words.back}</ButtonLink>;
  if (!document && loaded.error instanceof Problem && loaded.error.status === 404)
    return (
      <Empty title={words.gone} action={back}>
        {words.goneWhat}
      </Empty>
    );
  return (
    <>
      <div>{back}</div>
      <ProblemNotice error={loaded.error} retry={loaded.reload} />
      {!document && loaded.error === undefined && <Loading />}
      {document && <Shown document={document} session={session} reload={loaded.reload} />}
    </>
  );
}

function Shown({ document, session, reload }: { document: Document; session: Session; reload: () => void }) {
  const [editing, setEditing] = useState(false);
  const may = mayChange(session);
  const { owner } = document;
  return (
    <>
      <h2 class="page-name">
        <Raw text={document.title} most={200} inline /> <DocumentState state={document.state} />
      </h2>
      <Card title={words.about} actions={may && <Button onClick={() => setEditing(true)}>{words.edit}</Button>}>
        <Pairs
          pairs={[
            [words.heads.kind, words.kinds[document.kind]],
            [words.heads.until, <Left document={document} />],
            [words.heads.confidentiality, words.confidentialities[document.confidentiality]],
            ...(document.nda ? [[words.isNda, t.common.yes] as const] : []),
            ...(owner ? [[words.owner, owner === session.account.id ? t.admin.authorYou : <Raw text={owner} most={160} />] as const] : []),
            ...(document.remind_days ? [[words.remind, document.remind_days.length > 0 ? words.remindDays(document.remind_days.join(', ')) : t.common.never] as const] : []),
            [t.procurement.list.heads.added, <Time at={document.added} />],
          ]}
        />
      </Card>
      <Card title={words.versions}>
        {document.versions.length === 0 ? (
          <p class="soft">{words.noVersions}</p>
        ) : (
          <ol class="versions">
            {[...document.versions]
              .sort((a, b) => b.version - a.version)
              .map((one) => (
                <VersionItem key={one.version} document={document} version={one} may={may} reload={reload} />
              ))}
          </ol>
        )}
      </Card>
      {editing && (
        <EditDialog
          document={document}
          session={session}
          close={() => setEditing(false)}
          done={() => {
            setEditing(false);
            reload();
          }}
        />
      )}
      {may && <AddVersion key={document.versions.length} id={document.id} done={reload} />}
    </>
  );
}

function VersionItem({ document, version, may, reload }: { document: Document; version: Version; may: boolean; reload: () => void }) {
  const [withdrawing, setWithdrawing] = useState(false);
  const { valid_from: from, valid_until: until, withdrawn } = version;
  return (
    <li class="library-answer">
      <div class="question-head">
        <h3>{words.version(version.version)}</h3>
        {document.current === version.version && <Badge tone="info">{words.counts}</Badge>}
        {withdrawn && <Badge tone="warn">{words.withdrawn}</Badge>}
        {!version.has_contents && <Badge>{words.noContents}</Badge>}
      </div>
      <Pairs
        pairs={[
          [t.procurement.one.fileName, <Raw text={version.file_name} most={160} />],
          ...(version.issuer ? [[words.issuer, <Raw text={version.issuer} most={200} />] as const] : []),
          [words.holds, words.span(from ? utcDayText(from) : words.open, until ? utcDayText(until) : words.open)],
          [t.procurement.one.size, `${bytesText(version.bytes)}, ${version.media_type}`],
          [words.hash, <code>{version.sha256}</code>],
          [t.procurement.list.heads.added, <Time at={version.added} />],
          ...(withdrawn
            ? [
                [
                  words.withdrawn,
                  <>
                    <Time at={withdrawn.time} /> {withdrawn.reason && <Raw text={withdrawn.reason} />}
                  </>,
                ] as const,
              ]
            : []),
        ]}
      />
      {version.notes && <Lines lines={version.notes} />}
      <div class="actions">
        {version.has_contents && (
          <ButtonLink href={fileHref(document.id, version.version)} download="" label={words.downloadLabel(version.version)}>
            {t.common.download}
          </ButtonLink>
        )}
        {may && !withdrawn && (
          <Button kind="danger" label={words.withdrawLabel(version.version)} onClick={() => setWithdrawing(true)}>
            {words.withdraw}
          </Button>
        )}
      </div>
      {withdrawing && (
        <WithdrawDialog
          id={document.id}
          version={version.version}
          close={() => setWithdrawing(false)}
          done={() => {
            setWithdrawing(false);
            reload();
          }}
        />
      )}
    </li>
  );
}

function WithdrawDialog({ id, version, close, done }: { id: string; version: number; close: () => void; done: () => void }) {
  const [reason, setReason] = useState('');
  const [remove, setRemove] = useState(false);
  const [tried, setTried] = useState(false);
  const action = useAction();
  const shut = () => {
    if (!action.busy) close();
  };
  return (
    <Dialog title={words.withdrawTitle(version)} onClose={shut}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!reason.trim()) return;
          action.run(async () => {
            await withdrawVersion(id, version, reason.trim(), remove);
            done();
          });
        }}
      >
        <p>{words.withdrawWhat}</p>
        <TextArea label={words.reason} hint={words.reasonWhat} error={tried && !reason.trim() ? words.reasonFault : undefined} value={reason} onValue={setReason} maxLength={256} />
        <Checkbox label={words.remove} hint={words.removeWhat} checked={remove} onChecked={setRemove} />
        <ProblemNotice error={action.error} />
        <div class="actions">
          <Button kind="danger" type="submit" busy={action.busy}>
            {words.withdrawYes}
          </Button>
          <Button onClick={shut}>{t.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function AddVersion({ id, done }: { id: string; done: () => void }) {
  const [file, setFile] = useState<File | undefined>(undefined);
  const [issuer, setIssuer] = useState('');
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [tried, setTried] = useState(false);
  const action = useAction();
  return (
    <Card title={words.addVersion}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!file) return;
          action.run(async () => {
            await addVersion(id, file, { issuer: issuer.trim(), valid_from: from, valid_until: until });
            done();
          });
        }}
      >
        <FileField
          file={file}
          onFile={(chosen) => {
            action.clear();
            setFile(chosen);
          }}
          accept=".pdf,.docx,.xlsx,.pptx,.odt,.png,.jpg,.jpeg,.txt,.md,.csv"
          what={words.fileWhat}
        />
        {tried && !file && (
          <p class="error" role="alert">
            {t.procurement.add.noFile}
          </p>
        )}
        <div class="form-row">
          <TextField label={words.issuer} hint={words.issuerWhat} value={issuer} onValue={setIssuer} maxLength={200} autocomplete="off" />
          <TextField label={words.from} hint={words.dayWhat} type="date" value={from} onValue={setFrom} />
          <TextField label={words.until} hint={words.dayWhat} type="date" value={until} onValue={setUntil} />
        </div>
        <ProblemNotice error={action.error} />
        <div>
          <Button kind="main" type="submit" busy={action.busy}>
            {words.addVersionYes}
          </Button>
        </div>
      </form>
    </Card>
  );
}
