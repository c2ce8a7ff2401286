import { readEntry, type Entry } from '../../api/record';
import { searchRecords, type Place, type Question, type SearchAnswer } from '../../api/records';

export const PAGE = 100;
/** Pages that are kept around what is looked at. */
const KEPT = 12;
/** New records that wait to be let in, at most. */
const FRESH_MOST = 2_000;

interface Page {
  /** Where it begins: only records with a smaller number. */
  below: number | undefined;
  /** Undefined once dropped. */
  entries: Entry[] | undefined;
  length: number;
  /** Where the next one begins; null at the end, undefined while it is not full. */
  next: number | null | undefined;
  /** Where to go on while it is not full. */
  resume: number | undefined;
}

/** A row: a record, one that is on its way, or one that is not kept any more. */
export type Row = Entry | 'loading' | 'gone';

/**
 * What a question finds, newest first, in pages of 100 that are loaded as one looks at them and dropped as one goes on. Where the question has no terms,
 * the records are those of a stretch of the log without gaps: then, once it is known how many there are, any place can be gone to at once. Else one page
 * leads to the next.
 */
export class RecordList {
  /** The person's place in it, for when she comes back. */
  scroll = 0;
  inView = 10;
  /** Set to have the first row come into sight. */
  toTop = false;
  active = -1;
  error: unknown;
  /** The last number that was looked at, while the end is not reached. */
  searchedTo: number | null = null;
  fresh: Entry[] = [];
  freshMany = false;

  private head: Entry[] = [];
  private readonly pages = new Map<number, Page>();
  private readonly loading = new Map<number, AbortController>();
  private readonly listeners = new Set<() => void>();
  private readonly viewers = new Set<() => void>();
  private wanted: [number, number] = [0, 0];
  private top: number | undefined;
  private total: number | undefined;
  private newest: number | undefined;
  private stopped = false;

  constructor(
    readonly place: Place,
    readonly question: Question,
    /** Without terms: a stretch of the log. */
    private readonly plain: boolean,
  ) {}

  /** Says which rows are in sight, in rows. */
  look(scroll: number, inView: number): void {
    this.scroll = scroll;
    this.inView = inView;
    for (const viewer of [...this.viewers]) viewer();
  }
  subscribeView(viewer: () => void): () => void {
    this.viewers.add(viewer);
    return () => this.viewers.delete(viewer);
  }
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Rows that are known of; at the end of them there may be more. */
  get length(): number {
    if (this.isDense()) return this.head.length + (this.total ?? 0);
    return this.head.length + this.knownInPages();
  }
  /** The newest number that is known of. */
  get newestSeq(): number | undefined {
    return this.newest !== undefined && this.newest > 0 ? this.newest - 1 : undefined;
  }
  get started(): boolean {
    return this.pages.has(0) && this.pages.get(0)?.next !== undefined;
  }
  get complete(): boolean {
    if (this.isDense()) return true;
    return this.lastPage()?.next === null;
  }
  get busy(): boolean {
    return this.loading.size > 0;
  }
  get isStopped(): boolean {
    return this.stopped;
  }

  at(index: number): Row {
    if (index < this.head.length) return this.head[index] ?? 'gone';
    const inPages = index - this.head.length;
    const page = this.pages.get(Math.floor(inPages / PAGE));
    if (!page?.entries) return 'loading';
    if (!this.isDense()) return page.entries[inPages % PAGE] ?? 'loading';
    const seq = (this.top ?? 0) - inPages;
    const found = page.entries.find((one) => one.seq === seq);
    return found ?? (page.next === undefined ? 'loading' : 'gone');
  }

  indexOf(seq: number): number {
    for (let at = 0; at < this.head.length; ++at) if (this.head[at]?.seq === seq) return at;
    for (const [number, page] of this.pages) {
      const found = page.entries?.findIndex((one) => one.seq === seq) ?? -1;
      if (found >= 0) return this.head.length + (this.isDense() ? (this.top ?? 0) - seq : number * PAGE + found);
    }
    return -1;
  }

  /** How many there are, as the counts say. */
  setTotal(total: number): void {
    if (!this.plain || this.total !== undefined) return;
    this.total = total;
    for (const number of [...this.pages.keys()]) if (number > 0) this.pages.delete(number);
    this.abort();
    this.tell();
    this.work();
  }

  /** Says which rows are looked at: their pages are loaded, and what is far from them is dropped. */
  want(first: number, last: number): void {
    this.wanted = [first, last];
    this.work();
  }

  stop(): void {
    this.stopped = true;
    this.abort();
    this.tell();
  }
  goOn(): void {
    this.stopped = false;
    this.error = undefined;
    this.work();
    this.tell();
  }
  abort(): void {
    for (const control of this.loading.values()) control.abort();
    this.loading.clear();
  }

