/** The answer that is being made: its state on screen, and the steps before and after it. */
import type { Merging } from '../kind';
import type { Answer } from '../wire';

const MOST_STEPS = 500;

export class Drafting {
  value = $state.raw<Answer | null>(null);
  /** Whether there is a step to undo, or to do again. */
  canUndo = $state(false);
  canRedo = $state(false);
  /** Where the draft came from: the model's proposal, taken over to be corrected. */
  fromProposal = $state(false);
  #past: (Answer | null)[] = [];
  #future: (Answer | null)[] = [];
  /** What the last change merges with, false for nothing. */
  #merging: string | boolean = false;

  /** Begin anew with a draft, or with none. */
  begin(value: Answer | null): void {
    this.#past = [];
    this.#future = [];
    this.#merging = this.fromProposal = false;
    this.#show(value);
  }

  /**
   * A new state; one that merges does not make a step of its own after another that merged in the same name (typing in
   * one field, moving one thing).
   */
  change(value: Answer, { merge = false }: Merging = {}): void {
    if (!merge || merge !== this.#merging) this.#past.push(this.value);
    if (this.#past.length > MOST_STEPS) this.#past.shift();
    this.#future = [];
    this.#merging = merge;
    this.#show(value);
  }

  undo(): boolean {
    const value = this.#past.pop();
    if (value === undefined) return false;
    this.#future.push(this.value);
    this.#merging = false;
    this.#show(value);
    return true;
  }

  redo(): boolean {
    const value = this.#future.pop();
    if (value === undefined) return false;
    this.#past.push(this.value);
    this.#show(value);
    return true;
  }

  /** Whether anything was changed since it began. */
  get touched(): boolean {
    return this.#past.length > 0;
  }

  #show(value: Answer | null): void {
    this.value = value;
    this.canUndo = this.#past.length > 0;
    this.canRedo = this.#future.length > 0;
  }
}
