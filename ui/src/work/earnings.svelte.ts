/** What a person earned today, of which the server was asked once and which is added up here since. */

/** A day as the server counts days: UTC, 2026-01-31. */
const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

export class Earnings {
  /** Cents; null while nothing that is paid has come by, or the server has not said. */
  today = $state<number | null>(null);
  #day: string | null = null;

  constructor(private readonly ask: (day: string) => Promise<number>) {}

  /** Work that is paid is here: learn what was earned today, once a day. */
  async open(now: number): Promise<void> {
    const day = dayOf(now);
    if (this.#day === day) return;
    this.#day = day;
    this.today = null;
    // Without an answer nothing is shown; the next paid task asks again.
    this.today = await this.ask(day).catch(() => ((this.#day = null), null));
  }

  /** The server has stored answers that earn this. */
  add(cents: number): void {
    if (this.today !== null) this.today += cents;
  }
}
