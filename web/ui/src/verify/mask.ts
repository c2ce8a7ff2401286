// Whether a text has the form of a mask (ledger/record/mask.h): who masks a value cannot be checked, but a text that hides nothing can be told from one.
import { encoded, isUtf8, shown } from './bytes.js';
import type { Kind } from './schema.js';

const DOT = encoded('\u2022');
const HIDDEN = DOT.repeat(3);
const HIDDEN_DIGITS = DOT.repeat(5);
const HIDDEN_JSON = `"${HIDDEN}"`;

/** The characters of a byte string; none where it is not UTF-8. */
function charactersOf(text: string): string[] {
  return isUtf8(text) ? [...shown(text)] : [];
}

function isMaskedBeginning(text: string, visible: number): boolean {
  return text.endsWith(HIDDEN) && charactersOf(text.slice(0, -HIDDEN.length)).length === visible;
}

function isMaskedPhone(text: string): boolean {
  const at = text.indexOf(HIDDEN_DIGITS);
  if (at < 0) return false;
  return /^(?:\+[0-9]{4}|\+[0-9]{2}|[0-9]{3})$/.test(text.slice(0, at)) && /^[0-9]{2}$/.test(text.slice(at + HIDDEN_DIGITS.length));
}

function isDomain(text: string): boolean {
  return text.length <= 253 && text.includes('.') && /^[A-Za-z0-9-](?:[A-Za-z0-9.-]*[A-Za-z0-9-])?$/.test(text);
}

function isMaskedEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at < 0) return false;
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  return (local === HIDDEN || isMaskedBeginning(local, 1)) && (domain === HIDDEN || isDomain(domain));
}

function isMaskedName(text: string): boolean {
  const words = text.split(' ');
  return (
    words.length <= 3 &&
    words.every((word) => {
      if (word === HIDDEN) return true;
      if (!isMaskedBeginning(word, 1)) return false;
      const code = charactersOf(word)[0]!.codePointAt(0)!;
      return code > 0x20 && code < 0x590;
    })
  );
}

function isMaskedAddress(text: string): boolean {
  if (!text.endsWith(DOT)) return false;
  const head = text.slice(0, -DOT.length);
  const decimal = /^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.$/.exec(head);
  if (decimal) return decimal.slice(1).every((part) => Number(part) < 256 && String(Number(part)) === part);
  // The first 48 bits, each 16 of them without leading zeros.
  return /^(?:(?:0|[1-9a-f][0-9a-f]{0,3}):){3}$/.test(head);
}

export function isMask(kind: Kind, text: string): boolean {
  if (kind === 'attribute') return text === HIDDEN_JSON;
  if (text === HIDDEN) return true;
  switch (kind) {
    case 'phone':
      return isMaskedPhone(text);
    case 'email':
      return isMaskedEmail(text);
    case 'user':
      return isMaskedEmail(text) || isMaskedBeginning(text, 2);
    case 'name':
      return isMaskedName(text);
    case 'ip':
      return isMaskedAddress(text);
    case 'fingerprint':
      return isMaskedBeginning(text, 4);
    default:
      return false;
  }
}
