import type { Cell, Parameter } from '../../api/controls';
import { t } from '../../texts';
import { CardTable, type CardColumn } from '../../ui/card_table';
import { Badge, Card } from '../../ui/parts';
import { Raw } from '../../ui/raw';
import { numberText } from '../../ui/time';

/** What a control was run with, beside what holds where nobody has set anything. */
export function Parameters({ parameters, defaults, inForce }: { parameters: readonly Parameter[]; defaults: readonly Parameter[]; inForce: boolean }) {
  if (parameters.length === 0)
    return (
      <Card title={t.controls.parameters}>
        <p class="soft">{t.controls.noParameters}</p>
      </Card>
    );
  const known = new Map(defaults.map((one) => [one.id, one]));
  const heads = t.controls.parameterHeads;
  const fallback = (one: Parameter) => known.get(one.id)?.default ?? one.default;
  const columns: CardColumn<Parameter>[] = [
    {
      head: heads.meaning,
      names: true,
      cell: (one) => (
        <>
          {one.meaning}
          <div class="control-id">
            <code>{one.id}</code>
          </div>
        </>
      ),
    },
    ...(inForce
      ? [
          {
            head: heads.value,
            cell: (one: Parameter) => (
              <>
                <Value value={one.value} unit={one.unit} /> {known.has(one.id) && one.value !== fallback(one) && <Badge tone="info">{t.controls.changed}</Badge>}
              </>
            ),
          },
        ]
      : []),
    { head: heads.fallback, cell: (one) => (inForce && one.value === fallback(one) ? <span class="soft">{t.controls.same}</span> : <Value value={fallback(one)} unit={one.unit} />) },
    { head: heads.bounds, cell: (one) => boundsText(known.get(one.id) ?? one) },
    { head: heads.origin, cell: (one) => (one.origin ? <Raw text={one.origin} /> : '') },
  ];
  return (
    <Card title={t.controls.parameters}>
      <p class="soft">{inForce ? t.controls.parametersWhat : t.controls.parametersDefault}</p>
      <CardTable caption={t.controls.parameters} columns={columns} rows={parameters} keyOf={(one) => one.id} />
    </Card>
  );
}

/** A list is written as JSON: it is shown as the words of it. */
function Value({ value, unit }: { value: Cell | undefined; unit: string | undefined }) {
  if (typeof value === 'number')
    return (
      <span class="amount">
        {numberText(value)} {unit}
      </span>
    );
  const words = wordsOf(value);
  if (words.length === 0) return <span class="soft">{t.common.none}</span>;
  return (
    <ul class="plain-list values">
      {words.map((one) => (
        <li key={one}>
          <code>
            <Raw text={one} most={120} />
          </code>
        </li>
      ))}
    </ul>
  );
}

function wordsOf(value: Cell | undefined): string[] {
  if (value === null || value === undefined || value === '') return [];
  try {
    const list: unknown = JSON.parse(String(value));
    if (Array.isArray(list)) return list.map(String);
  } catch {
    // A plain text.
  }
  return [String(value)];
}

function boundsText(one: Parameter): string {
  if (one.least === undefined || one.most === undefined) return '';
  return t.controls.bounds(numberText(one.least), numberText(one.most));
}
