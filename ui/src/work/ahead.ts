/** The tasks that wait here, so that the next one is there before it is asked for. */
import type { Task } from '../wire';
import type { Leases } from './leases';

/** Below this many, ask for more even if no answer is due to be sent. */
export const LOW = 5;
/** A request asks up to this many. Few, because a task that is leased late has a fresher proposal. */
export const FULL = 6;

export class Ahead {
  #tasks: Task[] = [];
  /** Every task that was shown or answered here; the server may send one again while its answer is on the way. */
  readonly #seen = new Set<number>();

  get size(): number {
    return this.#tasks.length;
  }

  get ids(): number[] {
    return this.#tasks.map((task) => task.task_id);
  }

  get isLow(): boolean {
    return this.#tasks.length < LOW;
  }

  get want(): number {
    return FULL - Math.min(this.#tasks.length, FULL);
  }

  /** Append the tasks that are new here and return them. */
  add(tasks: Task[]): Task[] {
    const known = new Set([...this.#seen, ...this.ids]);
    const fresh = tasks.filter((task) => !known.has(task.task_id));
    this.#tasks.push(...fresh);
    return fresh;
  }

  take(): Task | null {
    const next = this.#tasks.shift() ?? null;
    if (next) this.#seen.add(next.task_id);
    return next;
  }

  /** Put the shown task back to the front, for an earlier one to be shown again. */
  putBack(task: Task): void {
    this.#tasks.unshift(task);
  }

  /** These were answered here, by this page or an earlier one. */
  note(taskIds: number[]): void {
    for (const id of taskIds) this.#seen.add(id);
  }

  /** The server refused the answer to this task; should it offer the task again, show it. */
  forget(taskId: number): void {
    this.#seen.delete(taskId);
  }

  /** Give up tasks whose lease has ended: somebody else may hold them now, and we may be given them anew. */
  dropExpired(leases: Leases, now: number): void {
    this.#tasks = this.#tasks.filter((task) => !leases.isOver(task.task_id, now));
  }

  /** Give all of them up, and return their ids; they may be offered again. */
  clear(): number[] {
    const ids = this.ids;
    this.#tasks = [];
    return ids;
  }
}
