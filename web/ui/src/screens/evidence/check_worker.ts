import { UnknownFile, verifyBundle, WrongOption } from '../../verify';
import type { Answer, Order } from './check_job';

const STEP_MS = 100;

const answer = (what: Answer) => postMessage(what);

addEventListener('message', (event: MessageEvent<Order>) => void check(event.data));

async function check({ file, known }: Order): Promise<void> {
  let told = 0;
  const onProgress = ({ done, total }: { done: number; total: number }) => {
    if (performance.now() - told < STEP_MS) return;
    told = performance.now();
    answer({ kind: 'progress', done, total });
  };
  try {
    answer({ kind: 'report', report: await verifyBundle(file, { ...known, onProgress }) });
  } catch (error) {
    answer(answerOf(error));
  }
}

function answerOf(error: unknown): Answer {
  if (error instanceof WrongOption) return { kind: 'wrong', option: error.option, message: error.message };
  if (error instanceof UnknownFile) return { kind: 'unknown', message: error.message };
  if (error instanceof DOMException && ['NotReadableError', 'NotFoundError', 'NotAllowedError'].includes(error.name)) return { kind: 'unreadable' };
  return { kind: 'crashed', message: error instanceof Error ? error.message : String(error) };
}
