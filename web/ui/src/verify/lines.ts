import { joined, textOf } from './bytes.js';
import { fail, Fault } from './fault.js';
import type { Pace } from './pace.js';

/** The longest line of any file of a bundle, its line feed included: a signed note, escaped. */
const LINE_BYTES_MAX = 4 << 20;
const BLOCK_BYTES = 1 << 20;

/** Whole lines of a file, each with its line feed. */
export interface Block {
  bytes: Uint8Array;
  text: string;
}

/** Cuts the bytes of a file into blocks of whole lines. A Fault where it does not end in a line feed, or a line is too long. */
export async function* blocksOf(file: string, stream: AsyncIterable<Uint8Array>): AsyncGenerator<Block> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  const block = function* (): Generator<Block> {
    const all = waiting.length === 1 ? waiting[0]! : joined(...waiting);
    const end = all.lastIndexOf(0x0a) + 1;
    if (end === 0 && size > LINE_BYTES_MAX) fail(`${file} has a line of over ${LINE_BYTES_MAX} bytes`, { file });
    const rest = all.slice(end);
    waiting = [rest];
    size = rest.length;
    const bytes = all.subarray(0, end);
    if (end > 0) yield { bytes, text: textOf(bytes) };
  };
  for await (const piece of stream) {
    waiting.push(piece);
    size += piece.length;
    if (size >= BLOCK_BYTES) yield* block();
  }
  yield* block();
  if (size > 0) fail(`${file} does not end in a line feed`, { file });
}

/** How many lines are worked on before others get a turn. */
export const LINES_AT_ONCE = 256;

/** Calls `visit` for each line of a file, with its number from 1. A Fault of it gets the place, where it has none. */
export async function eachLine(
  file: string,
  stream: AsyncIterable<Uint8Array>,
  pace: Pace,
  visit: (line: string, number: number) => void,
): Promise<void> {
  let number = 0;
  for await (const block of blocksOf(file, stream)) {
    for (const line of linesOf(block.text)) {
      if (++number % LINES_AT_ONCE === 0) await pace.step();
      try {
        visit(line, number);
      } catch (error) {
        if (error instanceof Fault) fail(error.message, { file, line: number, ...error.place });
        throw error;
      }
    }
  }
}

/** The lines of a text, without their line feeds. A last line that is not ended is given, too. */
export function* linesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    if (end < 0) return yield text.slice(at);
    yield text.slice(at, end);
    at = end + 1;
  }
}
