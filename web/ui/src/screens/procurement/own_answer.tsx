import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { findFacts, findLibrary, previewAnswer, putAnswer, removeAnswer, type AnswerPreview, type LibraryAnswer } from '../../api/answers';
import { Problem } from '../../api/problem';
import { useAction, useLoad } from '../../load';
import { go, hrefOf } from '../../route';
import { useStore } from '../../store';
import { tenants } from '../../tenants';
import { t } from '../../texts';
import { ConfirmButton } from '../../ui/confirm';
import { Button, ButtonLink, Checkbox, SelectField, TextArea, TextField } from '../../ui/controls';
import { Badge, Card, Empty, Loading, Notice } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { Lines, ValueMark } from './marks';
import { ClaimFields, type Facts } from './own_answer_claim';
import { answerOf, draftOf, emptyAnswer, emptyClaim, faultOf, idOf, isAbout, LISTS, type AnswerDraft, type Fault } from './own_answer_draft';
import { Cites } from './question';

const words = t.procurement.ownAnswer;
const CLAIMS_MAX = 8;
/** After the last key, before it is asked what would be said. */
const REST_MS = 400;

const answersHref = (tenant: string) => hrefOf(['procurement', 'answers'], { tenant });

/** The form for an answer of the vendor's own; `id` undefined: a new one. */
export function OwnAnswerPage({ id, query }: { id: string | undefined; query: URLSearchParams }) {
  const known = useStore(tenants)?.tenants.map((one) => one.tenant) ?? [];
  const tenant = query.get('tenant') ?? known[0];
  if (tenant === undefined) return <Empty title={t.nav.noTenants}>{t.nav.noTenantsWhat}</Empty>;
  const options = known.includes(tenant) ? known : [tenant, ...known];
  return <Found id={id} tenant={tenant} options={options} />;
}

function Found({ id, tenant, options }: { id: string | undefined; tenant: string; options: readonly string[] }) {
  const [first] = useState(tenant);
  const library = useLoad('library', (signal) => findLibrary(first, signal));
  const facts = useLoad(`facts/${tenant}`, (signal) => findFacts(tenant, signal));
  const back = <ButtonLink href={answersHref(tenant)}>{words.back}</ButtonLink>;
  const answer = library.data?.find((one) => one.id === id);
  if (library.data && id !== undefined && !answer)
    return (
      <Empty title={words.missing} action={back}>
        {words.missingWhat}
      </Empty>
    );
  return (
    <>
      <div>{back}</div>
      <ProblemNotice error={library.error} retry={library.reload} />
      <ProblemNotice error={facts.error} retry={facts.reload} />
      {library.data ? <Editor answer={answer} library={library.data} tenant={tenant} options={options} facts={facts.data} /> : library.error === undefined && <Loading />}
    </>
  );
}

interface EditorProps {
  answer: LibraryAnswer | undefined;
  library: readonly LibraryAnswer[];
  tenant: string;
  options: readonly string[];
  facts: Facts | undefined;
}

