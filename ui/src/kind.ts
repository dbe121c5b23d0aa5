/** What a label kind is to the workspace. A kind is one file, `kinds/<name>.svelte`, found by its name. */
import type { Component } from 'svelte';
import type { Answer, ProjectDetail, Task } from './wire';
import type { Keys } from './work/keys';

/** What became of an answer that was given: in training at once, or when a reviewer sent it back. */
export interface Told {
  said: Answer;
  /** What is right, or what the reviewer holds to be right if that was said. */
  right: Answer | null;
  /** After training nothing can be changed; what a reviewer returned is answered anew. */
  by: 'training' | 'review';
  correct: boolean;
}

/** Whether a change joins the one before it as one step to undo: where both merge, or merge in the same name. */
export interface Merging {
  merge?: boolean | string;
}

export interface KindProps {
  project: ProjectDetail;
  task: Task;
  /** The answer as it stands, null before there is one; set again when a person goes back, undoes or redoes. */
  draft: Answer | null;
  /** What to show of an earlier answer, null where there is none. */
  told: Told | null;
  /** Only to be looked at: nothing can be changed. */
  locked?: boolean;
  /** Say the whole answer. The workspace gives it at once, or waits for Enter where a person prefers that. */
  choose: (answer: Answer) => void;
  /** Put a new state of the answer in the place of the draft. Each is one step to undo; `merge` joins it with the last. */
  change: (answer: Answer, how?: Merging) => void;
  /** Where the kind adds the keys it listens to. */
  keys: Keys;
}

export interface KindModule {
  default: Component<KindProps>;
  /** An answer in a few words, for the bar, screen readers and lists; with the task where that is at hand. */
  summary: (answer: Answer, project: ProjectDetail, task?: Task | null) => string;
  /**
   * Whether an answer is made in several steps and then submitted; otherwise choosing gives it. A composed kind
   * works on `draft` through `change`.
   */
  composed?: (project: ProjectDetail) => boolean;
  /** The draft to begin with. */
  blank?: (task: Task, project: ProjectDetail) => Answer | null;
  /** What a composed draft lacks before it can be given, as a sentence; null where it lacks nothing. */
  missing?: (draft: Answer, task: Task, project: ProjectDetail) => string | null;
  /** Load what a task will show, before it is shown. */
  preload?: (task: Task) => void;
}

const files = import.meta.glob<KindModule>('./kinds/*.svelte');

/** The screen of a kind, or null for one that this build does not know. */
export async function loadKind(name: string): Promise<KindModule | null> {
  return (await files[`./kinds/${name}.svelte`]?.()) ?? null;
}

/** The names of all kinds that have a screen. */
export const kindNames = Object.keys(files).map((path) => path.replace(/^.*\/|\.svelte$/g, ''));
