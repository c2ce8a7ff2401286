import { useState } from 'preact/hooks';
import { chooseLayouts, COLUMNS, findRows, type Column, type Layout, type Questionnaire, type Sheet } from '../../api/questionnaires';
import { useLoad } from '../../load';
import { t } from '../../texts';
import { Checkbox, SelectField } from '../../ui/controls';
import { ConfirmButton } from '../../ui/confirm';
import { Badge, Card, Loading, Notice } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { Raw } from '../../ui/raw';
import { numberText } from '../../ui/time';
import { letterOf } from './letters';

const words = t.procurement.columns;

/** More than these nobody has questions in. */
const COLUMNS_MAX = 100;
const HEADER_ROWS_MAX = 60;
const ROWS_AT_FIRST = 12;

/** What each sheet was read as, and why; and the choice of other columns. */
export function Columns({ entry, done }: { entry: Questionnaire; done: (now: Questionnaire) => void }) {
  const [open, setOpen] = useState(entry.questions === 0);
  const [layouts, setLayouts] = useState<ReadonlyMap<string, Layout>>(new Map(entry.sheets.flatMap((one) => (one.layout ? [[one.name, one.layout]] : []))));
  const [changed, setChanged] = useState(false);
  const put = (sheet: string, layout: Layout | undefined) => {
    const next = new Map(layouts);
    if (layout) next.set(sheet, layout);
    else next.delete(sheet);
    setChanged(true);
    setLayouts(next);
  };
  const bare = [...layouts.values()].some((one) => !one.question);
  return (
    <Card title={words.title}>
      <p class="soft">{entry.chosen.length > 0 ? words.chosen : words.found}</p>
      {entry.chosen.length > 0 && (
        <div>
          <ConfirmButton title={words.asFoundTitle} what={words.confirmWhat(entry.approved, numberText(entry.approved))} yes={words.asFoundYes} run={async () => done(await chooseLayouts(entry.id, []))}>
            {words.asFound}
          </ConfirmButton>
        </div>
      )}
      <details class="disclosure" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{words.show(entry.sheets.length)}</summary>
        {open && (
          <div class="sheets">
            {entry.sheets.map((one) => (
              <SheetPart key={one.name} id={entry.id} sheet={one} layout={layouts.get(one.name)} put={(layout) => put(one.name, layout)} />
            ))}
            {bare && <Notice tone="warn">{words.needsQuestion}</Notice>}
            {layouts.size === 0 && <Notice tone="warn">{words.needsSheet}</Notice>}
            {changed && !bare && layouts.size > 0 && (
              <div>
                <ConfirmButton title={words.confirm} what={words.confirmWhat(entry.approved, numberText(entry.approved))} yes={words.submit} run={async () => done(await chooseLayouts(entry.id, [...layouts.values()]))}>
                  {words.submit}
                </ConfirmButton>
              </div>
            )}
          </div>
        )}
      </details>
    </Card>
  );
}

function SheetPart({ id, sheet, layout, put }: { id: string; sheet: Sheet; layout: Layout | undefined; put: (layout: Layout | undefined) => void }) {
  const loaded = useLoad(`${id}/${sheet.name}`, (signal) => findRows(id, sheet.name, signal));
  const name = sheet.name || words.onlySheet;
  return (
    <section class="sheet" aria-label={name}>
      <h3>
        <Raw text={name} most={80} inline /> {sheet.layout ? <Badge tone="good">{words.read}</Badge> : <Badge>{words.notRead}</Badge>}
        {sheet.visibility !== 'visible' && <Badge tone="warn">{words.hidden}</Badge>}
      </h3>
      <p class="soft">
        {words.size(numberText(sheet.rows), numberText(sheet.columns))} <Raw text={sheet.why} />
      </p>
      <ProblemNotice error={loaded.error} retry={loaded.reload} />
      {loaded.data ? <Rows name={name} rows={loaded.data} /> : loaded.error === undefined && <Loading />}
      <Checkbox label={words.questionsHere} checked={layout !== undefined} onChecked={(on) => put(on ? (sheet.layout ?? { sheet: sheet.name, header_row: 1 }) : undefined)} />
      {layout && <LayoutFields sheet={sheet} rows={loaded.data ?? []} layout={layout} put={put} />}
    </section>
  );
}

function LayoutFields({ sheet, rows, layout, put }: { sheet: Sheet; rows: readonly string[][]; layout: Layout; put: (layout: Layout) => void }) {
  const heads = layout.header_row > 0 ? (rows[layout.header_row - 1] ?? []) : [];
  const letters = Array.from({ length: Math.min(sheet.columns, COLUMNS_MAX) }, (_, at) => {
    const head = (heads[at] ?? '').replaceAll(/\s+/g, ' ').trim().slice(0, 40);
    return { value: letterOf(at), text: head ? words.column(letterOf(at), head) : letterOf(at) };
  });
  const choose = (column: Column, value: string) => {
    const next: Layout = { ...layout };
    if (value) next[column] = value;
    else delete next[column];
    put(next);
  };
  return (
    <div class="form-row">
      <SelectField
        label={words.headerRow}
        value={String(layout.header_row)}
        options={Array.from({ length: Math.max(layout.header_row, Math.min(sheet.rows, HEADER_ROWS_MAX)) + 1 }, (_, at) => ({ value: String(at), text: at === 0 ? words.noHeader : String(at) }))}
        onValue={(value) => put({ ...layout, header_row: Number(value) })}
      />
      {COLUMNS.map((column) => (
        <SelectField key={column} label={words.names[column]} value={layout[column] ?? ''} options={[{ value: '', text: words.noColumn }, ...letters]} onValue={(value) => choose(column, value)} />
      ))}
    </div>
  );
}

/** The first rows of a sheet, with the names of rows and columns as a spreadsheet has them. */
function Rows({ name, rows }: { name: string; rows: readonly string[][] }) {
  const width = Math.max(0, ...rows.map((one) => one.length));
  if (width === 0) return <p class="soft">{words.empty}</p>;
  return (
    <div class="table-frame sheet-rows" role="region" aria-label={words.rows(name)} tabIndex={0}>
      <table>
        <caption class="unseen">{words.rows(name)}</caption>
        <thead>
          <tr>
            <td />
            {Array.from({ length: width }, (_, at) => (
              <th key={at} scope="col">
                {letterOf(at)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS_AT_FIRST).map((row, at) => (
            <tr key={at}>
              <th scope="row">{at + 1}</th>
              {Array.from({ length: width }, (_, column) => (
                <td key={column}>
                  <Raw text={row[column] ?? ''} most={120} inline />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
