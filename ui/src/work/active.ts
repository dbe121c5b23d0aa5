/** Measures the time a person really worked on a task: the page in sight, and input within the last 30 s. */

const IDLE_AFTER_MS = 30_000;
/** Without input for so long, tasks are not kept for a person any more. */
export const AWAY_AFTER_MS = 120_000;

export class ActiveTime {
  #total = 0;
  /** Until when we have counted; null while the page is out of sight. */
  #since: number | null = null;
  #lastInput = 0;

  /** A task is shown at `now`; `already` is active time it had before it came back. All in milliseconds. */
  start(now: number, already = 0): void {
    this.#total = already;
    this.#since = this.#lastInput = now;
  }

  input(now: number): void {
    this.#count(now);
    this.#since = this.#lastInput = now;
  }

  /** Whether tasks should be kept for the person: there was input of late, in sight or not. */
  isPresent(now: number): boolean {
    return now - this.#lastInput < AWAY_AFTER_MS;
  }

  hide(now: number): void {
    this.#count(now);
    this.#since = null;
  }

  /** Active milliseconds so far, whole. */
  read(now: number): number {
    this.#count(now);
    return Math.round(this.#total);
  }

  #count(now: number): void {
    if (this.#since === null) return;
    const until = Math.min(now, this.#lastInput + IDLE_AFTER_MS);
    this.#total += Math.max(0, until - this.#since);
    this.#since = Math.max(this.#since, until);
  }
}

/** Answers a minute over the last answers' active times, or null while there are too few to say. */
export function pacePerMinute(activeTimesMs: number[], window = 20, atLeast = 3): number | null {
  const last = activeTimesMs.slice(-window);
  const total = last.reduce((sum, ms) => sum + ms, 0);
  return last.length < atLeast || total <= 0 ? null : (last.length * 60_000) / total;
}
