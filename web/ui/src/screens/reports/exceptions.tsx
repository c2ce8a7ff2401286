import { useEffect, useState } from 'preact/hooks';
import type { ControlRun, Exception } from '../../api/controls';
import { findingsOf, type Finding } from '../../api/findings';
import { useLoad } from '../../load';
import { t } from '../../texts';
import { CardTable, type CardColumn } from '../../ui/card_table';
import { Button, ButtonLink } from '../../ui/controls';
import { Card, Notice } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { isToken, Token } from '../../ui/token';
import { numberText } from '../../ui/time';
import { FindingBadge, RecordLinks, SystemRecord } from '../findings/marks';
import { SayDialog } from '../findings/say';
import { tenantHref, type TenantProps } from '../props';
import { changed, controlHref, type Here } from './places';

const PAGE = 25;

type Props = TenantProps & { run: ControlRun };

/** The exceptions of the last test, with what became of them and a way to answer them. */
export function RunException(props: Props) {
  const { tenant, region, run, session } = props;
  const { control } = run;
  const seesFindings = session.account.role !== 'privacy';
  const maySay = session.account.role === 'analyst' || session.account.role === 'admin';
  const any = control.exceptions > 0;
  const loaded = useLoad(`${tenant}/${region ?? ''}/${control.id}/${seesFindings && any}`, (signal) => (seesFindings && any ? findingsOf(tenant, region, control.id, signal) : Promise.resolve(new Map<string, Finding>())));
  const [said, setSaid] = useState<ReadonlyMap<string, Finding>>(new Map());
  const [answering, setAnswering] = useState<Exception | undefined>(undefined);
  const [done, setDone] = useState(false);
  useEffect(() => setSaid(new Map()), [loaded.data]);
  const findingOf = (one: Exception) => said.get(one.finding) ?? loaded.data?.get(one.finding);
  const from = pageOf(props.query, control.items.length) * PAGE;
  const columns = [
    ...exceptionColumns(props),
    ...(seesFindings ? [findingColumn(props, findingOf)] : []),
    responseColumn(findingOf),
    ...(maySay ? [{ head: t.controls.exceptionHeads.actions, cell: (one: Exception) => <Button label={t.controls.answerOf(String(one.item))} onClick={() => setAnswering(one)}>{t.controls.answer}</Button> }] : []),
  ];
  return (
    <Card title={t.controls.exceptions} actions={seesFindings && <ButtonLink href={tenantHref(props, ['findings'], { control: control.id })}>{t.controls.toFindings}</ButtonLink>}>
      {!any && <p>{t.controls.exceptionsNone}</p>}
      {loaded.error !== undefined && (
        <>
          <p class="soft">{t.controls.findingsFailed}</p>
          <ProblemNotice error={loaded.error} retry={loaded.reload} />
        </>
      )}
      {done && <Notice tone="good">{t.controls.answered}</Notice>}
      {control.items.length < control.exceptions && <p class="soft">{t.controls.exceptionsTold(numberText(control.items.length), numberText(control.exceptions))}</p>}
      {any && <CardTable caption={t.controls.exceptions} columns={columns} rows={control.items.slice(from, from + PAGE)} keyOf={(one) => one.finding} />}
      {control.items.length > PAGE && <Pages {...props} from={from} count={control.items.length} />}
      {answering && (
        <SayDialog
          here={props}
          finding={answering.finding}
          step="answer"
          about={{ control: control.id, item: answering.item }}
          title={t.controls.answerOf(String(answering.item))}
          close={() => setAnswering(undefined)}
          conflict={() => {
            setAnswering(undefined);
            loaded.reload();
          }}
          done={(finding) => {
            setSaid(new Map(said).set(finding.finding, finding));
            setAnswering(undefined);
            setDone(true);
          }}
        />
      )}
    </Card>
  );
}

function pageOf(query: URLSearchParams, count: number): number {
  const page = Number(query.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(count / PAGE));
  return Number.isInteger(page) ? Math.min(Math.max(1, page), last) - 1 : 0;
}

function Pages(props: Props & { from: number; count: number }) {
  const { from, count, run, query } = props;
  const page = from / PAGE + 1;
  const href = (to: number) => controlHref(props, run.control.id, changed(query, { page: to === 1 ? '' : to }));
  return (
    <nav class="actions" aria-label={t.controls.pages}>
      {from > 0 && <ButtonLink href={href(page - 1)}>{t.controls.previousPage}</ButtonLink>}
      <span>{t.controls.page(numberText(from + 1), numberText(Math.min(count, from + PAGE)), numberText(count))}</span>
      {from + PAGE < count && <ButtonLink href={href(page + 1)}>{t.controls.nextPage}</ButtonLink>}
    </nav>
  );
}

/** An item is most often the number of a record; a person's is a token. */
export function Item({ item }: { item: Exception['item'] }) {
  if (isToken(item)) return <Token token={item} />;
  return (
    <code>
      <Raw text={String(item)} most={80} />
    </code>
  );
}

/** What of an exception the report itself says. */
export function exceptionColumns(here: Here): CardColumn<Exception>[] {
  const heads = t.controls.exceptionHeads;
  return [
    { head: heads.observed, names: true, cell: (one) => <Raw text={one.observed} most={300} /> },
    { head: heads.item, cell: (one) => <Item item={one.item} /> },
    {
      head: heads.records,
      cell: (one) => (
        <>
          <RecordLinks here={here} records={one.records} />
          {one.system_records?.map((seq) => (
            <div key={seq}>
              <SystemRecord here={here} seq={seq} />
            </div>
          ))}
        </>
      ),
    },
  ];
}

function findingColumn(here: Here, findingOf: (one: Exception) => Finding | undefined): CardColumn<Exception> {
  return {
    head: t.controls.exceptionHeads.finding,
    cell: (one) => {
      const finding = findingOf(one);
      if (!finding) return <span class="soft">{t.controls.notOpened}</span>;
      return (
        <>
          <FindingBadge state={finding.state} />{' '}
          <a href={tenantHref(here, ['findings', finding.finding])}>
            <code>{finding.finding.slice(0, 8)}</code>
          </a>
        </>
      );
    },
  };
}

function responseColumn(findingOf: (one: Exception) => Finding | undefined): CardColumn<Exception> {
  return {
    head: t.controls.exceptionHeads.response,
    cell: (one) => {
      const answers = findingOf(one)?.answers;
      const text = answers?.[answers.length - 1]?.text ?? one.response?.management;
      return text ? <Raw text={text} most={200} /> : <span class="soft">{t.controls.noResponse}</span>;
    },
  };
}
