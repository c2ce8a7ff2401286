import type { ValuesAnswer } from '../../api/records';
import { t } from '../../texts';
import { Raw } from '../../ui/raw';
import { Token } from '../../ui/token';

/** A token, and what it stands for where the person has asked for that. */
export function Personal({ token, kind, values, copy = false, brief = false }: { token: string; kind?: string; values: ValuesAnswer | undefined; copy?: boolean; brief?: boolean }) {
  const found = values?.values.find((one) => one.token === token);
  const text = found?.value ?? found?.masked;
  return (
    <span class="personal-value">
      {text !== undefined && (
        <strong>
          <Raw text={text} />
        </strong>
      )}
      {found?.erased && <em>{brief ? t.events.erasedShort : t.events.erased}</em>}
      <Token token={token} {...(kind ? { kind } : {})} copy={copy} />
    </span>
  );
}
