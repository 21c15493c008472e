/**
 * IndexedDB behind promises: what must survive a closed tab (the studio's outbox of operations) is stored here first.
 *
 *   const db = await openDb("alp-studio", 1, { outbox: { keyPath: "op_id", indexes: { item: "item_id" } } });
 *   await db.put("outbox", operation);      await db.allBy("outbox", "item", itemId);      await db.delete("outbox", opId);
 */

export interface StoreSpec {
  keyPath: string;
  /** Index name -> path in the value. */
  indexes?: Record<string, string>;
}
export type Schema = Record<string, StoreSpec>;

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("The browser's storage failed."));
  });
}

function upgrade(db: IDBDatabase, request: IDBOpenDBRequest, schema: Schema): void {
  for (const [name, { keyPath, indexes }] of Object.entries(schema)) {
    const store = db.objectStoreNames.contains(name)
      ? request.transaction?.objectStore(name)
      : db.createObjectStore(name, { keyPath });
    for (const [index, path] of Object.entries(indexes ?? {})) {
      if (store && !store.indexNames.contains(index)) store.createIndex(index, path);
    }
  }
}

export async function openDb(name: string, version: number, schema: Schema): Promise<Db> {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => upgrade(request.result, request, schema);
  const db = await settled(request);
  // A newer page wants to upgrade: let go, so it is not blocked by this tab.
  db.onversionchange = () => db.close();
  return new Db(db);
}

export class Db {
  constructor(private readonly db: IDBDatabase) {}

  async get<T>(store: string, key: IDBValidKey): Promise<T | undefined> {
    return (await settled(this.read(store).get(key))) as T | undefined;
  }
  /** Everything, in order of the key. */
  async all<T>(store: string): Promise<T[]> {
    return (await settled(this.read(store).getAll())) as T[];
  }
  async allBy<T>(store: string, index: string, value: IDBValidKey): Promise<T[]> {
    return (await settled(this.read(store).index(index).getAll(value))) as T[];
  }
  count(store: string): Promise<number> {
    return settled(this.read(store).count());
  }
  /** Resolves when the values are on disk, all or none. */
  put(store: string, ...values: unknown[]): Promise<void> {
    return this.write(store, (target) => {
      for (const value of values) target.put(value);
    });
  }
  delete(store: string, ...keys: IDBValidKey[]): Promise<void> {
    return this.write(store, (target) => {
      for (const key of keys) target.delete(key);
    });
  }
  clear(store: string): Promise<void> {
    return this.write(store, (target) => void target.clear());
  }
  close(): void {
    this.db.close();
  }

  private read(store: string): IDBObjectStore {
    return this.db.transaction(store, "readonly").objectStore(store);
  }
  private write(store: string, work: (target: IDBObjectStore) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.db.transaction(store, "readwrite");
      transaction.oncomplete = () => resolve();
      const fail = () => reject(transaction.error ?? new Error("The browser's storage failed."));
      transaction.onerror = fail;
      transaction.onabort = fail;
      try {
        work(transaction.objectStore(store));
      } catch (error) {
        transaction.abort();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }
}
