import { useState } from 'preact/hooks';
import { findRequests, findTrustPage, refuseRequest, removeRequest, type AccessRequest } from '../../api/access';
import { useAction, useLoad } from '../../load';
import { hrefOf } from '../../route';
import { t } from '../../texts';
import { CardTable } from '../../ui/card_table';
import { ConfirmButton } from '../../ui/confirm';
import { Button, ButtonLink, TextField } from '../../ui/controls';
import { focusHeading } from '../../ui/focus';
import { Badge, Card, Dialog, Empty, Notice, Pairs, type Tone } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { Time } from '../../ui/time';
import { ShownOnce } from '../admin/keep_it';
import { Whole } from '../admin/parts';
import { ApproveDialog } from './access_approve';

const words = t.procurement.access;

/** Who asks for access on the trust page, for who administers all tenants. */
export function AccessPart() {
  const loaded = useLoad('requests', findRequests);
  return (
    <>
      <ShownOnce />
      <p class="lead">{words.lead}</p>
      <PageState />
      <Whole loaded={loaded}>{(all) => <Requests all={all} reload={loaded.reload} />}</Whole>
    </>
  );
}

/** Whether there is a page on which somebody can ask. */
function PageState() {
  const loaded = useLoad('trust', findTrustPage);
  const page = loaded.data;
  if (loaded.error !== undefined) return <ProblemNotice error={loaded.error} retry={loaded.reload} />;
  if (page === undefined) return null;
  if (page === null)
    return (
      <Card title={words.off}>
        <p>{words.offWhat}</p>
        <pre tabIndex={0} aria-label={words.offSettings}>
          {words.settings}
        </pre>
        <p class="soft">{words.offThen}</p>
      </Card>
    );
  return (
    <Notice tone={page.takes_requests ? 'info' : 'warn'}>
      <span>
        {words.on} <Raw text={page.vendor} most={160} inline />. {!page.takes_requests && words.takesNone}
      </span>
      <ButtonLink href="/trust">{words.show}</ButtonLink>
    </Notice>
  );
}

function Requests({ all, reload }: { all: readonly AccessRequest[]; reload: () => void }) {
  const waiting = all.filter((one) => one.state === 'pending');
  const decided = all.filter((one) => one.state !== 'pending');
  const done = () => {
    reload();
    focusHeading();
  };
  return (
    <>
      {waiting.length === 0 && <Empty title={words.none}>{words.noneWhat}</Empty>}
      {waiting.length > 0 && <Notice tone="warn">{words.unproven}</Notice>}
      {waiting.length > 0 && (
        <ul class="access-requests" aria-label={words.waiting}>
          {waiting.map((one) => (
            <Waiting key={one.id} request={one} done={done} reload={reload} />
          ))}
        </ul>
      )}
      {decided.length > 0 && (
        <Card title={words.decided}>
          <p class="soft">{words.decidedWhat}</p>
          <Decided all={decided} />
        </Card>
      )}
    </>
  );
}

function Waiting({ request, done, reload }: { request: AccessRequest; done: () => void; reload: () => void }) {
  const [open, setOpen] = useState<'approve' | 'refuse' | undefined>(undefined);
  const name = request.name ?? '';
  return (
    <li class="question proposed">
      <div class="question-head">
        <h2>
          <Raw text={name} most={128} inline />
        </h2>
        <Badge tone="info">{words.states.pending}</Badge>
      </div>
      <Pairs
        pairs={[
          [words.company, <Raw text={request.company ?? ''} most={128} />],
          [words.email, <Raw text={request.email ?? ''} most={128} />],
          [words.reason, <Raw text={request.reason ?? ''} />],
          [words.asked, <Time at={request.asked} ago />],
        ]}
      />
      <div class="actions">
        <Button kind="main" label={words.approveLabel(name)} onClick={() => setOpen('approve')}>
          {words.approve}
        </Button>
        <Button kind="danger" label={words.refuseLabel(name)} onClick={() => setOpen('refuse')}>
          {words.refuse}
        </Button>
        <ConfirmButton
          label={words.removeLabel(name)}
          title={words.removeTitle}
          what={words.removeWhat}
          yes={words.removeYes}
          run={async () => {
            await removeRequest(request.id);
            done();
          }}
        >
          {words.remove}
        </ConfirmButton>
      </div>
      {open === 'approve' && (
        <ApproveDialog
          request={request}
          close={() => setOpen(undefined)}
          done={() => {
            // What is shown this once takes the focus.
            setOpen(undefined);
            reload();
          }}
        />
      )}
      {open === 'refuse' && <RefuseDialog request={request} close={() => setOpen(undefined)} done={done} />}
    </li>
  );
}

const TONES: Record<AccessRequest['state'], Tone> = { pending: 'info', approved: 'good', refused: 'plain', expired: 'warn' };

function Decided({ all }: { all: readonly AccessRequest[] }) {
  return (
    <CardTable
      caption={words.decided}
      rows={all}
      keyOf={(one) => one.id}
      columns={[
        { head: words.asked, names: true, cell: (one) => <Time at={one.asked} /> },
        { head: words.state, cell: (one) => <Badge tone={TONES[one.state]}>{words.states[one.state]}</Badge> },
        { head: words.decidedOn, cell: (one) => (one.decided ? <Time at={one.decided} /> : '–') },
        { head: words.account, cell: (one) => (one.account ? <a href={hrefOf(['admin', 'users', one.account])}>{words.toAccount}</a> : '–') },
        { head: words.ends, cell: (one) => (one.expires ? <Time at={one.expires} /> : '–') },
      ]}
    />
  );
}

/** The most that the appliance takes, in bytes. */
const REASON_MAX = 256;

function RefuseDialog({ request, close, done }: { request: AccessRequest; close: () => void; done: () => void }) {
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const action = useAction();
  const shut = () => {
    if (!action.busy) close();
  };
  return (
    <Dialog title={words.refuseTitle} onClose={shut}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!reason.trim()) return;
          action.run(async () => {
            await refuseRequest(request.id, reason.trim());
            close();
            done();
          });
        }}
      >
        <p>{words.refuseWhat}</p>
        <TextField label={words.why} hint={words.whyWhat} error={tried && !reason.trim() ? words.whyFault : undefined} value={reason} onValue={setReason} maxLength={REASON_MAX} autocomplete="off" />
        <ProblemNotice error={action.error} />
        <div class="actions">
          <Button kind="danger" type="submit" busy={action.busy}>
            {words.refuseYes}
          </Button>
          <Button onClick={shut}>{t.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
