import { useEffect, useRef, useState } from 'preact/hooks';
import { findLibrary } from '../../api/answers';
import { Problem } from '../../api/problem';
import { findQuestionnaire, removeQuestionnaire, type Questionnaire } from '../../api/questionnaires';
import { useLoad } from '../../load';
import { useRepeat } from '../../poll';
import { go, hrefOf } from '../../route';
import { t } from '../../texts';
import { ButtonLink } from '../../ui/controls';
import { ConfirmButton } from '../../ui/confirm';
import { Badge, Card, Empty, Figure, Loading, Pairs } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { bytesText, numberText, Time } from '../../ui/time';
import type { AdminProps } from '../props';
import { Columns } from './columns';
import { Export } from './export';
import { setText } from './list';
import { questionnaireHref } from './places';
import { QuestionList } from './questions';

/** How often it is asked whether evidence still shows what was approved. */
const LOOK_S = 10;

export function QuestionnairePart(props: AdminProps & { id: string }) {
  const { id } = props;
  const loaded = useLoad(id, (signal) => findQuestionnaire(id, signal));
  const [said, setSaid] = useState<Questionnaire | undefined>(undefined);
  // Grows whenever the file was read anew: then the questions are other ones.
  const [reading, setReading] = useState(0);
  const last = useRef<Questionnaire | undefined>(undefined);
  useEffect(() => setSaid(undefined), [loaded.data]);
  const entry = said ?? loaded.data;
  last.current = entry;
  useRepeat(loaded.reload, loaded.error === undefined ? LOOK_S : undefined);
  const library = useLoad(`library/${entry?.tenant ?? ''}`, (signal) => (entry ? findLibrary(entry.tenant, signal) : Promise.resolve([])));
  const titles = new Map((library.data ?? []).map((one) => [one.id, one.title]));
  const back = <ButtonLink href={questionnaireHref()}>{t.procurement.one.back}</ButtonLink>;
  if (!entry && loaded.error instanceof Problem && loaded.error.status === 404)
    return (
      <Empty title={t.procurement.one.missing} action={back}>
        {t.procurement.one.missingWhat}
      </Empty>
    );
  if (!entry) return loaded.error === undefined ? <Loading /> : <ProblemNotice error={loaded.error} retry={loaded.reload} />;
  return (
    <>
      <div>{back}</div>
      <h2 class="page-name">
        <Raw text={entry.name} most={200} inline />
      </h2>
      <ProblemNotice error={loaded.error} retry={loaded.reload} />
      <div class="figures">
        <Figure label={t.procurement.list.heads.questions} value={numberText(entry.questions)} />
        <Figure label={t.procurement.list.heads.approved} value={numberText(entry.approved)} tone={entry.approved > 0 ? 'good' : 'plain'} />
        <Figure label={t.procurement.list.heads.stale} value={numberText(entry.stale)} tone={entry.stale > 0 ? 'warn' : 'plain'} {...(entry.stale > 0 ? { href: questionnaireHref(id, { state: 'stale' }) } : {})} />
      </div>
      <Export entry={entry} />
      <Facts entry={entry} />
      {entry.sheets.length > 0 && (
        <Columns
          key={`columns-${reading}`}
          entry={entry}
          done={(now) => {
            setSaid(now);
            setReading((count) => count + 1);
          }}
        />
      )}
      <QuestionList key={`questions-${reading}`} entry={entry} state={props.query.get('state')} titles={titles} said={setSaid} />
      <Card title={t.procurement.one.remove}>
        <p class="soft">{t.procurement.one.removeWhat}</p>
        <div>
          <ConfirmButton
            kind="danger"
            title={t.procurement.one.remove}
            what={t.procurement.one.removeSure}
            yes={t.procurement.one.removeYes}
            run={async () => {
              await removeQuestionnaire(id);
              go(hrefOf(['procurement', 'questionnaires']), 'replace');
            }}
          >
            {t.procurement.one.removeButton}
          </ConfirmButton>
        </div>
      </Card>
    </>
  );
}

function Facts({ entry }: { entry: Questionnaire }) {
  return (
    <Card title={t.procurement.one.file} actions={<ButtonLink href={`/v1/questionnaires/${encodeURIComponent(entry.id)}/file`} download="">{t.procurement.one.original}</ButtonLink>}>
      <Pairs
        pairs={[
          [t.procurement.one.fileName, <Raw text={entry.file_name} most={200} />],
          [t.procurement.list.heads.tenant, entry.tenant],
          [t.procurement.list.heads.set, setText(entry)],
          [t.procurement.list.heads.added, <Time at={entry.added} ago />],
          [t.procurement.one.size, bytesText(entry.bytes)],
          [t.procurement.one.hash, <code>{entry.sha256}</code>],
        ]}
      />
      {entry.notes.length > 0 && (
        <div class="reading-notes">
          <h3>
            {t.procurement.one.notes} <Badge>{numberText(entry.notes.length)}</Badge>
          </h3>
          <ul>
            {entry.notes.map((one, at) => (
              <li key={at}>
                <Raw text={one} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}
