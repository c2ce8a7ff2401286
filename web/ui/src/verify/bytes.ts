// Every text of a bundle is held as a byte string: a string with one character, U+0000 to U+00FF, for each byte. So lengths and places are those of
// the bytes, nothing is lost where bytes are not UTF-8, and comparing texts compares bytes. `shown` makes a text for people of it.

const PIECE = 8192;
const utf8 = new TextDecoder('utf-8');
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

function isAscii(bytes: Uint8Array): boolean {
  let bits = 0;
  for (let i = 0; i < bytes.length; ++i) bits |= bytes[i]!;
  return bits < 0x80;
}

/** The byte string of some bytes. */
export function textOf(bytes: Uint8Array): string {
  if (bytes.length > PIECE && isAscii(bytes)) return utf8.decode(bytes);
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + PIECE) as unknown as number[]);
  }
  return text;
}

export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The byte string of a text that people wrote. */
export function encoded(text: string): string {
  return textOf(encoder.encode(text));
}

/** A byte string as people read it; what is not UTF-8 shows as U+FFFD. */
export function shown(text: string): string {
  return utf8.decode(bytesOf(text));
}

export function isUtf8(text: string): boolean {
  try {
    strictUtf8.decode(bytesOf(text));
    return true;
  } catch {
    return false;
  }
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; ++i) if (a[i] !== b[i]) return false;
  return true;
}

export function joined(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16);
  return text;
}

/** Undefined where it is not pairs of lower-case hexadecimal digits. */
export function fromHex(text: string): Uint8Array | undefined {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(textOf(bytes));
}

export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Canonical base64 with padding (RFC 4648 section 4); undefined for any other spelling. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  let bytes: string;
  try {
    bytes = atob(text);
  } catch {
    return undefined;
  }
  return btoa(bytes) === text ? bytesOf(bytes) : undefined;
}

/** 32 bytes in base64; undefined for anything else. */
export function digestFromBase64(text: string): Uint8Array | undefined {
  return text.length === 44 && text.endsWith('=') && text[42] !== '=' ? fromBase64(text) : undefined;
}

/** 32 bytes in base64url without padding, as tokens and salts are spelled; undefined for anything else. */
export function digestFromBase64Url(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]{43}$/.test(text)) return undefined;
  return digestFromBase64(text.replaceAll('-', '+').replaceAll('_', '/') + '=');
}
