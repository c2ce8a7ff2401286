import { useState } from 'preact/hooks';
import { readEntry, textMember, type Entry } from '../../api/record';
import { readRecord, readValues, type RecordAnswer, type ValuesAnswer } from '../../api/records';
import { Problem } from '../../api/problem';
import { useAction, useLoad } from '../../load';
import { t } from '../../texts';
import { ButtonLink } from '../../ui/controls';
import { Empty, Loading, Screen } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { numberText } from '../../ui/time';
import { tenantHref, type TenantProps } from '../props';
import { EventFields } from './event_fields';
import { FourThings } from './four_things';
import { ChallengeLife } from './life';
import { ProofCard } from './proof';
import { RawRecord } from './raw_record';
import { addressOf, stateOf } from './state';
import { Summary } from './summary';
import { lastList } from './use_records';
import { ValuesBar } from './values';

type EventProps = TenantProps & { seq: number | undefined };

/** One record: what it says, what became of its challenge, and the proof that it stands in the log. */
export function EventPage(props: EventProps) {
  const { tenant, region, seq } = props;
  const place = { tenant, region };
  const loaded = useLoad(`${tenant}/${region ?? ''}/${seq ?? ''}`, async (signal) => {
    if (seq === undefined) throw new Problem(404, 'about:blank', '');
    return readRecord(place, seq, signal);
  });
  const missing = loaded.error instanceof Problem && loaded.error.status === 404;
  return (
    <Screen title={t.events.pageTitle(seq === undefined ? (props.path[0] ?? '') : numberText(seq))} actions={<Ways {...props} missing={missing} />}>
      {missing && (
        <Empty title={t.events.missing} action={<ButtonLink href={tenantHref(props, ['events'])}>{t.events.back}</ButtonLink>}>
          {t.events.missingWhat}
        </Empty>
      )}
      {!missing && <ProblemNotice error={loaded.error} retry={loaded.reload} />}
      {loaded.loading && !loaded.data && <Loading />}
      {loaded.data && <Found {...props} answer={loaded.data} />}
    </Screen>
  );
}

/** Back to the list as it was, and along the log. */
function Ways(props: EventProps & { missing: boolean }) {
  const { seq, missing } = props;
  const address = addressOf(stateOf(props.query));
  const list = lastList(`${props.tenant}/${props.region ?? ''}`);
  const newest = list?.newestSeq;
  const to = (number: number) => tenantHref(props, ['events', number], address);
  return (
    <>
      <ButtonLink href={tenantHref(props, ['events'], address)}>{t.events.back}</ButtonLink>
      {seq !== undefined && seq > 0 && (
        <ButtonLink href={to(seq - 1)} label={t.events.olderWhat(numberText(seq - 1))}>
          ← {t.events.older}
        </ButtonLink>
      )}
      {seq !== undefined && !missing && (newest === undefined || seq < newest) && (
        <ButtonLink href={to(seq + 1)} label={t.events.newerWhat(numberText(seq + 1))}>
          {t.events.newer} →
        </ButtonLink>
      )}
    </>
  );
}

function isOfChallenge(entry: Entry): boolean {
  return textMember(entry, 'challenge.id') !== '' || textMember(entry, 'challenge.provider_id') !== '';
}

function Found(props: EventProps & { answer: RecordAnswer }) {
  const { answer, session, tenant, region } = props;
  const entry = readEntry(answer);
  const [values, setValues] = useState<ValuesAnswer | undefined>();
  const showing = useAction();
  const place = { tenant, region };
  const hrefOf = (seq: number) => tenantHref(props, ['events', seq]);
  const ofChallenge = isOfChallenge(entry);
  const proof = <ProofCard key={answer.seq} place={place} answer={answer} />;
  return (
    <>
      <Summary entry={entry} values={values} />
      <div class="event-columns">
        <div class="event-column">
          <FourThings entry={entry} values={values} />
          {ofChallenge && proof}
        </div>
        {ofChallenge ? <ChallengeLife place={place} seq={answer.seq} hrefOf={hrefOf} /> : proof}
      </div>
      <EventFields
        entry={entry}
        hash={answer.hash}
        values={values}
        searchHref={(query) => tenantHref(props, ['events'], { q: query })}
        bar={
          <ValuesBar
            place={place}
            role={session.account.role}
            entry={entry}
            values={values}
            error={showing.error}
            busy={showing.busy}
            onShow={() => showing.run(async () => setValues(await readValues(place, answer.seq)))}
            onHide={() => setValues(undefined)}
          />
        }
      />
      <RawRecord tenant={tenant} answer={answer} />
    </>
  );
}
