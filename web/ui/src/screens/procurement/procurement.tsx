import type { ComponentChildren } from 'preact';
import { mayProcure } from '../../api/session';
import { hrefOf } from '../../route';
import { t } from '../../texts';
import { Empty, Screen } from '../../ui/parts';
import { SubNav } from '../../ui/subnav';
import type { AdminProps } from '../props';
import { AccessPart } from './access';
import { AnswersPart } from './answers';
import { DocumentPage } from './document';
import { DocumentList, mayChange } from './document_list';
import { NewDocumentForm } from './document_new';
import { AddForm, QuestionnairesPart } from './list';
import { OwnAnswerPage } from './own_answer';
import { QuestionnairePart } from './questionnaire';

const PARTS = ['questionnaires', 'answers', 'documents', 'requests'] as const;

/** What customers ask of the vendor, and what answers them. Who does not answer sees the documents. */
export function Procurement(props: AdminProps) {
  const shown = PARTS.filter((one) => (one === 'requests' ? mayChange(props.session) : one === 'documents' || mayProcure(props.session)));
  const first = props.path[0] ?? shown[0];
  const part = shown.find((one) => one === first);
  const content = part && contentOf(part, props);
  return (
    <Screen title={part ? t.procurement.parts[part] : t.nav.procurement}>
      {shown.length > 1 && (
        <SubNav label={t.nav.procurement} active={part ?? ''} items={shown.map((name) => ({ name, text: t.procurement.parts[name], href: hrefOf(['procurement', name]) }))} />
      )}
      <div class="procurement">{content ?? <Empty title={t.nav.notFound}>{t.nav.notFoundWhat}</Empty>}</div>
    </Screen>
  );
}

function contentOf(part: (typeof PARTS)[number], props: AdminProps): ComponentChildren {
  const second = props.path[1];
  if (part === 'answers') {
    if (second === undefined) return <AnswersPart {...props} />;
    const id = second === 'edit' ? props.path[2] : undefined;
    return (id !== undefined || second === 'new') && mayChange(props.session) ? <OwnAnswerPage key={id ?? ''} id={id} query={props.query} /> : undefined;
  }
  if (part === 'requests') return second === undefined ? <AccessPart /> : undefined;
  if (part === 'questionnaires') {
    if (second === undefined) return <QuestionnairesPart />;
    return second === 'new' ? <AddForm /> : <QuestionnairePart key={second} {...props} id={second} />;
  }
  if (second === undefined) return <DocumentList session={props.session} />;
  if (second === 'new') return mayChange(props.session) ? <NewDocumentForm /> : undefined;
  return <DocumentPage key={second} session={props.session} id={second} />;
}
