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
  /** What a person had begun to answer to a task when its page went away. */
  draft(owner: string, task: number): Promise<Answer | null>;
  /** Keep a draft; null forgets it. */
  keepDraft(owner: string, task: number, answer: Answer | null): Promise<void>;
}

const STORE = 'entries';
const DRAFTS = 'drafts';
/** A draft that nobody came back to for so long is forgotten. */
const DRAFT_DAYS = 7;

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
  const request = factory.open('groundswell', 2);
  request.onupgradeneeded = ({ oldVersion }) => {
    request.result.createObjectStore(DRAFTS, { keyPath: ['owner', 'task'] }).createIndex('at', 'at');
    if (oldVersion > 0) return;
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

  async draft(owner: string, task: number): Promise<Answer | null> {
    const store = this.db.transaction(DRAFTS).objectStore(DRAFTS);
    const found = (await settled(store.get([owner, task]))) as { answer: Answer } | undefined;
    return found?.answer ?? null;
  }

  async keepDraft(owner: string, task: number, answer: Answer | null): Promise<void> {
    const transaction = this.db.transaction(DRAFTS, 'readwrite');
    const store = transaction.objectStore(DRAFTS);
    if (answer) store.put({ owner, task, answer, at: Date.now() });
    else store.delete([owner, task]);
    const old = store.index('at').openKeyCursor(IDBKeyRange.upperBound(Date.now() - DRAFT_DAYS * 86_400_000));
    old.onsuccess = () => {
      if (!old.result) return;
      store.delete(old.result.primaryKey);
      old.result.continue();
    };
    await finished(transaction);
  }
}

/** For browsers that refuse IndexedDB: lives as long as the tab, and says so. */
export function tabJournal(): Journal {
  const entries = new Map<string, Entry>();
  const drafts = new Map<string, Answer>();
  return {
    durable: false,
    all: async (owner) => [...entries.values()].filter((entry) => entry.owner === owner),
    put: async (entry) => void entries.set(entry.key, entry),
    remove: async (keys) => keys.forEach((key) => entries.delete(key)),
    draft: async (owner, task) => drafts.get(`${owner} ${task}`) ?? null,
    keepDraft: async (owner, task, answer) => {
      if (answer) drafts.set(`${owner} ${task}`, answer);
      else drafts.delete(`${owner} ${task}`);
    },
  };
}

/** Open the browser's journal, or one for this tab where storage is refused. */
export async function openJournal(factory: IDBFactory | undefined = globalThis.indexedDB): Promise<Journal> {
  if (!factory) return tabJournal();
  return database(factory).then((db) => new DurableJournal(db), tabJournal);
}
