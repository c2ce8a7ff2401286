import type { Column } from './parts';

export interface CardColumn<Row> extends Column<Row> {
  /** What names the row: on a narrow screen it heads the card, without its own label. */
  names?: boolean;
}

/** A table whose rows become cards where there is little room. The roles stand there because some browsers forget them with the layout. */
export function CardTable<Row>({ caption, columns, rows, keyOf }: { caption: string; columns: readonly CardColumn<Row>[]; rows: readonly Row[]; keyOf: (row: Row) => string | number }) {
  return (
    <div class="card-table">
      <table role="table">
        <caption class="unseen">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column.head} role="columnheader" scope="col" class={column.number ? 'number' : undefined}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={keyOf(row)} role="row">
              {columns.map((column) =>
                column.names ? (
                  <th key={column.head} role="rowheader" scope="row" class="names">
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.head} role="cell" class={column.number ? 'number' : undefined}>
                    <span class="cell-label" aria-hidden="true">
                      {column.head}
                    </span>
                    <div class="cell-value">{column.cell(row)}</div>
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
