/** What others say of an item: what a model proposes of it, mark by mark, or what is right. */
import { untrack } from 'svelte';
import type { Told } from '../../kind';
import type { Answer, Task } from '../../wire';

interface OthersProps<T> {
  task: Task;
  told: () => Told | null;
  closed: () => boolean;
  draft: () => Answer | null;
  /** The marks of an answer. */
  marksOf: (answer: Answer | null) => readonly T[];
}

export class Others<T extends object> {
  /** Whether it is shown. */
  shown = $state(true);
  /** Proposed marks that were seen in the draft, as JSON: they are not proposed again. */
  #taken = $state.raw<ReadonlySet<string>>(new Set());
  readonly #props: OthersProps<T>;

  constructor(props: OthersProps<T>) {
    this.#props = props;
  }

  readonly right = $derived.by<readonly T[]>(() => {
    const told = this.#props.told();
    return told?.right && !told.correct ? this.#props.marksOf(told.right) : [];
  });
  readonly #proposed = $derived.by<readonly T[]>(() => {
    const { told, closed, task, marksOf } = this.#props;
    return told() || closed() ? [] : marksOf(task.proposal?.answer ?? null);
  });
  readonly whose = $derived<'right' | 'model'>(this.right.length ? 'right' : 'model');
  /** What is left of it to be shown. */
  readonly marks = $derived.by<readonly T[]>(() => {
    if (!this.shown) return [];
    if (this.right.length) return this.right;
    return this.#proposed.filter((mark) => !this.#taken.has(JSON.stringify(mark)));
  });
  /** Proposed marks that nobody has taken over yet. */
  readonly proposed = $derived(this.whose === 'model' ? this.marks : []);
  /** Whether there is anything that could be shown or hidden. */
  readonly any = $derived(this.right.length + this.#proposed.length > 0);

  toggle = (): void => void (this.shown = !this.shown);

  /** Propose a mark no more. */
  drop(mark: T): void {
    this.#taken = new Set([...this.#taken, JSON.stringify(mark)]);
  }

  /** Notice what was taken over. Call once, from the start of a component. */
  watch(): void {
    $effect(() => {
      if (!this.#proposed.length) return;
      const there = this.#props.marksOf(this.#props.draft());
      const words = new Set(there.map((mark) => JSON.stringify(mark)));
      const fresh = this.#proposed.filter((mark) => words.has(JSON.stringify(mark)));
      untrack(() =>
        fresh.filter((mark) => !this.#taken.has(JSON.stringify(mark))).forEach((m) => this.drop(m)),
      );
    });
  }
}
