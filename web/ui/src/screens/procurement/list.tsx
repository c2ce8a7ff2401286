import { useState } from 'preact/hooks';
import { addQuestionnaire, findQuestionnaires, type Summary } from '../../api/questionnaires';
import { useAction, useLoad } from '../../load';
import { go, hrefOf } from '../../route';
import { useStore } from '../../store';
import { tenants } from '../../tenants';
import { t } from '../../texts';
import { CardTable } from '../../ui/card_table';
import { Button, ButtonLink, SelectField, TextField } from '../../ui/controls';
import { Badge, Card, Empty, Loading } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { numberText, Time } from '../../ui/time';
import { FileField } from './file_field';
import { questionnaireHref } from './places';

export function QuestionnairesPart() {
  const loaded = useLoad('questionnaires', findQuestionnaires);
  const all = loaded.data;
  const add = (
    <ButtonLink kind="main" href={hrefOf(['procurement', 'questionnaires', 'new'])}>
      {t.procurement.list.add}
    </ButtonLink>
  );
  return (
    <>
      <p class="lead">{t.procurement.list.lead}</p>
      <ProblemNotice error={loaded.error} retry={loaded.reload} />
      {all === undefined && loaded.error === undefined && <Loading />}
      {all?.length === 0 && (
        <Empty title={t.procurement.list.none} action={add}>
          {t.procurement.list.noneWhat}
        </Empty>
      )}
      {all && all.length > 0 && (
        <>
          <div>{add}</div>
          <QuestionnaireTable all={[...all].sort((a, b) => b.added.localeCompare(a.added))} />
        </>
      )}
    </>
  );
}

/** The public set that a questionnaire is. */
export function setText(one: Summary): string {
  if (!one.set) return t.procurement.list.noSet;
  return one.set_version ? `${one.set} ${one.set_version}` : one.set;
}

function QuestionnaireTable({ all }: { all: readonly Summary[] }) {
  const heads = t.procurement.list.heads;
  return (
    <CardTable
      caption={t.procurement.parts.questionnaires}
      rows={all}
      keyOf={(one) => one.id}
      columns={[
        {
          head: heads.name,
          names: true,
          cell: (one) => (
            <>
              <a href={questionnaireHref(one.id)}>
                <Raw text={one.name} most={120} inline />
              </a>
              {one.file_name !== one.name && (
                <div class="soft">
                  <Raw text={one.file_name} most={120} inline />
                </div>
              )}
            </>
          ),
        },
        { head: heads.tenant, cell: (one) => one.tenant },
        { head: heads.set, cell: setText },
        { head: heads.questions, number: true, cell: (one) => numberText(one.questions) },
        { head: heads.approved, number: true, cell: (one) => numberText(one.approved) },
        { head: heads.stale, number: true, cell: (one) => (one.stale > 0 ? <Badge tone="warn">{numberText(one.stale)}</Badge> : '0') },
        { head: heads.added, cell: (one) => <Time at={one.added} /> },
      ]}
    />
  );
}

export function AddForm() {
  const known = useStore(tenants)?.tenants.map((one) => one.tenant) ?? [];
  const [file, setFile] = useState<File | undefined>(undefined);
  const [tenant, setTenant] = useState(known[0] ?? '');
  const [name, setName] = useState('');
  const [tried, setTried] = useState(false);
  const action = useAction();
  const submit = () => {
    setTried(true);
    if (!file) return;
    action.run(async () => {
      const added = await addQuestionnaire(file, tenant, name.trim());
      go(questionnaireHref(added.id), 'replace');
    });
  };
  const words = t.procurement.add;
  return (
    <Card title={t.procurement.list.add}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <FileField
          file={file}
          onFile={(chosen) => {
            action.clear();
            setFile(chosen);
          }}
          accept=".xlsx,.csv,.tsv,.txt,.json"
          what={words.fileWhat}
        />
        {tried && !file && (
          <p class="error" role="alert">
            {words.noFile}
          </p>
        )}
        <SelectField label={words.tenant} hint={words.tenantWhat} value={tenant} options={known.map((value) => ({ value, text: value }))} onValue={setTenant} />
        <TextField label={words.name} hint={words.nameWhat} value={name} onValue={setName} maxLength={200} autocomplete="off" />
        <ProblemNotice error={action.error} />
        <div class="actions">
          <Button kind="main" type="submit" busy={action.busy}>
            {words.submit}
          </Button>
          <ButtonLink href={questionnaireHref()}>{t.common.cancel}</ButtonLink>
        </div>
      </form>
    </Card>
  );
}
