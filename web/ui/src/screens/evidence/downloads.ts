import { fetchContent, fileNameOf, type Bundle, type Where } from '../../api/bundles';
import { makeStore } from '../../store';
import { t } from '../../texts';
import { forgetFile, keepFile, keptFile } from './kept_downloads';

/** A download into a file that the reader chose. */
export interface Download {
  state: 'running' | 'paused' | 'broken' | 'done';
  /** Bytes that are in the file; undefined until the reader lets the page look. */
  done: number | undefined;
  file: FileSystemFileHandle;
  error?: unknown;
}

interface Picking {
  showSaveFilePicker?: (options: { suggestedName: string; types: { description: string; accept: Record<string, string[]> }[] }) => Promise<FileSystemFileHandle>;
}
type Asking = FileSystemFileHandle & { requestPermission?: (wish: { mode: 'readwrite' }) => Promise<PermissionState> };

/** Whether the browser lets a page write to a file of the reader's; if not, the browser downloads by itself. */
export const canWriteFiles = typeof (globalThis as Picking).showSaveFilePicker === 'function';

/** All of this page, by bundle: they go on while one is elsewhere in the portal. */
export const downloads = makeStore<ReadonlyMap<string, Download>>(new Map());

const controls = new Map<string, AbortController>();

function put(id: string, download: Download | undefined): void {
  const next = new Map(downloads.get());
  if (download) next.set(id, download);
  else next.delete(id);
  downloads.set(next);
}

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** What was begun before the page was opened. */
export async function findKept(bundle: Bundle): Promise<void> {
  if (!canWriteFiles || downloads.get().has(bundle.id)) return;
  const file = await keptFile(bundle.id);
  if (!file) return;
  let done: number | undefined;
  try {
    done = (await file.getFile()).size;
  } catch (error) {
    // Until the reader allows it anew a page may not look into a file of before.
    if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return void (await forgetFile(bundle.id));
  }
  if (!downloads.get().has(bundle.id)) put(bundle.id, { state: done === bundle.bytes ? 'done' : 'paused', done, file });
}

async function sizeOf(file: FileSystemFileHandle): Promise<number> {
  try {
    return (await file.getFile()).size;
  } catch {
    return 0;
  }
}

/** Asks where to, and begins. False where the reader chose no file. */
export async function begin(where: Where, bundle: Bundle): Promise<boolean> {
  const pick = (globalThis as Picking).showSaveFilePicker;
  if (!pick) return false;
  let file: FileSystemFileHandle;
  try {
    file = await pick.call(globalThis, { suggestedName: fileNameOf(bundle), types: [{ description: 'ZIP', accept: { 'application/zip': ['.zip'] } }] });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return false;
    throw error;
  }
  await keepFile(bundle.id, file);
  await run(where, bundle, file, 'anew');
  return true;
}

export async function goOn(where: Where, bundle: Bundle, how: 'further' | 'anew' = 'further'): Promise<void> {
  const present = downloads.get().get(bundle.id);
  if (!present || present.state === 'running') return;
  const allowed = await (present.file as Asking).requestPermission?.({ mode: 'readwrite' });
  if (allowed === 'denied') throw new Error(t.evidence.load.noAccess);
  await run(where, bundle, present.file, how);
}

export function pause(id: string): void {
  controls.get(id)?.abort();
}

export async function forget(id: string): Promise<void> {
  pause(id);
  put(id, undefined);
  await forgetFile(id);
}

async function run(where: Where, bundle: Bundle, file: FileSystemFileHandle, how: 'further' | 'anew'): Promise<void> {
  const control = new AbortController();
  controls.set(bundle.id, control);
  if (controls.size === 1) addEventListener('beforeunload', warn);
  const step = (done: number) => put(bundle.id, { state: 'running', done, file });
  try {
    if (how === 'anew') await (await file.createWritable()).close();
    step(await sizeOf(file));
    await transfer(where, bundle, file, control.signal, step);
    put(bundle.id, { state: 'done', done: bundle.bytes ?? 0, file });
  } catch (error) {
    // What is in the file is what counts, not what was under way.
    const done = await sizeOf(file);
    const missing = error instanceof DOMException && error.name === 'NotFoundError';
    put(bundle.id, control.signal.aborted ? { state: 'paused', done, file } : { state: 'broken', done, file, error: missing ? new Error(t.evidence.load.missing) : error });
  } finally {
    controls.delete(bundle.id);
    if (controls.size === 0) removeEventListener('beforeunload', warn);
  }
}

const STEP_MS = 200;

async function transfer(where: Where, bundle: Bundle, file: FileSystemFileHandle, signal: AbortSignal, step: (done: number) => void): Promise<void> {
  const total = bundle.bytes ?? 0;
  const present = (await file.getFile()).size;
  if (present === total && total > 0) return;
  let at = present < total ? present : 0;
  const answer = await fetchContent(where, bundle, at, signal);
  if (answer.headers.get('ETag') !== `"${bundle.seal ?? ''}"` || !answer.body) throw new Error(t.evidence.load.changed);
  if (answer.status !== 206) at = 0;
  else if (!answer.headers.get('Content-Range')?.startsWith(`bytes ${at}-`)) throw new Error(t.evidence.load.changed);
  const out = await file.createWritable({ keepExistingData: at > 0 });
  // Closing puts into the file what was written so far, so that it can be gone on with.
  try {
    await out.seek(at);
    let told = 0;
    const reader = answer.body.getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      await out.write(piece.value);
      at += piece.value.byteLength;
      if (performance.now() - told > STEP_MS) {
        told = performance.now();
        step(at);
      }
    }
  } finally {
    await out.close();
  }
  if (at !== total) throw new Error(t.evidence.load.short);
}
