import { useId, useRef } from 'preact/hooks';
import { TESTS, type AnswerPreview, type Fact, type Test } from '../../api/answers';
import { VALUES, type Value } from '../../api/questionnaires';
import { t } from '../../texts';
import { Button, Field, SelectField, TextArea } from '../../ui/controls';
import { Badge } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { CitePicker } from './cite_picker';
import { emptyNeed, isAbout, needFor, sentNumber, shownBy, type ClaimDraft, type Fault, type NeedDraft } from './own_answer_draft';

const words = t.procurement.ownAnswer;

const CITES_MAX = 64;
const NEEDS_MAX = 64;

export type Facts = Readonly<Record<string, Fact>>;

interface Props {
  number: number;
  count: number;
  claim: ClaimDraft;
  /** Of the `datalist` with the names of all facts. */
  list: string;
  facts: Facts | undefined;
  /** Undefined while it is not known. */
  standing: AnswerPreview['claims'][number] | undefined;
  fault: Fault | undefined;
  change: (claim: ClaimDraft) => void;
  move: (by: -1 | 1) => void;
  remove: () => void;
}

/** One claim: what it says, and what has to be known for it. */
export function ClaimFields({ number, count, claim, list, facts, standing, fault, change, move, remove }: Props) {
  const path = `claims[${number - 1}]`;
  const set = (part: Partial<ClaimDraft>) => change({ ...claim, ...part });
  const at = (member: string) => (isAbout(fault, `${path}.${member}`) ? fault?.text : undefined);
  const setNeed = (row: number, need: NeedDraft | undefined) => set({ needs: claim.needs.flatMap((one, other) => (other !== row ? [one] : need ? [need] : [])) });
  const shown = shownBy(claim, facts ?? {});
  const group = useRef<HTMLDivElement>(null);
  // The button that one pressed is gone.
  const focusAdd = () => setTimeout(() => group.current?.querySelector<HTMLElement>('.own-need-add button')?.focus());
  return (
    <fieldset class="own-claim">
      <legend>{words.claim(number)}</legend>
      <div class="question-head">
        {standing && <Badge tone={standing.holds ? 'good' : 'plain'}>{standing.holds ? words.holds : words.holdsNot}</Badge>}
        <span class="own-claim-tools">
          {number > 1 && (
            <Button kind="quiet" label={words.upLabel(number)} onClick={() => move(-1)}>
              {words.up}
            </Button>
          )}
          {number < count && (
            <Button kind="quiet" label={words.downLabel(number)} onClick={() => move(1)}>
              {words.down}
            </Button>
          )}
          {count > 1 && (
            <Button kind="quiet" label={words.removeClaim(number)} onClick={remove}>
              {words.remove}
            </Button>
          )}
        </span>
      </div>
      <SelectField label={words.verdict} value={claim.answer} error={at('answer')} options={VALUES.map((value) => ({ value, text: t.procurement.values[value] }))} onValue={(value) => set({ answer: value as Value })} />
      <TextArea label={words.text} hint={words.textWhat} error={at('text')} value={claim.text} onValue={(text) => set({ text })} rows={4} maxLength={4_000} />
      {shown.length > 0 && (
        <SelectField
          label={words.insert}
          value=""
          options={[{ value: '', text: words.insertChoose }, ...shown.map((value) => ({ value, text: words.factNow(value, shortOf(facts?.[value]?.value ?? '')) }))]}
          onValue={(name) => name && set({ text: `${claim.text}${/\s$|^$/.test(claim.text) ? '' : ' '}{${name}}` })}
        />
      )}
      <div class="own-needs" ref={group} role="group" aria-label={words.needsOf(number)}>
        <p class="own-needs-head">{words.needs}</p>
        {claim.needs.length === 0 && <p class="hint">{words.noNeeds}</p>}
        {claim.needs.map((need, row) => {
          const sent = sentNumber(claim, row);
          return (
            <NeedFields
              key={row}
              number={row + 1}
              of={number}
              need={need}
              list={list}
              facts={facts}
              holds={need.fact.trim() ? standing?.needs[sent] : undefined}
              fault={need.fact.trim() && (fault?.path === `${path}.needs[${sent}]` || fault?.path.startsWith(`${path}.needs[${sent}].`)) ? fault : undefined}
              change={(next) => setNeed(row, next)}
              remove={() => {
                setNeed(row, undefined);
                focusAdd();
              }}
            />
          );
        })}
        {isAbout(fault, `${path}.needs`) && fault?.path === `${path}.needs` && (
          <p class="error" role="alert">
            {fault.text}
          </p>
        )}
        {claim.needs.length < NEEDS_MAX && (
          <div class="own-need-add">
            <Button label={words.addNeedTo(number)} onClick={() => set({ needs: [...claim.needs, emptyNeed()] })}>
              {words.addNeed}
            </Button>
          </div>
        )}
      </div>
      <CitePicker label={words.cite} hint={words.citeWhat} error={at('cites')} facts={facts} cites={claim.cites} most={CITES_MAX} onCites={(cites) => set({ cites })} />
    </fieldset>
  );
}

