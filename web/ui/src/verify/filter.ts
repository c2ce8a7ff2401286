import { visitTokens, type EventView } from './event.js';
import { Fault, fail } from './fault.js';
import { jsonString } from './json.js';
import type { RecordView } from './record.js';
import { EVENT_FIELDS, pathOf } from './schema.js';

/** One condition of a filter: `type` is `login.failed`. */
export interface FilterTerm {
  field: string;
  value: string;
}

type Choice = 'source' | 'proof' | 'token' | number;

function choiceOf(field: string): Choice {
  if (field === 'source' || field === 'proof' || field === 'token') return field;
  const at = EVENT_FIELDS.findIndex((one) => pathOf(one) === field);
  if (at < 0) fail(`there is no field '${field}' to filter by`);
  if (EVENT_FIELDS[at]!.personal) fail(`${field} is personal: a bundle's filter names only what is not`);
  return at;
}

/** Chooses records by members that are not personal. Terms of one field are alternatives; different fields must all hold. */
export class Filter {
  private readonly conditions = new Map<Choice, string[]>();

  constructor(terms: readonly FilterTerm[]) {
    for (const { field, value } of terms) {
      const choice = choiceOf(field);
      const quoted = typeof choice === 'number' && EVENT_FIELDS[choice]!.type === 'text';
      this.conditions.set(choice, [...(this.conditions.get(choice) ?? []), quoted ? jsonString(value) : value]);
    }
  }

  get isEmpty(): boolean {
    return this.conditions.size === 0;
  }

  matches(record: RecordView, event: EventView): boolean {
    for (const [choice, alternatives] of this.conditions) {
      const holds =
        choice === 'token' ? holdsOneOf(alternatives, event) : alternatives.includes(typeof choice === 'number' ? event.raw[choice]! : record[choice]);
      if (!holds) return false;
    }
    return true;
  }
}

function holdsOneOf(tokens: readonly string[], event: EventView): boolean {
  let found = false;
  try {
    visitTokens(event, (_, token) => {
      found ||= tokens.includes(token);
    });
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
  return found;
}
