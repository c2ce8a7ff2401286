import type { Fact } from '../../api/answers';
import { t } from '../../texts';
import { Button, SelectField } from '../../ui/controls';
import { Raw } from '../../ui/raw';

const words = t.procurement.ownWords;

/** What may be cited: each once, with how it stands where one fact says so. */
function citable(facts: Readonly<Record<string, Fact>>): { value: string; text: string }[] {
  const found = new Map<string, string>();
  for (const [name, fact] of Object.entries(facts)) {
    if (name.endsWith('.state')) found.set(fact.cites, `${fact.cites}: ${fact.value}`);
    else if (!found.has(fact.cites)) found.set(fact.cites, fact.cites.startsWith('figure:') || fact.cites.startsWith('policy:') ? `${fact.cites}: ${fact.value.slice(0, 60)}` : fact.cites);
  }
  return [...found].map(([value, text]) => ({ value, text })).sort((a, b) => a.value.localeCompare(b.value));
}

interface Props {
  label: string;
  hint?: string;
  error?: string | undefined;
  /** Undefined while they are on their way. */
  facts: Readonly<Record<string, Fact>> | undefined;
  cites: readonly string[];
  most: number;
  onCites: (cites: string[]) => void;
}

/** What is cited, each to be taken out again, and the choice of more. */
export function CitePicker({ label, hint, error, facts, cites, most, onCites }: Props) {
  const free = citable(facts ?? {}).filter((one) => !cites.includes(one.value));
  return (
    <>
      {cites.length > 0 && (
        <ul class="chosen-cites" aria-label={words.chosen}>
          {cites.map((one) => (
            <li key={one}>
              <code>
                <Raw text={one} />
              </code>
              <Button kind="quiet" label={words.removeCite(one)} onClick={() => onCites(cites.filter((other) => other !== one))}>
                <span aria-hidden="true">×</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
      {(cites.length < most || error) && (
        <SelectField label={label} hint={hint} error={error} value="" options={[{ value: '', text: facts ? words.choose : t.common.loading }, ...free]} onValue={(one) => one && onCites([...cites, one])} />
      )}
    </>
  );
}
