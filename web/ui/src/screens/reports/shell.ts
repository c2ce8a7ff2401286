import type { Cell, Parameter } from '../../api/controls';

/** Lines by which the sqlite3 shell knows the parameters of a query, as `countersign report --queries` writes them. */
export function parametersText(parameters: readonly Parameter[]): string {
  return parameters.map((one) => `.parameter set ${keyOf(one.id)} ${valueOf(one.value !== undefined ? one.value : (one.default ?? null))}\n`).join('');
}

function keyOf(id: string): string {
  return /^\w*$/.test(id) ? `:${id}` : argument(`:${id}`);
}

function valueOf(value: Cell): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : argument(`'${value.replaceAll("'", "''")}'`);
}

/** In double quotes the shell reads escapes as C does. */
function argument(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replace(/[\u0000-\u001f\u007f]/g, (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `"${escaped}"`;
}
