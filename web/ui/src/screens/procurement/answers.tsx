import { useState } from 'preact/hooks';
import { adopt, drop, findLibrary, type LibraryAnswer } from '../../api/answers';
import type { Session } from '../../api/session';
import { useAction, useLoad } from '../../load';
import { useRepeat } from '../../poll';
import { go, hrefOf } from '../../route';
import { useStore } from '../../store';
import { tenants } from '../../tenants';
import { t } from '../../texts';
import { Button, ButtonLink, SelectField, TextField } from '../../ui/controls';
import { ConfirmButton } from '../../ui/confirm';
import { Badge, Card, Dialog, Empty, Loading, Notice } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { numberText, Time, utcDayText } from '../../ui/time';
import type { AdminProps } from '../props';
import { Lines, ValueMark } from './marks';
import { mayChange } from './document_list';
import { RemoveOwn } from './own_answer';
import { Cites } from './question';

const words = t.procurement.library;
const FILTERS = ['holds', 'missing', 'adopted', 'stale'] as const;
type Filter = (typeof FILTERS)[number];
const LOOK_S = 10;

function fits(one: LibraryAnswer, filter: Filter | undefined): boolean {
  if (filter === undefined) return true;
  if (filter === 'adopted') return one.adopted !== undefined;
  return filter === 'stale' ? one.adopted?.state === 'stale' : one.proposal.holds === (filter === 'holds');
}

/** What the library says of a tenant by the evidence of now. */
export function AnswersPart({ session, query }: AdminProps) {
  const known = useStore(tenants)?.tenants.map((one) => one.tenant) ?? [];
  const tenant = query.get('tenant') ?? known[0];
  const filter = FILTERS.find((one) => one === query.get('state'));
  const href = (next: { tenant?: string | undefined; state?: string | undefined }) => hrefOf(['procurement', 'answers'], { tenant, state: filter, ...next });
  if (tenant === undefined) return <Empty title={t.nav.noTenants}>{t.nav.noTenantsWhat}</Empty>;
  const options = (known.includes(tenant) ? known : [tenant, ...known]).map((value) => ({ value, text: value }));
  return (
    <>
      <p class="lead">{words.lead}</p>
      {mayChange(session) && (
        <div>
          <ButtonLink kind="main" href={hrefOf(['procurement', 'answers', 'new'], { tenant })}>
            {words.add}
          </ButtonLink>
        </div>
      )}
      <div class="filters">
        <SelectField label={t.procurement.list.heads.tenant} value={tenant} options={options} onValue={(value) => go(href({ tenant: value }))} />
        <SelectField
          label={t.procurement.questions.filter}
          value={filter ?? ''}
          options={[{ value: '', text: t.common.all }, ...FILTERS.map((value) => ({ value, text: words.filters[value] }))]}
          onValue={(value) => go(href({ state: value }), 'replace')}
        />
      </div>
      <Library key={tenant} session={session} tenant={tenant} filter={filter} />
    </>
  );
}

function Library({ session, tenant, filter }: { session: Session; tenant: string; filter: Filter | undefined }) {
  const loaded = useLoad(tenant, (signal) => findLibrary(tenant, signal));
  useRepeat(loaded.reload, loaded.error === undefined ? LOOK_S : undefined);
  const all = loaded.data;
  const topics = new Map<string, LibraryAnswer[]>();
  for (const one of all ?? []) if (fits(one, filter)) topics.set(one.topic, [...(topics.get(one.topic) ?? []), one]);
  return (
    <>
      <ProblemNotice error={loaded.error} retry={loaded.reload} />
      {!all && loaded.error === undefined && <Loading />}
      {all && (
        <p class="soft" role="status">
          {words.tally(numberText(all.length), numberText(all.filter((one) => one.proposal.holds).length), numberText(all.filter((one) => one.adopted).length))}
        </p>
      )}
      {all && topics.size === 0 && <Empty title={words.noneSuch}>{words.noneSuchWhat}</Empty>}
      {[...topics].map(([topic, answers]) => (
        <Card key={topic} title={words.topic(words.topics[topic] ?? topic, numberText(answers.length))}>
          <ul class="library">
            {answers.map((one) => (
              <AnswerItem key={one.id} answer={one} tenant={tenant} session={session} reload={loaded.reload} />
            ))}
          </ul>
        </Card>
      ))}
    </>
  );
}

