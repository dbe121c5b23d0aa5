/** One person at work on one project: the task that is shown, the tasks behind it, and the answers on their way. */
import { ApiError, Unreachable, type api } from '../api';
import type { Answer, Progress, ProjectDetail, Receipt, Task } from '../wire';
import { ActiveTime, pacePerMinute } from './active';
import { Ahead } from './ahead';
import type { Entry, Journal } from './journal';
import { acknowledged, Outbox, toRequest } from './outbox';

/** How long the newest answer stays here to be taken back, unless the next one comes first. */
export const HOLD_MS = 5_000;
const POLL_MS = 4_000;
const BATCH = 50;
const BACKOFF_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

export type Saving = 'saved' | 'saving' | 'offline' | 'trouble';
export type Phase = 'loading' | 'task' | 'empty' | 'paused' | 'failed';

export interface Complaint {
  /** `refused`: an answer was not taken · `server`: a call failed · `journal`: answers live in this tab only. */
  about: 'refused' | 'server' | 'journal';
  detail: string;
}

export interface DeskOptions {
  project: ProjectDetail;
  owner: string;
  journal: Journal;
  api: Pick<typeof api, 'work' | 'project' | 'serverNow'>;
  /** The session has ended; what is unsent stays in the journal. */
  onSignedOut: () => void;
  /** Tasks that have just arrived, to load what they show. */
  onTasks?: (tasks: Task[]) => void;
}

interface Given {
  entry: Entry;
  task: Task;
}

export class Desk {
  project = $state.raw<ProjectDetail>() as ProjectDetail;
  task = $state.raw<Task | null>(null);
  /** The answer as it stands on screen, not given yet. */
  draft = $state.raw<Answer | null>(null);
  /** The newest answer, while it can be taken back. */
  last = $state.raw<Given | null>(null);
  progress = $state.raw<Progress | null>(null);
  /** Answers given on this page. */
  given = $state(0);
  pace = $state<number | null>(null);
  unsaved = $state(0);
  saving = $state<Saving>('saved');
  /** What a person must know and may dismiss. */
  complaint = $state.raw<Complaint | null>(null);
  /** The server had no task for us when last asked. */
  dry = $state(false);
  /** The last call failed; another try will come. */
  cutOff = $state(false);

