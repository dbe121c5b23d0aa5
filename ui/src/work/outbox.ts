/** What was answered and not yet acknowledged, in order; the newest may be taken back while it is held. */
import type { Receipt, WorkRequest } from '../wire';
import type { Entry, Journal } from './journal';

export class Outbox {
  #entries: Entry[] = [];
  /** Keys that were sent at least once: the server may have stored them, so they cannot be taken back. */
  readonly #sent = new Set<string>();
  readonly #inFlight = new Set<string>();
  /** Keys that the server cannot take as they are: kept, and tried again by the next page. */
  readonly #aside = new Set<string>();

  constructor(private readonly journal: Journal) {}

  get size(): number {
    return this.#entries.length;
  }

  get tasks(): number[] {
    return this.#entries.map((entry) => entry.task);
  }

  /** Take over what an earlier page left behind. */
  async load(owner: string, project: number): Promise<void> {
    const left = (await this.journal.all(owner)).filter((entry) => entry.project === project);
    this.#entries = [...left, ...this.#entries];
  }

  /** Keep a new answer. The ones before it are free to go. */
  add(entry: Entry): Promise<void> {
    this.release();
    this.#entries.push(entry);
    return this.journal.put(entry);
  }

  /** The answer that can still be taken back, or null. */
  get retractable(): Entry | null {
    const last = this.#entries.at(-1);
    return last && !this.#sent.has(last.key) ? last : null;
  }

  /** Take the newest answer back, if it never left this browser. */
  retract(): Entry | null {
    const last = this.retractable;
    if (!last) return null;
    this.#entries.pop();
    void this.journal.remove([last.key]);
    return last;
  }

  /** End every hold: the next answer was given, or the page is going away. */
  release(): void {
    for (const entry of this.#entries) entry.heldUntil = 0;
  }

  /** When the next hold ends, in epoch milliseconds; null if nothing is held at `now`. */
  nextRelease(now: number): number | null {
    const ends = this.#entries.map((entry) => entry.heldUntil).filter((end) => end > now);
    return ends.length ? Math.min(...ends) : null;
  }

  /** Entries that may be sent at `now` and are not under way, oldest first. */
  due(now: number, limit: number): Entry[] {
    const waits = ({ key }: Entry) => this.#inFlight.has(key) || this.#aside.has(key);
    return this.#entries.filter((entry) => entry.heldUntil <= now && !waits(entry)).slice(0, limit);
  }

  /** Stop sending these from this page, so that they hold up no others. They stay in the journal. */
  setAside(batch: Entry[]): void {
    for (const { key } of batch) this.#aside.add(key);
  }

  /** How many were set aside. */
  get stuck(): number {
    return this.#aside.size;
  }

  /** These are being sent: nobody else sends them, and they cannot be taken back any more. */
  depart(batch: Entry[]): void {
    for (const { key } of batch) {
      this.#inFlight.add(key);
      this.#sent.add(key);
    }
  }

  /** The sending ended without an answer: they stay, and go again. */
  comeBack(batch: Entry[]): void {
    for (const { key } of batch) this.#inFlight.delete(key);
  }

  /** The server holds these now, or has refused them for good; only then are they forgotten here. */
  settle(batch: Entry[]): void {
    const keys = new Set(batch.map((entry) => entry.key));
    this.comeBack(batch);
    this.#entries = this.#entries.filter((entry) => !keys.has(entry.key));
    void this.journal.remove([...keys]);
  }
}

/** The entries of a batch that a reply acknowledges. A skip has no receipt: the reply itself says it was heard. */
export function acknowledged(batch: Entry[], receipts: Receipt[]): Entry[] {
  const keys = new Set(receipts.map((receipt) => receipt.idempotency_key));
  return batch.filter((entry) => entry.answer === null || keys.has(entry.key));
}

/** A batch as the body of a request. */
export function toRequest(
  batch: Entry[],
  { want = 0, holding = [], release = [] }: Partial<Pick<WorkRequest, 'want' | 'holding' | 'release'>> = {},
): WorkRequest {
  return {
    submit: batch.flatMap(({ task, answer, activeMs, key, proposalSeen }) =>
      answer
        ? [{ task_id: task, answer, active_ms: activeMs, idempotency_key: key, proposal_seen: proposalSeen }]
        : [],
    ),
    skip: batch.flatMap(({ task, answer, reason }) =>
      answer ? [] : [{ task_id: task, reason: reason ?? '' }],
    ),
    want,
    holding,
    release,
  };
}
