/** A run of a text: as it is, or one character that is shown as its escape, because nobody would see it or it would move what stands beside it. */
export interface Run {
  text: string;
  escape: boolean;
}

/** Controls, format characters (bidi controls, zero-width, soft hyphen, tags), separators other than the space, private use, lone surrogates, variation selectors, fillers. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu;

/** More marks on one character than any script writes reach over the lines beside it. */
const MARKS = /(\p{M}{4})(\p{M}+)/gu;

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Takes a text apart. With `lines` line feeds and tabs stay as they are. */
export function runsOf(text: string, lines = false): Run[] {
  const runs: Run[] = [];
  let from = 0;
  const plain = text.replace(MARKS, (_, kept: string) => `${kept}\ufffd`);
  for (const found of plain.matchAll(UNSEEN)) {
    const one = found[0];
    if (lines && (one === '\n' || one === '\t')) continue;
    if (isWithinEmoji(plain, found.index, one)) continue;
    if (found.index > from) runs.push({ text: plain.slice(from, found.index), escape: false });
    runs.push({ text: escapeOf(one), escape: true });
    from = found.index + one.length;
  }
  if (from < plain.length) runs.push({ text: plain.slice(from), escape: false });
  return runs;
}

/** Emoji are joined by U+200D and chosen by U+FE0F: behind one they are part of what is seen. */
function isWithinEmoji(text: string, at: number, one: string): boolean {
  if (one !== '\u200d' && one !== '\ufe0f') return false;
  const before = text.slice(Math.max(0, at - 3), at);
  return /[\p{Extended_Pictographic}\p{Emoji_Modifier}]\ufe0f?$/u.test(before);
}

/** At most so many characters, never cut within one. */
export function beginningOf(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.charCodeAt(most - 1);
  return text.slice(0, cut >= 0xd800 && cut < 0xdc00 ? most - 1 : most);
}
