import { t } from '../../texts';
import { Choices } from '../../ui/controls';
import { Radios } from './radios';

interface Props {
  legend: string;
  anyText: string;
  namedText: string;
  /** Whether all tenants may be given; who acts for some gives those. */
  mayAny: boolean;
  any: boolean;
  chosen: readonly string[];
  known: readonly string[];
  onChange: (any: boolean, chosen: readonly string[]) => void;
}

/** All tenants, or some of them. */
export function TenantChecks({ legend, anyText, namedText, mayAny, any, chosen, known, onChange }: Props) {
  const options = known.map((value) => ({ value, text: value }));
  return (
    <>
      {mayAny && (
        <Radios
          legend={legend}
          options={[
            { value: 'any', text: anyText },
            // Where there are none yet nobody can be given some.
            ...(known.length > 0 ? [{ value: 'named', text: namedText }] : []),
          ]}
          value={any ? 'any' : 'named'}
          onValue={(value) => onChange(value === 'any', chosen)}
        />
      )}
      {(!mayAny || !any) && <Choices label={mayAny ? t.admin.tenants : legend} options={options} chosen={chosen} onChosen={(next) => onChange(false, next)} />}
    </>
  );
}
