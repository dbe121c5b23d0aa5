/** Until when the tasks that are open here are ours, as far as we know, and when to ask for more time. */
import type { Task } from '../wire';

interface Lease {
  /** When the server last told us of it, or was told that it is held; epoch milliseconds by the server's clock. */
  heard: number;
  /** It lasts until then at least. */
  ends: number;
}

export class Leases {
  readonly #open = new Map<number, Lease>();
  #longestMs = 0;

  /** These tasks were given at `now`. */
  begin(tasks: Task[], now: number): void {
    for (const task of tasks) {
      const ends = Date.parse(task.lease_expires_at);
      this.#longestMs = Math.max(this.#longestMs, ends - now);
      this.#open.set(task.task_id, { heard: now, ends });
    }
  }

  /**
   * The server was told at `now` that these are held. It gives a whole lease anew to those with less than half of one
   * left, so each has half of one at least. What had run out stays so.
   */
  extend(tasks: number[], now: number): void {
    for (const id of tasks) {
      const lease = this.#open.get(id);
      if (!lease || lease.ends <= now) continue;
      this.#open.set(id, { heard: now, ends: Math.max(lease.ends, now + this.#longestMs / 2) });
    }
  }

  /** These are not open here any more. */
  end(tasks: number[]): void {
    for (const id of tasks) this.#open.delete(id);
  }

  isOver(task: number, now: number): boolean {
    return (this.#open.get(task)?.ends ?? 0) <= now;
  }

  /** Milliseconds until any of these has used up half of the time it had when last heard of; Infinity if none is open. */
  untilBeat(tasks: number[], now: number): number {
    const open = tasks.flatMap((id) => this.#open.get(id) ?? []).filter((lease) => lease.ends > now);
    return Math.min(...open.map((lease) => (lease.heard + lease.ends) / 2 - now));
  }
}
