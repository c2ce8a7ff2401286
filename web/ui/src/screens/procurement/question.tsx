import { useEffect, useRef, useState } from 'preact/hooks';
import type { Approved, Candidate, Question, Wish } from '../../api/questionnaires';
import { useAction } from '../../load';
import { t } from '../../texts';
import { Button } from '../../ui/controls';
import { Badge, Notice } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { numberText, Time } from '../../ui/time';
import { Lines, StateMark, stateOf, ValueMark } from './marks';
import { OwnWordsDialog } from './own_words';

interface Props {
  question: Question;
  tenant: string;
  titles: ReadonlyMap<string, string>;
  approve: (wish: Wish) => Promise<void>;
  takeBack: () => Promise<void>;
}

const words = t.procurement.question;

/** One question: what is proposed and why, what was approved, and what one can do. */
export function QuestionItem(props: Props) {
  const { question, titles, approve } = props;
  const { number, approved, proposal, match } = question;
  const state = stateOf(question);
  const [writing, setWriting] = useState(false);
  const action = useAction();
  const head = useRef<HTMLHeadingElement>(null);
  const was = useRef(state);
  useEffect(() => {
    // The button that one pressed is gone.
    if (was.current !== state && !document.activeElement?.closest('dialog')) head.current?.focus();
    was.current = state;
  }, [state]);
  const give = (wish: Wish) => action.run(() => approve(wish));
  return (
    <li class={`question ${state}`}>
      <div class="question-head">
        <h3 tabIndex={-1} ref={head}>
          {words.number(numberText(number))}
          {question.id && (
            <span class="soft">
              {' · '}
              <Raw text={question.id} most={60} inline />
            </span>
          )}
        </h3>
        <StateMark state={state} />
        {question.hidden && <Badge>{words.hidden}</Badge>}
        {question.section && (
          <span class="soft">
            <Raw text={question.section} most={160} inline />
          </span>
        )}
      </div>
      <p class="question-text">
        <Raw text={question.text} lines />
      </p>
      {question.choices && (
        <p class="soft">
          {words.choices} <Raw text={question.choices.join(' · ')} most={300} inline />
        </p>
      )}
      {(question.answer || question.comment) && (
        <p class="soft">
          {words.inFile} <Raw text={[question.answer, question.comment].filter(Boolean).join(' – ')} most={300} />
        </p>
      )}
      {approved ? <ApprovedAnswer approved={approved} titles={titles} /> : <Proposed question={question} titles={titles} />}
      <ProblemNotice error={action.error} />
      <div class="actions">
        {!approved && proposal?.holds && (
          <Button kind="main" busy={action.busy} label={words.approveLabel(number)} onClick={() => give({ number })}>
            {words.approve}
          </Button>
        )}
        {state === 'stale' && approved?.answer && (
          <Button kind="main" busy={action.busy} label={words.anewLabel(number)} onClick={() => give({ number, answer: approved.answer ?? '' })}>
            {words.anew}
          </Button>
        )}
        <Button label={words.ownLabel(number)} onClick={() => setWriting(true)}>
          {approved?.own_words ? words.changeOwn : words.own}
        </Button>
        {approved && (
          <Button busy={action.busy} label={words.takeBackLabel(number)} onClick={() => action.run(props.takeBack)}>
            {words.takeBack}
          </Button>
        )}
      </div>
      {(match.candidates.length > 0 || match.reason) && <Why question={question} titles={titles} busy={action.busy} give={give} />}
      {writing && <OwnWordsDialog {...props} close={() => setWriting(false)} />}
    </li>
  );
}

function Title({ id, titles }: { id: string; titles: ReadonlyMap<string, string> }) {
  const title = titles.get(id);
  return title ? <Raw text={title} most={160} inline /> : <Raw text={id} most={80} inline />;
}

function Proposed({ question: { proposal, match }, titles }: { question: Question; titles: ReadonlyMap<string, string> }) {
  if (!proposal) return null;
  return (
    <div class="answer-box">
      <div class="answer-from">
        {proposal.holds ? words.proposed : words.wouldBe} {match.answer && <Title id={match.answer} titles={titles} />}
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
          <p>{words.doesNotHold}</p>
          <Lines lines={proposal.missing ?? []} />
        </>
      )}
    </div>
  );
}

export function Cites({ cites }: { cites: readonly string[] }) {
  if (cites.length === 0) return <p class="soft">{words.noCites}</p>;
  return (
    <div class="cites">
      <span class="soft">{words.cites}</span>
      <Lines lines={cites} mono />
    </div>
  );
}

function ApprovedAnswer({ approved, titles }: { approved: Approved; titles: ReadonlyMap<string, string> }) {
  return (
    <div class={`answer-box ${approved.state}`}>
      <div class="answer-from">
        {approved.own_words ? <Badge tone="info">{words.ownMark}</Badge> : approved.answer && <Title id={approved.answer} titles={titles} />}
        <span>
          {words.approved} <Time at={approved.approved} />
        </span>
      </div>
      <p>
        <ValueMark value={approved.value} /> <Raw text={approved.text} lines />
      </p>
      {approved.evidence.length > 0 && (
        <div class="cites">
          <span class="soft">{words.evidence}</span>
          <Lines lines={approved.evidence} />
        </div>
      )}
      {approved.state === 'stale' && (
        <Notice tone="warn">
          <div>
            <strong>{words.stale}</strong> <Time at={approved.since} />
            <Lines lines={approved.stale ?? []} />
          </div>
        </Notice>
      )}
    </div>
  );
}

/** Why this answer and no other, and the others that one may choose. */
function Why({ question, titles, busy, give }: { question: Question; titles: ReadonlyMap<string, string>; busy: boolean; give: (wish: Wish) => void }) {
  const { match, number, approved } = question;
  const used = approved ? approved.answer : match.answer;
  return (
    <details class="disclosure">
      <summary>{words.why(match.candidates.length)}</summary>
      <div class="why">
        <p>
          <Raw text={match.reason} />
          {match.by_number && ` ${words.byNumber}`}
        </p>
        <ul class="candidates">
          {match.candidates.map((one) => (
            <li key={one.answer}>
              <div class="candidate-head">
                <strong>
                  <Title id={one.answer} titles={titles} />
                </strong>
                <code>
                  <Raw text={one.answer} most={80} inline />
                </code>
                <Badge tone={one.good ? 'good' : 'plain'}>{words.score(scoreText(one))}</Badge>
                {used === one.answer && <Badge tone="info">{words.thisOne}</Badge>}
              </div>
              <Lines lines={one.why} />
              {used !== one.answer && (
                <Button busy={busy} label={words.useLabel(titles.get(one.answer) ?? one.answer, number)} onClick={() => give({ number, answer: one.answer })}>
                  {words.use}
                </Button>
              )}
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}

function scoreText(one: Candidate): string {
  return `${Math.round(one.score * 100)} %`;
}