  readonly #options: DeskOptions;
  readonly #outbox: Outbox;
  readonly #ahead = new Ahead();
  readonly #active = new ActiveTime();
  #paces: number[] = [];
  #failures = 0;
  #batch = BATCH;
  #busy = false;
  #again = false;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#outbox = new Outbox(options.journal);
    this.project = options.project;
  }

  get phase(): Phase {
    if (this.task) return 'task';
    if (this.project.state !== 'active') return 'paused';
    if (this.cutOff) return 'failed';
    return this.dry ? 'empty' : 'loading';
  }

  async open(): Promise<void> {
    await this.#outbox.load(this.#options.owner, this.project.id);
    this.#ahead.note(this.#outbox.tasks);
    if (!this.#options.journal.durable) this.complaint = { about: 'journal', detail: '' };
    this.#refresh();
    await this.sync();
  }

  /** Leave the page: what is unsent goes out now, and stays in the journal if that fails. */
  close(): void {
    this.leaveSight();
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  // ── what a person does ──

  /** Give an answer to the task that is shown, and show the next. Never waits. */
  give(answer: Answer): void {
    if (!this.task) return;
    this.given += 1;
    this.#leave(answer, null);
  }

  /** Pass the task that is shown to somebody else. */
  skip(reason: string): void {
    if (this.task) this.#leave(null, reason);
  }

  /** Show the last answer again, if it is still here. */
  takeBack(): boolean {
    const last = this.last;
    if (!last || this.#outbox.retractable?.key !== last.entry.key) return false;
    this.#outbox.retract();
    if (this.task) this.#ahead.putBack(this.task);
    if (last.entry.answer) {
      this.given -= 1;
      this.#paces.pop();
    }
    this.#show(last.task, last.entry.answer, last.entry.activeMs);
    this.#refresh();
    return true;
  }

  noteInput(): void {
    if (!document.hidden) this.#active.input(performance.now());
  }

  /** The page went out of sight and may never come back: end the hold and send at once. */
  leaveSight(): void {
    if (this.#closed) return;
    this.#active.hide(performance.now());
    this.#outbox.release();
    void this.#exchange({ keepalive: true, want: 0 }).finally(() => this.#busy || this.#schedule());
  }

  comeBack(): void {
    this.noteInput();
    this.#failures = 0;
    if (navigator.onLine) this.#ahead.dropExpired(this.#options.api.serverNow());
    void this.sync();
  }

  #leave(answer: Answer | null, reason: string | null): void {
    const task = this.task as Task;
    const entry: Entry = {
      key: crypto.randomUUID(),
      owner: this.#options.owner,
      project: this.project.id,
      task: task.task_id,
      answer,
      reason,
      activeMs: this.#active.read(performance.now()),
      proposalSeen: task.proposal !== null,
      heldUntil: Date.now() + HOLD_MS,
    };
    this.#outbox.add(entry).catch((error) => (this.complaint = { about: 'journal', detail: String(error) }));
    if (answer) this.#paces.push(entry.activeMs);
    this.#show(this.#ahead.take());
    this.last = { entry, task };
    this.#refresh();
    void this.sync();
  }

  #show(task: Task | null, draft: Answer | null = null, activeMs = 0): void {
    this.task = task;
    this.draft = draft;
    this.#active.start(performance.now(), activeMs);
  }

  #refresh(): void {
    this.unsaved = this.#outbox.size;
    this.cutOff = this.#failures > 0;
    this.pace = pacePerMinute(this.#paces);
    if (this.last && this.#outbox.retractable?.key !== this.last.entry.key) this.last = null;
    if (this.#failures > 0) return;
    if (this.#outbox.stuck) this.saving = 'trouble';
    else this.saving = this.unsaved ? 'saving' : 'saved';
  }

  // ── what goes on behind ──

  /** Bring the server and this page together: one exchange at a time, more while there is something due. */
  async sync(): Promise<void> {
    if (this.#busy) return void (this.#again = true);
    this.#busy = true;
    try {
      do {
        this.#again = false;
        await this.#exchange({ want: this.#wanted(), keepalive: false });
      } while (this.#again && this.#failures === 0 && !this.#closed);
    } finally {
      this.#busy = false;
      this.#schedule();
    }
  }

  #wanted(): number {
    return this.project.state === 'active' ? this.#ahead.want : 0;
  }

  async #exchange({ want, keepalive }: { want: number; keepalive: boolean }): Promise<void> {
    const batch = this.#outbox.due(Date.now(), this.#batch);
    if (batch.length === 0 && (want === 0 || !this.#ahead.isLow)) return;
    this.#outbox.depart(batch);
    this.#refresh();
    try {
      const body = toRequest(batch, want, this.#holding());
      const reply = await this.#options.api.work(this.project.id, body, keepalive);
      this.#acknowledge(batch, reply.receipts);
      this.progress = reply.progress;
      if (want > 0) this.#stock(reply.tasks);
    } catch (error) {
      this.#fail(batch, error);
    }
    this.#refresh();
  }

  #holding(): number[] {
    const shown = this.task ? [this.task.task_id] : [];
    const newestFirst = this.#outbox.tasks.reverse();
    return [...new Set([...shown, ...this.#ahead.ids, ...newestFirst])].slice(0, 100);
  }

  #acknowledge(batch: Entry[], receipts: Receipt[]): void {
    const settled = acknowledged(batch, receipts);
    this.#outbox.comeBack(batch);
    this.#outbox.settle(settled);
    this.#failures = settled.length === batch.length ? 0 : this.#failures + 1;
    if (this.#failures === 0) {
      if (this.complaint?.about === 'server') this.complaint = null;
      if (this.#outbox.due(Date.now(), 1).length) this.#again = true;
      else this.#batch = BATCH;
    }
    for (const receipt of receipts) if (receipt.status === 'refused') this.#refused(receipt);
  }

  #stock(tasks: Task[]): void {
    this.#ahead.dropExpired(this.#options.api.serverNow());
    const fresh = this.#ahead.add(tasks);
    this.#options.onTasks?.(fresh);
    if (!this.task) this.#show(this.#ahead.take());
    this.dry = this.task === null;
  }

  #refused(receipt: Receipt): void {
    this.complaint = { about: 'refused', detail: receipt.error ?? '' };
    this.#ahead.forget(receipt.task_id);
  }

  #fail(batch: Entry[], error: unknown): void {
    this.#outbox.comeBack(batch);
    if (error instanceof Unreachable) return this.#retryLater('offline');
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) return this.#signedOut();
    if (this.#isolate(batch, error)) return void (this.#again = true);
    this.complaint = { about: 'server', detail: error.detail };
    this.#retryLater('trouble');
  }

  #retryLater(saving: Saving): void {
    this.#failures += 1;
    this.saving = saving;
  }

  #signedOut(): void {
    this.#closed = true;
    this.#options.onSignedOut();
  }

  /** A request that cannot succeed: find the answer that spoils it, and let the others through. */
  #isolate(batch: Entry[], error: ApiError): boolean {
    if (![400, 413, 422].includes(error.status) || batch.length === 0) return false;
    if (batch.length === 1) {
      this.complaint = { about: 'refused', detail: error.detail };
      this.#outbox.setAside(batch);
    }
    this.#batch = 1;
    return true;
  }

  /** Wake up for what comes first: another try, the end of a hold, or a look for new tasks. */
  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const delay = this.#nextDelay();
    if (delay !== null) this.#timer = setTimeout(() => void this.#wake(), delay);
  }

  #nextDelay(): number | null {
    if (this.#failures > 0) return BACKOFF_MS[Math.min(this.#failures, BACKOFF_MS.length) - 1] as number;
    const now = Date.now();
    const release = this.#outbox.nextRelease(now);
    const waits = [
      release === null ? Infinity : release - now,
      this.task || document.hidden ? Infinity : POLL_MS,
    ];
    const first = Math.min(...waits);
    return first === Infinity ? null : first;
  }

  async #wake(): Promise<void> {
    if (this.task || (await this.#lookAtProject())) await this.sync();
    else this.#schedule();
  }

  /** Learn whether the project was paused, resumed or given new instructions. False if the call failed. */
  async #lookAtProject(): Promise<boolean> {
    try {
      this.project = await this.#options.api.project(this.project.id);
      this.#failures = 0;
    } catch (error) {
      this.#fail([], error);
    }
    this.#refresh();
    return !this.cutOff && !this.#closed;
  }
}