  /** Asks for what came in since; it waits in `fresh` until it is let in. */
  async poll(signal: AbortSignal): Promise<void> {
    if (!this.started || this.freshMany) return;
    const from = this.newest ?? 0;
    const above = from > 0 ? from - 1 : undefined;
    const found: Entry[] = [];
    let newest = from;
    for (let below: number | undefined; ; ) {
      const answer = await searchRecords(this.place, this.question, { limit: 500, above, below, signal, stepUp: false });
      if (below === undefined) newest = Math.max(from, answer.newest);
      found.push(...answer.records.map(readEntry));
      if (answer.next === null || found.length > FRESH_MOST) break;
      below = answer.next;
    }
    this.newest = newest;
    if (found.length === 0) return;
    this.freshMany = this.fresh.length + found.length > FRESH_MOST;
    this.fresh = [...found, ...this.fresh].slice(0, FRESH_MOST);
    this.tell();
  }

  /** Lets in what is new. False where it is so much that the list had better begin anew. */
  letIn(): boolean {
    if (this.freshMany || this.head.length + this.fresh.length > FRESH_MOST) return false;
    if (this.active >= 0) this.active += this.fresh.length;
    this.head = [...this.fresh, ...this.head];
    this.fresh = [];
    this.tell();
    return true;
  }

  private isDense(): boolean {
    return this.plain && this.total !== undefined && this.top !== undefined && this.total > PAGE;
  }
  private lastPage(): Page | undefined {
    return this.pages.get(this.pages.size - 1);
  }
  private knownInPages(): number {
    return this.pages.size === 0 ? 0 : (this.pages.size - 1) * PAGE + (this.lastPage()?.length ?? 0);
  }

  private beginOf(number: number): number | null | undefined {
    if (number === 0) return undefined;
    if (this.isDense()) return (this.top ?? 0) + 1 - number * PAGE;
    const before = this.pages.get(number - 1);
    return before?.next === undefined ? null : before.next;
  }

  private missing(): number | undefined {
    const [first, last] = this.wantedPages();
    for (let number = first; number <= last; ++number) {
      const page = this.pages.get(number);
      if (this.loading.has(number) || (page?.entries && page.next !== undefined)) continue;
      if (this.isDense() && number * PAGE >= (this.total ?? 0)) return undefined;
      // What the page before it has yet to say, or that was the last.
      if (this.beginOf(number) === null) return undefined;
      return number;
    }
    return undefined;
  }

  private wantedPages(): [number, number] {
    const [first, last] = this.wanted;
    return [Math.max(0, Math.floor((first - this.head.length) / PAGE)), Math.max(0, Math.floor((last - this.head.length) / PAGE))];
  }

  private work(): void {
    this.drop();
    if (this.stopped || this.error !== undefined) return;
    const most = this.isDense() ? 2 : 1;
    while (this.loading.size < most) {
      const number = this.missing();
      if (number === undefined) return;
      void this.load(number);
    }
  }

  private drop(): void {
    const [first, last] = this.wantedPages();
    for (const [number, page] of this.pages) {
      if (number === 0 || (number >= first - KEPT && number <= last + KEPT)) continue;
      if (this.isDense()) this.pages.delete(number);
      else if (page.next !== undefined) page.entries = undefined;
    }
    for (const [number, control] of this.loading) {
      if (number >= first - 1 && number <= last + 2) continue;
      control.abort();
      this.loading.delete(number);
    }
  }

  private async load(number: number): Promise<void> {
    const control = new AbortController();
    this.loading.set(number, control);
    const old = this.pages.get(number);
    const begin = this.beginOf(number) ?? undefined;
    const page: Page = old?.entries && old.next === undefined ? old : { below: begin, entries: [], length: old?.length ?? 0, next: undefined, resume: begin };
    try {
      while (page.next === undefined) {
        const answer = await searchRecords(this.place, this.question, { limit: PAGE - (page.entries?.length ?? 0), below: page.resume, signal: control.signal });
        if (control.signal.aborted) return;
        this.take(number, page, answer);
        this.tell();
      }
    } catch (error) {
      if (!control.signal.aborted) this.error = error;
    } finally {
      if (this.loading.get(number) === control) this.loading.delete(number);
    }
    if (control.signal.aborted) return;
    this.tell();
    this.work();
  }

  private take(number: number, page: Page, answer: SearchAnswer): void {
    page.entries = [...(page.entries ?? []), ...answer.records.map(readEntry)];
    page.length = page.entries.length;
    page.resume = answer.next ?? undefined;
    if (page.length >= PAGE || answer.next === null) page.next = answer.next;
    this.pages.set(number, page);
    this.newest ??= answer.newest;
    this.top ??= number === 0 ? page.entries[0]?.seq : undefined;
    const bottom = page.entries[page.length - 1]?.seq;
    if (this.isDense() && answer.next === null && bottom !== undefined) this.total = (this.top ?? 0) - bottom + 1;
    this.searchedTo = answer.next === null ? null : answer.searched_to;
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
