/** Where something is wrong. */
export interface Place {
  /** Path below the bundle's folder. */
  file?: string;
  /** Counted from 1. */
  line?: number;
  /** Of the record. */
  seq?: number;
}

/** Something in what is checked is not as it must be. The message is a sentence for people, in byte strings like every text of a bundle (bytes.ts). */
export class Fault extends Error {
  constructor(
    message: string,
    readonly place: Place = {},
  ) {
    super(message);
    this.name = 'Fault';
  }
}

export function fail(message: string, place: Place = {}): never {
  throw new Fault(message, place);
}

/** Runs a step; a Fault of it says first what was looked at. */
export async function within<T>(what: string, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof Fault) throw new Fault(`${what}: ${error.message}`, error.place);
    throw error;
  }
}

/** Lets every Fault of a step name the file that it read. */
export async function inFile<T>(file: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof Fault) throw new Fault(error.message, { file, ...error.place });
    throw error;
  }
}