function Editor({ answer, library, tenant, options, facts }: EditorProps) {
  const [draft, setDraft] = useState<AnswerDraft>(() => (answer ? draftOf(answer) : emptyAnswer()));
  const [ownId, setOwnId] = useState(answer !== undefined);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const action = useAction();
  const form = useRef<HTMLFormElement>(null);
  const list = useId();
  const set = (part: Partial<AnswerDraft>) => {
    setFault(undefined);
    setDraft((was) => ({ ...was, ...part }));
  };
  const preview = usePreview(tenant, draft);
  const taken = !answer && library.find((one) => one.id === draft.id);
  const submit = () => {
    setFault(undefined);
    if (taken || !draft.id) return setFault({ path: 'id', text: taken ? words.idTaken : words.idNeeded });
    action.run(async () => {
      try {
        await putAnswer(draft.id, answerOf(draft));
        go(answersHref(tenant));
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 422) throw error;
        const found = faultOf(error.detail);
        if (found.path === '') throw error;
        setFault(found);
      }
    });
  };
  // Behind the drawing that marks what is wrong.
  useEffect(() => {
    if (fault) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [fault]);
  const setClaim = (at: number, change: (claims: AnswerDraft['claims']) => AnswerDraft['claims']) => set({ claims: change(draft.claims.filter((_, other) => other !== at)) });
  return (
    <form
      ref={form}
      class="own-answer"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h2 class="page-name">
        {answer ? <Raw text={answer.title} most={160} inline /> : words.add} {answer?.own && <Badge tone="info">{t.procurement.library.own}</Badge>}
      </h2>
      {answer && !answer.own && <Notice>{words.replaces}</Notice>}
      <Asked draft={draft} set={set} fault={fault} fixed={answer !== undefined} library={library} ownId={ownId} takeId={() => setOwnId(true)} />
      <Card title={words.says}>
        <p class="hint">{words.saysWhat}</p>
        <datalist id={list}>
          {Object.entries(facts ?? {}).map(([name, fact]) => (
            <option key={name} value={name} label={fact.value.slice(0, 60)} />
          ))}
        </datalist>
        {draft.claims.map((claim, at) => (
          <ClaimFields
            key={claim.key}
            number={at + 1}
            count={draft.claims.length}
            claim={claim}
            list={list}
            facts={facts}
            standing={preview.said?.claims[at]}
            fault={fault}
            change={(next) => set({ claims: draft.claims.map((one, other) => (other === at ? next : one)) })}
            move={(by) => setClaim(at, (others) => [...others.slice(0, at + by), claim, ...others.slice(at + by)])}
            remove={() => setClaim(at, (others) => others)}
          />
        ))}
        {draft.claims.length < CLAIMS_MAX && (
          <div>
            <Button onClick={() => set({ claims: [...draft.claims, emptyClaim()] })}>{words.addClaim}</Button>
          </div>
        )}
      </Card>
      <PreviewCard preview={preview} told={fault !== undefined} tenant={tenant} options={options} id={answer?.id} />
      {fault && <FaultNotice fault={fault} />}
      <ProblemNotice error={action.error} />
      <div class="actions">
        <Button kind="main" type="submit" busy={action.busy}>
          {t.common.save}
        </Button>
        <ButtonLink href={answersHref(tenant)}>{t.common.cancel}</ButtonLink>
        {answer?.own && <RemoveOwn answer={answer} done={() => go(answersHref(tenant), 'replace')} />}
      </div>
    </form>
  );
}

/** Where it is wrong, for a form that is longer than a page. */
function FaultNotice({ fault }: { fault: Fault }) {
  return (
    <div class="notice bad" role="alert">
      <p>
        <strong>{words.wrong}</strong> <code>{fault.path}</code>: {fault.text}
      </p>
    </div>
  );
}

export function RemoveOwn({ answer, done }: { answer: LibraryAnswer; done: () => void }) {
  return (
    <ConfirmButton
      kind="danger"
      label={words.removeLabel(answer.title)}
      title={words.removeTitle}
      what={words.removeWhat}
      yes={words.removeYes}
      run={async () => {
        await removeAnswer(answer.id);
        done();
      }}
    >
      {words.removeButton}
    </ConfirmButton>
  );
}

interface AskedProps {
  draft: AnswerDraft;
  set: (part: Partial<AnswerDraft>) => void;
  fault: Fault | undefined;
  /** Whether the answer is there already, so that its id stays. */
  fixed: boolean;
  library: readonly LibraryAnswer[];
  ownId: boolean;
  takeId: () => void;
}

const OTHER = ' ';