function AnswerItem({ answer, tenant, session, reload }: { answer: LibraryAnswer; tenant: string; session: Session; reload: () => void }) {
  const { proposal, adopted } = answer;
  const [adopting, setAdopting] = useState(false);
  return (
    <li class="library-answer">
      <div class="question-head">
        <h3>
          <Raw text={answer.title} most={160} inline />
        </h3>
        <Badge tone={proposal.holds ? 'good' : 'plain'}>{words.filters[proposal.holds ? 'holds' : 'missing']}</Badge>
        {adopted && <Badge tone={adopted.state === 'stale' ? 'warn' : 'info'}>{adopted.state === 'stale' ? words.adoptedStale : words.filters.adopted}</Badge>}
        {answer.own && <Badge tone="info">{words.own}</Badge>}
        <code>
          <Raw text={answer.id} most={80} inline />
        </code>
      </div>
      {proposal.holds ? (
        <>
          <p>
            <ValueMark value={proposal.value} /> <Raw text={proposal.text ?? ''} lines />
          </p>
          <Cites cites={proposal.cites ?? []} />
        </>
      ) : (
        <>
          <p class="soft">{words.missing}</p>
          <Lines lines={proposal.missing ?? []} />
        </>
      )}
      {adopted && <AdoptedPart adopted={adopted} />}
      <div class="actions">
        <Button label={words.adoptLabel(answer.title)} disabled={!proposal.holds} onClick={() => setAdopting(true)}>
          {adopted ? words.adoptAnew : words.adopt}
        </Button>
        {adopted && (
          <ConfirmButton
            label={words.dropLabel(answer.title)}
            title={words.drop}
            what={words.dropWhat}
            yes={words.drop}
            run={async () => {
              await drop(answer.id, tenant);
              reload();
            }}
          >
            {words.drop}
          </ConfirmButton>
        )}
        {mayChange(session) && (
          <ButtonLink kind={answer.own ? 'plain' : 'quiet'} href={hrefOf(['procurement', 'answers', 'edit', answer.id], { tenant })} label={(answer.own ? words.changeLabel : words.replaceLabel)(answer.title)}>
            {answer.own ? words.change : words.replace}
          </ButtonLink>
        )}
        {mayChange(session) && answer.own && <RemoveOwn answer={answer} done={reload} />}
      </div>
      {adopting && (
        <AdoptDialog
          answer={answer}
          tenant={tenant}
          owner={adopted?.owner ?? session.account.user}
          close={() => setAdopting(false)}
          done={() => {
            setAdopting(false);
            reload();
          }}
        />
      )}
    </li>
  );
}

function AdoptedPart({ adopted }: { adopted: NonNullable<LibraryAnswer['adopted']> }) {
  const today = new Date().toISOString().slice(0, 10);
  return (
    <div class={`answer-box ${adopted.state}`}>
      <div class="answer-from">
        {words.owner} <Raw text={adopted.owner} most={120} inline />
        {adopted.review_by && (
          <span>
            {words.reviewBy} {utcDayText(adopted.review_by)}
          </span>
        )}
        {adopted.review_by && adopted.review_by < today && <Badge tone="warn">{words.due}</Badge>}
      </div>
      <p>
        <ValueMark value={adopted.value} /> <Raw text={adopted.text} lines />
      </p>
      <p class="soft">
        {words.since} <Time at={adopted.approved} />
      </p>
      {adopted.state === 'stale' && (
        <Notice tone="warn">
          <div>
            <strong>{t.procurement.question.stale}</strong> <Time at={adopted.since} />
            <Lines lines={adopted.stale ?? []} />
          </div>
        </Notice>
      )}
    </div>
  );
}

function AdoptDialog({ answer, tenant, owner, close, done }: { answer: LibraryAnswer; tenant: string; owner: string; close: () => void; done: () => void }) {
  const [by, setBy] = useState(owner);
  const [day, setDay] = useState(answer.adopted?.review_by ?? '');
  const action = useAction();
  const shut = () => {
    if (!action.busy) close();
  };
  return (
    <Dialog title={words.adoptTitle} onClose={shut}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          action.run(async () => {
            await adopt(answer.id, tenant, by.trim(), day);
            done();
          });
        }}
      >
        <p>{words.adoptWhat(tenant)}</p>
        <p>
          <strong>
            <Raw text={answer.title} most={160} />
          </strong>
        </p>
        <TextField label={words.ownerField} hint={words.ownerWhat} value={by} onValue={setBy} maxLength={200} autocomplete="off" required />
        <TextField label={words.reviewField} hint={words.reviewWhat} type="date" value={day} onValue={setDay} />
        <ProblemNotice error={action.error} />
        <div class="actions">
          <Button kind="main" type="submit" busy={action.busy}>
            {words.adopt}
          </Button>
          <Button onClick={shut}>{t.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
