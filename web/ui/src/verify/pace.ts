/** How far a verification is, in bytes read; all of them are read once to be hashed, and some a second time. */
export interface Progress {
  done: number;
  total: number;
}

const SLICE_MS = 25;

/** The next turn of the event loop; not setTimeout, which a browser slows down. */
function nextTurn(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(null);
  });
}

/** Cuts the work into slices, so that a page stays alive that does it on its own thread, and ends it where it was cancelled. */
export class Pace {
  total = 0;
  private done = 0;
  private began = performance.now();

  constructor(
    private readonly onProgress: ((progress: Progress) => void) | undefined,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** To be called after each piece of work, with the bytes that it read. Throws the signal's reason where it was cancelled. */
  async step(bytes = 0): Promise<void> {
    this.done += bytes;
    if (performance.now() - this.began < SLICE_MS) return;
    this.onProgress?.({ done: Math.min(this.done, this.total), total: this.total });
    await nextTurn();
    this.signal?.throwIfAborted();
    this.began = performance.now();
  }

  finish(): void {
    this.onProgress?.({ done: this.total, total: this.total });
  }
}
