import { makeWorker } from '../../trusted';
import type { Report } from '../../verify';
import address from './check_worker?worker&url';

/** What the reader knows from elsewhere. */
export interface Known {
  fingerprint: string;
  logKey: string;
  knownCheckpoint: string;
}

export interface Order {
  file: File;
  known: Known;
}

export type Answer =
  | { kind: 'progress'; done: number; total: number }
  | { kind: 'report'; report: Report }
  /** What was given to compare with does not read. */
  | { kind: 'wrong'; option: keyof Known; message: string }
  /** No bundle of a kind that is read here. */
  | { kind: 'unknown'; message: string }
  | { kind: 'unreadable' }
  | { kind: 'crashed'; message: string };

/** Checks a bundle on a thread of its own. What is given ends it, and then nothing is answered any more. */
export function beginCheck(order: Order, onAnswer: (answer: Answer) => void): () => void {
  const worker = makeWorker(address);
  worker.onmessage = (event: MessageEvent<Answer>) => {
    if (event.data.kind !== 'progress') worker.terminate();
    onAnswer(event.data);
  };
  worker.onerror = (event) => {
    worker.terminate();
    onAnswer({ kind: 'crashed', message: event.message });
  };
  worker.postMessage(order);
  return () => worker.terminate();
}
