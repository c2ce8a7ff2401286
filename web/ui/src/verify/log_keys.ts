import type { OpenedBundle } from './bundle.js';
import { fail, inFile, type Place } from './fault.js';
import { KeyChain } from './key_chain.js';
import { linesOf } from './lines.js';
import { NoteVerifier } from './note.js';

/** The keys of a log with the endorsements of those that took over, in their order. */
export interface KeysOfLog {
  keys: KeyChain;
  endorsements: string[];
}

/** `keysFile` holds the keys of the log and of its clock, one a line, and files below `rotations` how each that is not the first took over. */
export async function readKeyChain(bundle: OpenedBundle, log: string, keysFile: string, rotations: string): Promise<KeysOfLog> {
  const text = await bundle.read(keysFile);
  const endorsements: string[] = [];
  for (const name of bundle.files.keys()) {
    if (name.startsWith(rotations)) endorsements.push(await bundle.read(`${rotations}${endorsements.length + 1}`));
  }
  const place: Place = { file: keysFile };
  let logKey: NoteVerifier | undefined;
  let clockKey: NoteVerifier | undefined;
  for (const line of linesOf(text)) {
    const key = await inFile(keysFile, async () => NoteVerifier.parse(line));
    if (key.name !== log) fail(`${keysFile} holds a key of another log`, place);
    if (key.type === 'log') logKey ??= key;
    else clockKey ??= key;
  }
  if (!logKey || !clockKey) fail(`${keysFile} lacks a key of the log or one of its clock`, place);
  const keys = await KeyChain.make(log, logKey.publicKey, clockKey.publicKey, endorsements, rotations);
  if (text !== keys.vkeys()) {
    fail(
      `${keysFile} is not one key of the log and one of its clock and those that took over by the endorsements in ${rotations.slice(0, -1)}`,
      place,
    );
  }
  return { keys, endorsements };
}
