/** Something that a page shows once the server has answered: the value, or why there is none, and a way to try again. */
import { session } from '../session.svelte';

export class Loading<T> {
  value = $state.raw<T | null>(null);
  failed = $state<string | null>(null);
  busy = $state(false);

  constructor(private readonly read: () => Promise<T>) {}

  /** Read it, or read it anew; what was there stays until the answer is. */
  load = async (): Promise<void> => {
    this.busy = true;
    this.failed = null;
    try {
      if (await session.require()) this.value = await this.read();
    } catch (error) {
      this.failed = error instanceof Error ? error.message : String(error);
    } finally {
      this.busy = false;
    }
  };
}
