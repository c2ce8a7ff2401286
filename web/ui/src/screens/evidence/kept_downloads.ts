/* Which file on the reader's disk a download goes to, so that it can be gone on with after the page was closed. In the browser alone. */

const BASE = 'countersign-downloads';
const TABLE = 'files';

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(BASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function use<T>(mode: IDBTransactionMode, what: (table: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  try {
    const base = await open();
    try {
      return await new Promise<T>((resolve, reject) => {
        const request = what(base.transaction(TABLE, mode).objectStore(TABLE));
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    } finally {
      base.close();
    }
  } catch {
    // A browser that keeps nothing begins anew.
    return undefined;
  }
}

export async function keepFile(key: string, file: FileSystemFileHandle): Promise<void> {
  await use('readwrite', (table) => table.put(file, key));
}

export function keptFile(key: string): Promise<FileSystemFileHandle | undefined> {
  return use<FileSystemFileHandle | undefined>('readonly', (table) => table.get(key) as IDBRequest<FileSystemFileHandle | undefined>);
}

export async function forgetFile(key: string): Promise<void> {
  await use('readwrite', (table) => table.delete(key));
}
