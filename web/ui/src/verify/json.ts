// JSON in the one spelling that the appliance writes. Every text has one spelling: a string escapes what RFC 8259 demands and nothing else.
import { isUtf8 } from './bytes.js';
import { fail, Fault } from './fault.js';

export type Json = null | boolean | number | string | Json[] | Map<string, Json>;
export type JsonObject = Map<string, Json>;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The place behind the string that begins at `at`, or -1 where it is not spelled as `jsonString` spells it. */
export function skipString(text: string, at: number): number {
  if (text.charCodeAt(at) !== QUOTE) return -1;
  for (let i = at + 1; i < text.length; ++i) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) return i + 1;
    if (c < 0x20) return -1;
    if (c !== BACKSLASH) continue;
    const escape = text.charAt(++i);
    if (escape !== '' && '"\\bfnrt'.includes(escape)) continue;
    // A control character without a short escape: \u0000 to \u001f, in lower case.
    if (!/^u00(?:0[0-7bef]|1[0-9a-f])$/.test(text.slice(i, i + 5))) return -1;
    i += 4;
  }
  return -1;
}

const SHORT: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** The text that a string with its quotes stands for, once skipString has passed over it. */
export function unescape(quoted: string): string {
  const inside = quoted.slice(1, -1);
  if (!inside.includes('\\')) return inside;
  return inside.replace(/\\(?:u([0-9a-f]{4})|(.))/g, (_, hex: string | undefined, short: string) =>
    hex ? String.fromCharCode(parseInt(hex, 16)) : (SHORT[short] ?? short),
  );
}

const ESCAPES: Record<string, string> = { '"': '\\"', '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

export function jsonString(text: string): string {
  const escaped = text.replace(/["\\\x00-\x1f]/g, (c) => ESCAPES[c] ?? `\\u00${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `"${escaped}"`;
}

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  document(depthMax: number): Json | undefined {
    const value = this.value(depthMax);
    this.space();
    return this.at === this.text.length ? value : undefined;
  }

  private space(): void {
    while (this.at < this.text.length && ' \n\r\t'.includes(this.text.charAt(this.at))) ++this.at;
  }
  private take(sign: string): boolean {
    this.space();
    if (this.text.charAt(this.at) !== sign) return false;
    ++this.at;
    return true;
  }

  private value(depth: number): Json | undefined {
    this.space();
    const begin = this.text.charAt(this.at);
    if (begin === '{') return depth > 0 ? this.object(depth - 1) : undefined;
    if (begin === '[') return depth > 0 ? this.array(depth - 1) : undefined;
    if (begin === '"') return this.string();
    const word = /^[-0-9a-z.E+]*/.exec(this.text.slice(this.at, this.at + 32))![0];
    this.at += word.length;
    if (word === 'null') return null;
    if (word === 'true' || word === 'false') return word === 'true';
    const number = Number(word);
    return /^(?:0|-?[1-9][0-9]*)$/.test(word) && Number.isSafeInteger(number) ? number : undefined;
  }

  private string(): string | undefined {
    const end = skipString(this.text, this.at);
    if (end < 0) return undefined;
    const text = unescape(this.text.slice(this.at, end));
    this.at = end;
    return text;
  }

  private object(depth: number): JsonObject | undefined {
    const out: JsonObject = new Map();
    ++this.at;
    if (this.take('}')) return out;
    do {
      this.space();
      const name = this.string();
      if (name === undefined || !this.take(':')) return undefined;
      const value = this.value(depth);
      if (value === undefined || out.has(name)) return undefined;
      out.set(name, value);
    } while (this.take(','));
    return this.take('}') ? out : undefined;
  }

  private array(depth: number): Json[] | undefined {
    const out: Json[] = [];
    ++this.at;
    if (this.take(']')) return out;
    do {
      const value = this.value(depth);
      if (value === undefined) return undefined;
      out.push(value);
    } while (this.take(','));
    return this.take(']') ? out : undefined;
  }
}

/**
 * Reads a document; undefined where it is not JSON in UTF-8, has a member twice, a string in another spelling, a number that is not a whole one, or
 * nests deeper than `depthMax`.
 */
export function parseJson(text: string, depthMax = 8): Json | undefined {
  return isUtf8(text) ? new Parser(text).document(depthMax) : undefined;
}

/** One member a line, two spaces of indentation, a line feed at the end. */
export function toIndented(value: Json): string {
  return `${indented(value, '\n')}\n`;
}

function indented(value: Json, line: string): string {
  const deeper = `${line}  `;
  if (value instanceof Map && value.size > 0) {
    return `{${[...value].map(([name, one]) => `${deeper}${jsonString(name)}: ${indented(one, deeper)}`).join(',')}${line}}`;
  }
  if (Array.isArray(value) && value.length > 0) return `[${value.map((one) => deeper + indented(one, deeper)).join(',')}${line}]`;
  return compact(value);
}

function compact(value: Json): string {
  if (value instanceof Map) return '{}';
  if (Array.isArray(value)) return '[]';
  return typeof value === 'string' ? jsonString(value) : String(value);
}

/** A JSON object from a literal. */
export function objectOf(members: Record<string, Json>): JsonObject {
  return new Map(Object.entries(members));
}

/** Whether two values are the same, whatever the order of members. */
export function sameJson(a: Json, b: Json): boolean {
  if (a instanceof Map) {
    return b instanceof Map && a.size === b.size && [...a].every(([name, one]) => b.has(name) && sameJson(one, b.get(name)!));
  }
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, i) => sameJson(one, b[i]!));
  return a === b;
}

/** Reads members of a known type; a Fault for any other. */
export const member = {
  object(of: Json | undefined, name?: string): JsonObject {
    const value = name === undefined ? of : member.object(of).get(name);
    return value instanceof Map ? value : fail(`${name ?? 'it'} is no object`);
  },
  array(of: JsonObject, name: string): Json[] {
    const value = of.get(name);
    return Array.isArray(value) ? value : fail(`${name} is no array`);
  },
  text(of: JsonObject, name: string): string {
    const value = of.get(name);
    return typeof value === 'string' ? value : fail(`${name} is no text`);
  },
  /** A whole number that is not negative. */
  count(of: JsonObject, name: string): number {
    const value = of.get(name);
    return typeof value === 'number' && value >= 0 ? value : fail(`${name} is no number`);
  },
};

/** Reads by `read` and writes by `write` again; a Fault with `message` where either fails or the spelling is another. */
export function exactly<T>(text: string, read: () => T, write: (value: T) => string, message: string): T {
  let value: T;
  try {
    value = read();
  } catch (error) {
    if (error instanceof Fault) return fail(message);
    throw error;
  }
  return write(value) === text ? value : fail(message);
}
