import { Cursor } from './cursor.js';
import { fail } from './fault.js';
import { skipString, unescape } from './json.js';
import { EVENT_FIELDS, pathOf, type FieldType, type Kind } from './schema.js';

/** Characters of a SHA-256 value in base64url: of a token. */
export const TOKEN_LENGTH = 43;
const ATTRIBUTE_DEPTH_MAX = 8;

/** A record's event taken apart: the JSON text of each member that is there, by its place in EVENT_FIELDS. */
export class EventView {
  constructor(
    readonly raw: readonly string[],
    /** The JSON object, or empty. */
    readonly attributes: string,
  ) {}

  /** The inside of a string member as it stands, still escaped; empty where absent. */
  plain(field: number): string {
    const value = this.raw[field]!;
    return value.startsWith('"') ? value.slice(1, -1) : '';
  }
  /** A string member without its escapes, or a number or boolean as written; empty where absent. */
  text(field: number): string {
    const value = this.raw[field]!;
    return value.startsWith('"') ? unescape(value) : value;
  }
}

/** Walks the compact JSON of a record. */
class Walker extends Cursor {
  /** The value of a member of that type as a record spells it; undefined where another stands. */
  value(type: FieldType): string | undefined {
    const begin = this.at;
    if (type === 'boolean') return this.literal('true') || this.literal('false') ? this.text.slice(begin, this.at) : undefined;
    if (type === 'integer') return this.wholeNumber() ? this.text.slice(begin, this.at) : undefined;
    const end = skipString(this.text, begin);
    if (end < 0) return undefined;
    this.at = end;
    return this.text.slice(begin, end);
  }
  get peek(): string {
    return this.text.charAt(this.at);
  }

  private wholeNumber(): boolean {
    const begin = this.at;
    while (this.at < this.text.length && this.peek >= '0' && this.peek <= '9') ++this.at;
    return this.at > begin && (this.text[begin] !== '0' || this.at === begin + 1);
  }
}

const MEMBER_NAMES = EVENT_FIELDS.map((one) => `"${one.name}":`);
const OBJECT_NAMES = EVENT_FIELDS.map((one) => `"${one.object}":`);
/** For each field the place behind the last of its object. */
const OBJECT_ENDS = EVENT_FIELDS.map((one) => EVENT_FIELDS.reduce((end, other, i) => (other.object === one.object ? i + 1 : end), 0));

const bad = (walker: Walker): never => fail(`not an event of a record: byte ${walker.at} is not as it must be`);

/** Members of one object in their order, from field `i` on, up to its closing brace. */
function readMembers(walker: Walker, i: number, raw: string[]): boolean {
  const end = OBJECT_ENDS[i]!;
  do {
    while (i < end && !walker.literal(MEMBER_NAMES[i]!)) ++i;
    const value = i < end ? walker.value(EVENT_FIELDS[i]!.type) : undefined;
    if (value === undefined) return false;
    raw[i++] = value;
  } while (walker.literal(','));
  return walker.literal('}');
}

/** Reads the `event` of a record in its fixed order of members. A Fault, with the byte, where it is spelled in another way. */
export function readEvent(event: string): EventView {
  const raw: string[] = new Array<string>(EVENT_FIELDS.length).fill('');
  let attributes = '';
  const walker = new Walker(event);
  if (!walker.literal('{')) bad(walker);
  let i = 0;
  for (; EVENT_FIELDS[i]!.object === ''; ++i) {
    if (i > 0 && !walker.literal(',')) bad(walker);
    raw[i] = (walker.literal(MEMBER_NAMES[i]!) ? walker.value('text') : undefined) ?? bad(walker);
  }
  while (walker.literal(',')) {
    if (walker.literal('"attributes":')) {
      const begin = walker.at;
      if (walker.peek !== '{' || !walkAttributes(walker, 0)) bad(walker);
      attributes = event.slice(begin, walker.at);
      break;
    }
    while (i < EVENT_FIELDS.length && !walker.literal(OBJECT_NAMES[i]!)) i = OBJECT_ENDS[i]!;
    if (i === EVENT_FIELDS.length || !walker.literal('{') || !readMembers(walker, i, raw)) bad(walker);
    i = OBJECT_ENDS[i]!;
  }
  if (!walker.literal('}') || walker.at !== event.length) bad(walker);
  return new EventView(raw, attributes);
}

type Visit = (kind: Kind, token: string, at: number) => void;

/** A value that is not personal, where it is no string. */
function plainValue(walker: Walker): boolean {
  const negative = walker.literal('-');
  if (negative && walker.peek === '0') return false;
  const number = negative || (walker.peek >= '0' && walker.peek <= '9');
  return walker.value(number ? 'integer' : 'boolean') !== undefined;
}

/** Walks arrays, objects, tokens and plain values below `attributes`; a string as long as a token is one. */
function walkAttributes(walker: Walker, depth: number, visit?: Visit): boolean {
  if (depth > ATTRIBUTE_DEPTH_MAX) return false;
  if (walker.peek === '"') {
    const begin = walker.at;
    const value = walker.value('text');
    if (value?.length === TOKEN_LENGTH + 2) visit?.('attribute', value.slice(1, -1), begin);
    return value !== undefined;
  }
  if (walker.peek !== '{' && walker.peek !== '[') return plainValue(walker);
  const isObject = walker.peek === '{';
  const close = isObject ? '}' : ']';
  ++walker.at;
  if (walker.literal(close)) return true;
  do {
    if (isObject && (walker.value('text') === undefined || !walker.literal(':'))) return false;
    if (!walkAttributes(walker, depth + 1, visit)) return false;
  } while (walker.literal(','));
  return walker.literal(close);
}

/** Calls `visit` for each token of the attributes, with its place, which is that of its quote. */
export function visitAttributeTokens(attributes: string, visit: Visit): void {
  const walker = new Walker(attributes);
  if (!walkAttributes(walker, 0, visit)) bad(walker);
}

/** Calls `visit` for each token of the event, members first, then attributes, in their order. */
export function visitTokens(event: EventView, visit: (kind: Kind, token: string) => void): void {
  EVENT_FIELDS.forEach((field, i) => {
    if (!field.personal || event.raw[i] === '') return;
    const token = event.plain(i);
    if (token.length !== TOKEN_LENGTH) fail(`no token stands in ${pathOf(field)}`);
    visit(field.personal, token);
  });
  if (event.attributes !== '') visitAttributeTokens(event.attributes, visit);
}