function shortOf(value: string): string {
  return value.length > 60 ? `${value.slice(0, 60)}…` : value;
}

interface NeedProps {
  number: number;
  of: number;
  need: NeedDraft;
  list: string;
  facts: Facts | undefined;
  holds: boolean | undefined;
  fault: Fault | undefined;
  change: (need: NeedDraft) => void;
  remove: () => void;
}

/** A fact, what must hold for it, and how it stands now. */
function NeedFields({ number, of, need, list, facts, holds, fault, change, remove }: NeedProps) {
  const now = facts?.[need.fact.trim()];
  const about = fault?.path.endsWith('.fact') ? 'fact' : fault ? 'values' : undefined;
  const label = useId();
  return (
    <div class="own-need" role="group" aria-labelledby={label}>
      <span class="unseen" id={label}>
        {words.need(number, of)}
      </span>
      <Field label={words.fact} error={about === 'fact' ? fault?.text : undefined} hint={need.fact.trim() && facts && <FactNow fact={now} holds={holds} />}>
        {({ id, describedBy, invalid }) => (
          <input
            type="text"
            id={id}
            list={list}
            value={need.fact}
            autocomplete="off"
            spellcheck={false}
            autocapitalize="none"
            maxLength={160}
            aria-describedby={describedBy}
            aria-invalid={invalid || undefined}
            onInput={(event) => {
              const fact = event.currentTarget.value;
              // What somebody has typed already is hers.
              const fresh = need.values === '' && facts?.[fact] !== undefined;
              change(fresh ? needFor(fact, facts[fact]) : { ...need, fact });
            }}
          />
        )}
      </Field>
      <SelectField label={words.test} value={need.test} options={TESTS.map((value) => ({ value, text: words.tests[value] }))} onValue={(value) => change({ ...need, test: value as Test })} />
      {need.test !== 'known' && <TextArea label={words.values} error={about === 'values' ? fault?.text : undefined} value={need.values} onValue={(values) => change({ ...need, values })} rows={Math.min(6, need.values.split('\n').length)} />}
      <div class="own-need-remove">
        <Button kind="quiet" label={words.removeNeed(number, of)} onClick={remove}>
          <span aria-hidden="true">×</span>
        </Button>
      </div>
    </div>
  );
}

function FactNow({ fact, holds }: { fact: Fact | undefined; holds: boolean | undefined }) {
  return (
    <span class="fact-now">
      {fact ? (
        <span>
          {words.now} <Raw text={fact.value === '' ? words.emptyList : fact.value} most={120} inline />
        </span>
      ) : (
        <span>{words.unknown}</span>
      )}
      {holds !== undefined && <Badge tone={holds ? 'good' : 'warn'}>{holds ? words.fits : words.fitsNot}</Badge>}
    </span>
  );
}
