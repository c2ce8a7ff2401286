import { findDocuments, KINDS, type Document } from '../../api/documents';
import { findQuestionnaires, type Summary } from '../../api/questionnaires';
import { mayProcure, type Session } from '../../api/session';
import { useLoad } from '../../load';
import { hrefOf } from '../../route';
import { t } from '../../texts';
import { Choices, SelectField } from '../../ui/controls';
import { Card, Loading } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { beginningOf } from '../../ui/visible';
import type { PartProps } from './order_page';

const words = t.evidence.form;
const NAME_MAX = 120;

/** What may leave the house today. */
export function bundled(documents: readonly Document[]): Document[] {
  return documents
    .filter((one) => one.confidentiality !== 'internal' && one.state === 'valid' && one.versions.some((version) => version.version === one.current && version.has_contents))
    .sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.title.localeCompare(b.title));
}

/** The vendor's documents that go in, and a questionnaire of the tenant with its answers. */
export function VendorCard({ draft, change, session, tenant }: PartProps & { session: Session; tenant: string }) {
  const documents = useLoad('documents', findDocuments);
  const may = mayProcure(session);
  const all = useLoad(`questionnaires/${may}`, (signal) => (may ? findQuestionnaires(signal) : Promise.resolve([])));
  const known = documents.data && bundled(documents.data.documents);
  const behind = documents.data?.behind_nda ?? 0;
  const options = (known ?? []).map((one) => ({ value: one.id, text: `${t.procurement.documents.kinds[one.kind]}: ${beginningOf(one.title, NAME_MAX)}` }));
  // What the address names and is not offered can be taken out again.
  const others = draft.documents.filter((id) => !options.some((one) => one.value === id)).map((value) => ({ value, text: words.documentGone(value) }));
  return (
    <Card title={words.vendorTitle}>
      <p class="hint">{words.vendorWhat}</p>
      <ProblemNotice error={documents.error} retry={documents.reload} />
      {!known && documents.error === undefined && <Loading />}
      {known && options.length + others.length === 0 && <p class="soft">{words.documentsNone}</p>}
      {known && options.length + others.length > 0 && (
        <Choices label={words.documents} hint={words.documentsWhat} options={[...options, ...others]} chosen={draft.documents} onChosen={(chosen) => change({ documents: chosen })} />
      )}
      {behind > 0 && (
        <p class="soft">
          {t.procurement.documents.behind(behind)} <a href={hrefOf(['procurement', 'documents'])}>{t.procurement.documents.readNda}</a>
        </p>
      )}
      <ProblemNotice error={all.error} retry={all.reload} />
      {may && all.data && <QuestionnaireChoice all={all.data.filter((one) => one.tenant === tenant && one.approved > 0)} chosen={draft.questionnaire} choose={(questionnaire) => change({ questionnaire })} />}
    </Card>
  );
}

function QuestionnaireChoice({ all, chosen, choose }: { all: readonly Summary[]; chosen: string; choose: (id: string) => void }) {
  const options = all.map((one) => ({ value: one.id, text: one.stale > 0 ? words.questionnaireStale(beginningOf(one.name, NAME_MAX)) : beginningOf(one.name, NAME_MAX) }));
  const gone = chosen && !options.some((one) => one.value === chosen) ? [{ value: chosen, text: words.questionnaireGone(chosen) }] : [];
  return <SelectField label={words.questionnaire} value={chosen} options={[{ value: '', text: words.questionnaireNone }, ...options, ...gone]} onValue={choose} />;
}
