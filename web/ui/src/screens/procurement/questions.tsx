import { useEffect, useRef, useState } from 'preact/hooks';
import { approve, takeBack, type Question, type Questionnaire, type Wish } from '../../api/questionnaires';
import { useAction } from '../../load';
import { go } from '../../route';
import { t } from '../../texts';
import { Button, SelectField } from '../../ui/controls';
import { Dialog, Empty, Loading, Notice } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { numberText } from '../../ui/time';
import { STATES, stateOf, type QuestionState } from './marks';
import { questionnaireHref } from './places';
import { QuestionItem } from './question';
import { useQuestions } from './use_questions';

/** Shown at first, and more at each press. */
const SHOWN = 200;
/** The appliance takes so many at once. */
const AT_ONCE = 5_000;

interface Props {
  entry: Questionnaire;
  /** The filter, as the address has it. */
  state: string | null;
  titles: ReadonlyMap<string, string>;
  said: (entry: Questionnaire) => void;
}

export function QuestionList({ entry, state, titles, said }: Props) {
  const filter = STATES.find((one) => one === state);
  const [most, setMost] = useState(SHOWN);
  // What one has just worked on stays where it is until one looks at something else.
  const [kept, setKept] = useState<ReadonlySet<number>>(new Set());
  useEffect(() => {
    setMost(SHOWN);
    setKept(new Set());
  }, [state]);
  const fits = (one: Question) => filter === undefined || kept.has(one.number) || stateOf(one) === filter;
  const questions = useQuestions(entry.id, (known) => known.filter(fits).length > most);
  const expect = useNewsOf(entry, questions.reload);
  const fitting = questions.known.filter(fits);
  const shown = fitting.slice(0, most);
  const act = async (number: number, work: () => Promise<Questionnaire>) => {
    const now = await work();
    setKept((was) => new Set([...was, number]));
    await questions.refresh(number);
    expect(now);
    said(now);
  };
  const words = t.procurement.questions;
  return (
    <section class="stack" aria-label={words.title}>
      <h2>{words.title}</h2>
      <div class="question-tools">
        <SelectField
          label={words.filter}
          value={filter ?? ''}
          options={[{ value: '', text: words.all }, ...STATES.map((value: QuestionState) => ({ value, text: t.procurement.states[value] }))]}
          onValue={(value) => go(questionnaireHref(entry.id, { state: value }), 'replace')}
        />
        <ApproveAll entry={entry} everything={questions.everything} reload={questions.reload} said={(now) => { expect(now); said(now); }} />
      </div>
      <ProblemNotice error={questions.error} retry={questions.retry} />
      {questions.whole && fitting.length === 0 && (entry.questions === 0 ? <Empty title={words.none}>{words.noneWhat}</Empty> : <Empty title={words.noneSuch}>{filter && words.noneOf[filter]}</Empty>)}
      {shown.length > 0 && (
        <p class="soft" role="status">
          {words.shown(numberText(shown.length), numberText(entry.questions))}
        </p>
      )}
      <ol class="questions">
        {shown.map((one) => (
          <QuestionItem
            key={one.number}
            question={one}
            tenant={entry.tenant}
            titles={titles}
            approve={(wish: Wish) => act(one.number, () => approve(entry.id, [wish]))}
            takeBack={() => act(one.number, () => takeBack(entry.id, [one.number]))}
          />
        ))}
      </ol>
      {!questions.whole && questions.error === undefined && fitting.length <= most && <Loading />}
      {fitting.length > shown.length && (
        <div>
          <Button onClick={() => setMost(most + SHOWN)}>{words.more}</Button>
        </div>
      )}
    </section>
  );
}

/** Loads the questions anew where others, or the evidence, have changed how they stand; gives what says how they are known to stand already. */
function useNewsOf(entry: Questionnaire, reload: () => Promise<void>): (now: Questionnaire) => void {
  const standingOf = (one: Questionnaire) => `${one.approved}/${one.stale}`;
  const standing = standingOf(entry);
  const before = useRef(standing);
  useEffect(() => {
    if (before.current === standing) return;
    before.current = standing;
    // What it fails at, the next look tries again.
    reload().catch(() => (before.current = ''));
  }, [standing, entry]);
  return (now) => (before.current = standingOf(now));
}

function ApproveAll({ entry, everything, reload, said }: { entry: Questionnaire; everything: () => Promise<readonly Question[]>; reload: () => Promise<void>; said: (entry: Questionnaire) => void }) {
  const [numbers, setNumbers] = useState<readonly number[] | undefined>(undefined);
  const [done, setDone] = useState<number | undefined>(undefined);
  const looking = useAction();
  const approving = useAction();
  const words = t.procurement.approveAll;
  const look = () =>
    looking.run(async () => {
      setDone(undefined);
      const all = await everything();
      setNumbers(all.filter((one) => stateOf(one) === 'proposed').map((one) => one.number));
    });
  const close = () => {
    if (approving.busy) return;
    approving.clear();
    setNumbers(undefined);
  };
  const run = (chosen: readonly number[]) =>
    approving.run(async () => {
      let now: Questionnaire | undefined;
      for (let at = 0; at < chosen.length; at += AT_ONCE) now = await approve(entry.id, chosen.slice(at, at + AT_ONCE).map((number) => ({ number })));
      await reload();
      if (now) said(now);
      setDone(chosen.length);
      setNumbers(undefined);
    });
  return (
    <div class="approve-all">
      <Button busy={looking.busy} onClick={look}>
        {words.button}
      </Button>
      <ProblemNotice error={looking.error} />
      {done !== undefined && <Notice tone="good">{words.done(done, numberText(done))}</Notice>}
      {numbers && (
        <Dialog title={words.title} onClose={close}>
          <div class="form">
            <p>{numbers.length === 0 ? words.none : words.what(numbers.length, numberText(numbers.length))}</p>
            <ProblemNotice error={approving.error} />
            <div class="actions">
              {numbers.length > 0 && (
                <Button kind="main" busy={approving.busy} onClick={() => run(numbers)}>
                  {words.yes(numbers.length, numberText(numbers.length))}
                </Button>
              )}
              <Button onClick={close}>{numbers.length === 0 ? t.common.close : t.common.cancel}</Button>
            </div>
          </div>
        </Dialog>
      )}
    </div>
  );
}
