/** Answers that the server has not acknowledged, kept where a closed tab cannot lose them. */
import type { Answer } from '../wire';

export interface Entry {
  /** The idempotency key; the server stores each key once. */
  key: string;
  /** The user who answered: another person on this browser must not send it as theirs. */
  owner: string;
  project: number;
  task: number;
  /** Null for a skip. */
  answer: Answer | null;
  /** Why it was skipped; null for an answer. */
  reason: string | null;
  activeMs: number;
  proposalSeen: boolean;
  /** What it earns. */
  priceCents: number;
  /** Epoch milliseconds; until then it may be taken back, so no tab sends it. */
  heldUntil: number;
}

export interface Journal {
  /** True where entries outlive the tab. */
  readonly durable: boolean;
  /** A person's entries in the order they were given. */
  all(owner: string): Promise<Entry[]>;
  put(entry: Entry): Promise<void>;
  remove(keys: string[]): Promise<void>;
}

const STORE = 'entries';

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

async function database(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open('groundswell', 1);
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore(STORE, { keyPath: 'order', autoIncrement: true });
    store.createIndex('key', 'key', { unique: true });
    store.createIndex('owner', 'owner');
  };
  return settled(request);
}

class DurableJournal implements Journal {
  readonly durable = true;

  constructor(private readonly db: IDBDatabase) {}

  async all(owner: string): Promise<Entry[]> {
    const index = this.db.transaction(STORE).objectStore(STORE).index('owner');
    const rows = (await settled(index.getAll(owner))) as (Entry & { order: number })[];
    return rows.map(({ order: _, ...entry }) => entry);
  }

  async put(entry: Entry): Promise<void> {
    const transaction = this.db.transaction(STORE, 'readwrite');
    transaction.objectStore(STORE).add({ ...entry });
    await finished(transaction);
  }

  async remove(keys: string[]): Promise<void> {
    const transaction = this.db.transaction(STORE, 'readwrite');
    const store = transaction.objectStore(STORE);
    for (const key of keys) {
      const found = store.index('key').getKey(key);
      found.onsuccess = () => found.result !== undefined && store.delete(found.result);
    }
    await finished(transaction);
  }
}

/** For browsers that refuse IndexedDB: lives as long as the tab, and says so. */
export function tabJournal(): Journal {
  const entries = new Map<string, Entry>();
  return {
    durable: false,
    all: async (owner) => [...entries.values()].filter((entry) => entry.owner === owner),
    put: async (entry) => void entries.set(entry.key, entry),
    remove: async (keys) => keys.forEach((key) => entries.delete(key)),
  };
}

/** Open the browser's journal, or one for this tab where storage is refused. */
export async function openJournal(factory: IDBFactory | undefined = globalThis.indexedDB): Promise<Journal> {
  if (!factory) return tabJournal();
  return database(factory).then((db) => new DurableJournal(db), tabJournal);
}
