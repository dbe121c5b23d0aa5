/** The answers of this sitting that the server holds, newest first: what one may go back to and change. */
import type { Answer, Receipt, Task } from '../wire';
import type { Entry } from './journal';

const MOST = 50;

export interface Answered {
  task: Task;
  answer: Answer;
  annotation: number;
}

export class AnsweredTasks {
  items = $state.raw<Answered[]>([]);
  readonly #under = new Map<string, Task>();

  /** An answer was given to this task and is on its way. */
  note(key: string, task: Task): void {
    this.#under.set(key, task);
  }

  /** The server has spoken of an answer. */
  hear(receipt: Receipt, entry: Entry | undefined): void {
    const task = this.#under.get(receipt.idempotency_key);
    this.#under.delete(receipt.idempotency_key);
    if (!task || !entry?.answer || receipt.annotation_id === null) return;
    this.items = [{ task, answer: entry.answer, annotation: receipt.annotation_id }, ...this.items].slice(
      0,
      MOST,
    );
  }

  /** An answer was changed: it is another one now. */
  change(before: Answered, answer: Answer, annotation: number): void {
    this.items = this.items.map((each) => (each === before ? { ...before, answer, annotation } : each));
  }
}
