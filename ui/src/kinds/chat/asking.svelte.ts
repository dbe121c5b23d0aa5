/** Asking the models of a project for the next reply: what they said stays at hand while the page is open. */
import { ApiError, call, Unreachable } from '../../api';
import { session } from '../../session.svelte';
import type { Task } from '../../wire';
import { uuidOf } from '../conversation/digest';
import type { Message } from '../conversation/record';

export interface Reply {
  content: string;
  /** Whether it ends at a limit, not where the model wanted. */
  cut: boolean;
}

export type Failure = 'no_model' | 'allowance_spent' | 'no_reply' | 'offline' | 'other';

/** What is known of one place in a conversation. */
export interface Asked {
  replies: Reply[];
  waiting: boolean;
  failure: { about: Failure; detail: string } | null;
  /** Calls that are left today, where that is told. */
  left: number | null;
}

const NOTHING: Asked = { replies: [], waiting: false, failure: null, left: null };
const CODES: Failure[] = ['no_model', 'allowance_spent', 'no_reply'];
/** Models take their time; the server gives up before this. */
const TIMEOUT_MS = 180_000;
const MOST_KEPT = 200;

class Asking {
  #known = $state<Record<string, Asked>>({});
  /** How often each place was asked, so that asking again is another call and a lost answer is not paid twice. */
  #calls = new Map<string, number>();

  of(project: number, task: Task, said: Message[]): Asked {
    return this.#known[placeOf(project, task, said)] ?? NOTHING;
  }

  /** Ask for one more reply of each model. Never rejects: what went wrong is in what is known. */
  async ask(project: number, task: Task, said: Message[]): Promise<void> {
    const place = placeOf(project, task, said);
    const before = this.#known[place] ?? NOTHING;
    if (before.waiting) return;
    this.#set(place, { ...before, waiting: true, failure: null });
    const key = uuidOf(`${place} ${this.#calls.get(place) ?? 0}`);
    try {
      const body = { task_id: task.task_id, messages: said, idempotency_key: key };
      const { replies, left } = await call<{ replies: Reply[]; left: number | null }>(
        'POST',
        `/projects/${project}/chat`,
        body,
        false,
        TIMEOUT_MS,
      );
      this.#next(place);
      this.#set(place, { replies: [...before.replies, ...replies], waiting: false, failure: null, left });
    } catch (error) {
      this.#fail(place, before, error);
    }
  }

  #fail(place: string, before: Asked, error: unknown): void {
    if (error instanceof Unreachable) {
      return this.#set(place, { ...before, waiting: false, failure: { about: 'offline', detail: '' } });
    }
    if (!(error instanceof ApiError)) throw error;
    const about = CODES.find((code) => code === error.code) ?? 'other';
    if (about === 'no_reply') this.#next(place);
    this.#set(place, { ...before, waiting: false, failure: { about, detail: error.detail } });
  }

  #next(place: string): void {
    this.#calls.set(place, (this.#calls.get(place) ?? 0) + 1);
  }

  #set(place: string, asked: Asked): void {
    const others = Object.entries(this.#known).filter(([known]) => known !== place);
    this.#known = Object.fromEntries([...others.slice(-MOST_KEPT), [place, asked]]);
  }
}

/** Of one person: another who signs in on this page asks anew. */
const placeOf = (project: number, task: Task, said: Message[]): string =>
  JSON.stringify([session.who?.user.id, project, task.task_id, said]);

export const asking = new Asking();