/** What is asked, and how questions are told. */
function Asked({ draft, set, fault, fixed, library, ownId, takeId }: AskedProps) {
  const topics = [...new Set(library.map((one) => one.topic))].sort();
  const [otherTopic, setOtherTopic] = useState(!topics.includes(draft.topic));
  const at = (path: string) => (isAbout(fault, path) ? fault?.text : undefined);
  const names = t.procurement.library.topics;
  const inside = LISTS.some((name) => isAbout(fault, name));
  return (
    <Card title={words.asked}>
      <TextField label={words.titleField} error={at('title')} value={draft.title} onValue={(title) => set({ title, ...(ownId ? {} : { id: idOf(title) }) })} maxLength={200} autocomplete="off" />
      <div class="form-row">
        {!fixed && (
          <TextField
            label={words.id}
            hint={words.idWhat}
            error={at('id')}
            value={draft.id}
            onValue={(id) => {
              takeId();
              set({ id });
            }}
            maxLength={64}
            autocomplete="off"
            autoCapitalize="none"
            spellcheck={false}
          />
        )}
        <SelectField
          label={words.topic}
          value={otherTopic ? OTHER : draft.topic}
          options={[...topics.map((value) => ({ value, text: names[value] ?? value })), { value: OTHER, text: words.otherTopic }]}
          onValue={(value) => {
            setOtherTopic(value === OTHER);
            set({ topic: value === OTHER ? '' : value });
          }}
        />
        {otherTopic && <TextField label={words.topicName} hint={words.topicWhat} error={at('topic')} value={draft.topic} onValue={(topic) => set({ topic })} maxLength={64} autocomplete="off" autoCapitalize="none" spellcheck={false} />}
        <SelectField label={words.form} value={draft.form} options={(['any', 'yes-no', 'open'] as const).map((value) => ({ value, text: words.forms[value] }))} onValue={(value) => set({ form: value as AnswerDraft['form'] })} />
      </div>
      <TextArea label={words.asks} hint={words.asksWhat} error={at('asks')} value={draft.asks} onValue={(asks) => set({ asks })} rows={4} />
      <details class="disclosure" open={inside || undefined}>
        <summary>{words.matching}</summary>
        <div class="form">
          {LISTS.map((name) => (
            <TextArea key={name} label={words.lists[name].label} hint={words.lists[name].what} error={at(name)} value={draft[name]} onValue={(text) => set({ [name]: text })} rows={2} />
          ))}
          <Checkbox label={words.part} hint={words.partWhat} checked={draft.part} onChecked={(part) => set({ part })} />
          <Checkbox label={words.exact} hint={words.exactWhat} checked={draft.exact} onChecked={(exact) => set({ exact })} />
        </div>
      </details>
    </Card>
  );
}

interface Preview {
  said: AnswerPreview | undefined;
  /** What stands in the way of saying it. */
  error: unknown;
}

/** What the answer would say, asked anew when one rests. What was said of another draft counts no more. */
function usePreview(tenant: string, draft: AnswerDraft): Preview {
  const [state, setState] = useState<Preview & { key: string }>({ key: '', said: undefined, error: undefined });
  const answer = answerOf(draft);
  // Neither its title nor its id changes what it says.
  const asked = { ...answer, title: answer.title || 'title', asks: answer.asks.length > 0 ? answer.asks : ['asks'], topic: answer.topic || 'topic' };
  const key = JSON.stringify([tenant, asked]);
  const empty = answer.claims.every((one) => one.text === '');
  useEffect(() => {
    if (empty) return undefined;
    const control = new AbortController();
    const put = (next: Preview) => !control.signal.aborted && setState({ key, ...next });
    const timer = setTimeout(() => {
      previewAnswer(tenant, 'id', asked, control.signal).then(
        (said) => put({ said, error: undefined }),
        (error: unknown) => put({ said: undefined, error }),
      );
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [key]);
  return state.key === key ? state : { said: undefined, error: undefined };
}

/** `told`: what is wrong is said elsewhere already. */
function PreviewCard({ preview: { said, error }, told, tenant, options, id }: { preview: Preview; told: boolean; tenant: string; options: readonly string[]; id: string | undefined }) {
  const detail = error instanceof Problem && error.status === 422 ? faultOf(error.detail) : undefined;
  return (
    <Card title={words.preview}>
      <div class="filters">
        <SelectField label={words.tenant} value={tenant} options={options.map((value) => ({ value, text: value }))} onValue={(value) => go(hrefOf(['procurement', 'answers', ...(id === undefined ? ['new'] : ['edit', id])], { tenant: value }), 'replace')} />
      </div>
      <div aria-live="polite" class="own-preview">
        {said?.proposal.holds && (
          <div class="answer-box">
            <p>
              <ValueMark value={said.proposal.value} /> <Raw text={said.proposal.text ?? ''} lines />
            </p>
            <Cites cites={said.proposal.cites ?? []} />
          </div>
        )}
        {said && !said.proposal.holds && (
          <div class="answer-box">
            <p>{words.previewMissing}</p>
            <Lines lines={said.proposal.missing ?? []} />
          </div>
        )}
        {detail && !told && (
          <p class="soft">
            {words.previewNot} {detail.path && <code>{detail.path}</code>} {detail.text}
          </p>
        )}
        {!said && !detail && error === undefined && <p class="soft">{words.previewWaits}</p>}
      </div>
      {!detail && <ProblemNotice error={error} />}
    </Card>
  );
}
