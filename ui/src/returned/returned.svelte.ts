/** The answers of one project that reviewers have sent back to this person, one after the other. */
import { ApiError, type api } from '../api';
import type { Answer, ReturnedTask } from '../wire';
import { ActiveTime } from '../work/active';

export type Outcome = 'stored' | 'gone' | 'failed';

export class Returned {
  items = $state.raw<ReturnedTask[]>([]);
  /** Why the last answer did not get through. */
  failure = $state<string | null>(null);
  busy = $state(false);
  /** How many were answered on this page. */
  done = $state(0);
  readonly #active = new ActiveTime();
  /** The key of each answer that was tried. Another answer needs another key, or the server keeps to the first. */
  readonly #keys = new Map<string, string>();

  constructor(
    private readonly server: Pick<typeof api, 'returned' | 'answerReturned'>,
    private readonly project: number,
  ) {}

  /** Learn what was sent back. Without an answer it stays as it is: this can wait. */
  async load(): Promise<void> {
    const page = await this.server.returned().catch(() => null);
    if (page) this.items = page.items.filter((item) => item.project_id === this.project);
  }

  get current(): ReturnedTask | null {
    return this.items[0] ?? null;
  }

  /** The current one is on screen from now on. */
  show(): void {
    this.failure = null;
    this.#active.start(performance.now());
  }

  noteInput(): void {
    this.#active.input(performance.now());
  }

  /** Answer the current one. `gone`: it needs no answer any more. */
  async answer(answer: Answer): Promise<Outcome | null> {
    const { current } = this;
    if (!current || this.busy) return null;
    this.busy = true;
    const outcome = await this.#send(current, answer);
    this.busy = false;
    if (outcome === 'failed') return outcome;
    this.items = this.items.filter((item) => item !== current);
    this.done += 1;
    this.show();
    return outcome;
  }

  async #send({ return_id }: ReturnedTask, answer: Answer): Promise<Outcome> {
    const body = {
      answer,
      idempotency_key: this.#keyOf(return_id, answer),
      active_ms: this.#active.read(performance.now()),
    };
    try {
      await this.server.answerReturned(return_id, body);
      return 'stored';
    } catch (error) {
      if (error instanceof ApiError && (error.status === 404 || error.status === 409)) return 'gone';
      this.failure = error instanceof Error ? error.message : String(error);
      return 'failed';
    }
  }

  #keyOf(id: number, answer: Answer): string {
    const tried = `${id} ${JSON.stringify(answer)}`;
    const key = this.#keys.get(tried) ?? crypto.randomUUID();
    this.#keys.set(tried, key);
    return key;
  }
}
