/** One person at work on one project: the task that is shown, the tasks behind it, and the answers on their way. */
import { ApiError, Unreachable } from '../api';
import type { Merging } from '../kind';
import type { Answer, Progress, ProjectDetail, Receipt, Task, WorkReply } from '../wire';
import { ActiveTime, pacePerMinute } from './active';
import { Ahead } from './ahead';
import { AnsweredTasks } from './answered.svelte';
import { Drafting } from './drafting.svelte';
import { Earnings } from './earnings.svelte';
import type { Entry } from './journal';
import { Leases } from './leases';
import { Lesson } from './lesson.svelte';
import { acknowledged, Outbox, toRequest } from './outbox';
import type { Complaint, DeskOptions, Exchange, Given, Phase, Saving } from './standing';

/** How long the newest answer stays here to be taken back, unless the next one comes first. */
export const HOLD_MS = 5_000;
/** How long after the last change a draft is written down. */
const DRAFT_MS = 300;
const POLL_MS = 4_000;
/** Where there is no work for this person, it takes longer until there is. */
const BARRED_POLL_MS = 15_000;
/** A heartbeat may be this late: the server's clock is known to the second. */
const TICK_MS = 1_000;
const LONGEST_WAIT_MS = 3_600_000;
const BATCH = 50;
const BACKOFF_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

export class Desk {
  project = $state.raw<ProjectDetail>() as ProjectDetail;
  task = $state.raw<Task | null>(null);
  /** The answer as it stands on screen, not given yet. */
  readonly drafting = new Drafting();
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
  /** Why the server gives this person no tasks, in its words. */
  notice = $state<string | null>(null);
  /** The last call failed; another try will come. */
  cutOff = $state(false);
  readonly answered = new AnsweredTasks();
  readonly earnings: Earnings;
  readonly lesson = new Lesson();

  readonly #options: DeskOptions;
  readonly #outbox: Outbox;
  readonly #ahead = new Ahead();
  readonly #leases = new Leases();
  readonly #active = new ActiveTime();
  #paces: number[] = [];
  #failures = 0;
  #batch = BATCH;
  #busy = false;
  #turn: Promise<void> = Promise.resolve();
  #again = false;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the journal has a draft of the task on screen. */
  #kept = false;
  #draftTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#outbox = new Outbox(options.journal);
    this.earnings = new Earnings(options.api.earned);
    this.project = options.project;
  }

  get phase(): Phase {
    if (this.task) return 'task';
    if (this.project.state !== 'active') return 'paused';
    if (this.cutOff) return 'failed';
    if (this.notice) return 'barred';
    return this.dry ? 'empty' : 'loading';
  }

  async open(): Promise<void> {
    await this.#outbox.load(this.#options.owner, this.project.id);
    this.#ahead.note(this.#outbox.tasks);
    if (!this.#options.journal.durable) this.complaint = { about: 'journal', detail: '' };
    this.#refresh();
    await this.sync();
  }

  /** Leave for good. Resolves when the server has heard of it, or could not. Who signs out gives all tasks back. */
  async close({ signingOut = false } = {}): Promise<void> {
    const parting = this.putDown({ all: signingOut });
    this.#closed = true;
    clearTimeout(this.#timer);
    await Promise.all([parting, this.#turn]);
  }

  /**
   * Put everything down: what is unsent goes out, or stays in the journal; tasks without an answer go back. One that was
   * begun is kept for its person, draft and lease, unless `all` goes.
   */
  putDown({ all = false } = {}): Promise<void> {
    const untouched = this.#ahead.clear();
    if (this.task && !this.lesson.asked) {
      this.#ahead.forget(this.task.task_id);
      if (all || !(this.#kept || this.drafting.touched)) untouched.unshift(this.task.task_id);
      else this.#writeDraft();
    }
    this.task = null;
    this.#next();
    this.#active.hide(performance.now());
    this.#outbox.release();
    return this.#exchange({ keepalive: true, release: untouched });
  }

  // ── what a person does ──

  /** Give an answer to the task that is shown, and show the next. Never waits. */
  give(answer: Answer): void {
    if (!this.task || this.lesson.asked) return;
    this.given += 1;
    if (this.project.purpose === 'training') this.#ask(answer);
    else this.#leave(answer, null);
  }

  /** Pass the task that is shown to somebody else. */
  skip(reason: string): void {
    if (this.task && !this.lesson.asked) this.#leave(null, reason);
  }

  /** In training, go on once the answer was judged. */
  goOn(): void {
    if (!this.lesson.told) return;
    this.#next();
    void this.sync();
  }

  /** Change the answer on screen; it is kept in this browser until it is given. */
  change(answer: Answer, how: Merging = {}): void {
    if (!this.task || this.lesson.asked) return;
    this.drafting.change(answer, how);
    this.#keepDraft();
  }

  undo(): boolean {
    const undone = !this.lesson.asked && this.drafting.undo();
    if (undone) this.#keepDraft();
    return undone;
  }

  redo(): boolean {
    const redone = !this.lesson.asked && this.drafting.redo();
    if (redone) this.#keepDraft();
    return redone;
  }

  /** Take over the model's proposal, to be corrected. Undo brings back what was there. */
  takeProposal(): boolean {
    const proposal = this.task?.proposal;
    if (!proposal || this.lesson.asked) return false;
    this.change(proposal.answer);
    this.drafting.fromProposal = true;
    return true;
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
    if (document.hidden) return;
    const now = performance.now();
    const back = !this.#active.isPresent(now);
    this.#active.input(now);
    if (back && !this.#busy) this.#schedule();
  }

  /** The page went out of sight and may never come back: end the hold and send at once. */
  leaveSight(): void {
    if (this.#closed) return;
    this.#active.hide(performance.now());
    this.#outbox.release();
    void this.#exchange({ keepalive: true }).finally(() => this.#busy || this.#schedule());
  }

  comeBack(): void {
    this.noteInput();
    this.#failures = 0;
    if (navigator.onLine) this.#ahead.dropExpired(this.#leases, this.#options.api.serverNow());
    void this.sync();
  }

  #leave(answer: Answer | null, reason: string | null): void {
    const task = this.task as Task;
    const entry = this.#keep(task, answer, reason, HOLD_MS);
    this.#next();
    this.last = { entry, task };
    this.#refresh();
    void this.sync();
  }

  /** Give an answer and wait for what the server says of it: nothing to take back, and no next task yet. */
  #ask(answer: Answer): void {
    this.drafting.begin(answer);
    this.last = null;
    this.lesson.ask(this.#keep(this.task as Task, answer, null, 0).key);
    void this.sync();
  }

  #keep(task: Task, answer: Answer | null, reason: string | null, holdMs: number): Entry {
    const entry: Entry = {
      key: crypto.randomUUID(),
      owner: this.#options.owner,
      project: this.project.id,
      task: task.task_id,
      answer,
      reason,
      activeMs: this.#active.read(performance.now()),
      proposalSeen: task.proposal !== null,
      priceCents: answer ? task.price_cents : 0,
      heldUntil: Date.now() + holdMs,
    };
    this.answered.note(entry.key, task);
    this.#outbox.add(entry).catch((error) => (this.complaint = { about: 'journal', detail: String(error) }));
    if (answer) this.#paces.push(entry.activeMs);
    return entry;
  }

  #next(): void {
    this.lesson.end();
    this.#show(this.#ahead.take());
  }

  #show(task: Task | null, draft: Answer | null = null, activeMs = 0): void {
    if (this.task) this.#drop();
    this.task = task;
    this.drafting.begin(draft ?? (task && (this.#options.blank?.(task) ?? null)));
    this.#active.start(performance.now(), activeMs);
    if (task && !draft) void this.#recall(task);
  }

  /** Bring back what was begun on an earlier page, unless the person was quicker. */
  async #recall(task: Task): Promise<void> {
    const kept = await this.#options.journal.draft(this.#options.owner, task.task_id).catch(() => null);
    if (!kept || this.task !== task || this.drafting.touched || this.lesson.asked) return;
    this.drafting.begin(kept);
    this.#kept = true;
  }

  #keepDraft(): void {
    clearTimeout(this.#draftTimer);
    this.#draftTimer = setTimeout(() => this.#writeDraft(), DRAFT_MS);
  }

  #writeDraft(value: Answer | null = this.drafting.value): void {
    clearTimeout(this.#draftTimer);
    const { owner, journal } = this.#options;
    this.#kept = value !== null;
    if (this.task) void journal.keepDraft(owner, this.task.task_id, value).catch(() => undefined);
  }

  /** The task on screen was answered: nothing is begun on it any more. */
  #drop(): void {
    if (this.#kept || this.drafting.touched) this.#writeDraft(null);
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
    await (this.#turn = this.#takeTurns());
  }

  async #takeTurns(): Promise<void> {
    this.#busy = true;
    try {
      do {
        this.#again = false;
        await this.#exchange({ want: this.#wanted() });
      } while (this.#again && this.#failures === 0 && !this.#closed);
    } finally {
      this.#busy = false;
      this.#schedule();
    }
  }

  #wanted(): number {
    return this.project.state === 'active' ? this.#ahead.want : 0;
  }

  async #exchange({ want = 0, keepalive = false, release = [] }: Exchange): Promise<void> {
    const batch = this.#outbox.due(Date.now(), this.#batch);
    const silent = batch.length === 0 && release.length === 0 && (want === 0 || !this.#ahead.isLow);
    if (silent && (this.#untilBeat() > 0 || !this.#isPresent)) return;
    const holding = this.#holding();
    this.#outbox.depart(batch);
    this.#refresh();
    try {
      const body = toRequest(batch, { want: silent ? 0 : want, holding, release });
      const reply = await this.#options.api.work(this.project.id, body, keepalive);
      this.#leases.end(release);
      this.#leases.extend(holding, this.#options.api.serverNow());
      this.#acknowledge(batch, reply.receipts);
      this.progress = reply.progress;
      const spare = want > 0 && !silent ? this.#stock(reply) : [];
      if (spare.length) await this.#exchange({ keepalive: true, release: spare });
    } catch (error) {
      this.#fail(batch, error);
    }
    this.#refresh();
  }

  #untilBeat(): number {
    return this.#leases.untilBeat(this.#holding(), this.#options.api.serverNow());
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
    this.#leases.end(settled.map((entry) => entry.task));
    this.#failures = settled.length === batch.length ? 0 : this.#failures + 1;
    if (this.#failures === 0) {
      if (this.complaint?.about === 'server') this.complaint = null;
      if (this.#outbox.due(Date.now(), 1).length) this.#again = true;
      else this.#batch = BATCH;
    }
    for (const receipt of receipts) this.#hear(receipt, settled);
  }

  #hear(receipt: Receipt, settled: Entry[]): void {
    const entry = settled.find(({ key }) => key === receipt.idempotency_key);
    if (receipt.status === 'refused') {
      this.complaint = { about: 'refused', detail: receipt.error ?? '' };
      this.#ahead.forget(receipt.task_id);
    } else {
      this.earnings.add(entry?.priceCents ?? 0);
      this.answered.hear(receipt, entry);
    }
    if (this.lesson.hear(receipt, entry?.answer ?? null)) this.#next();
  }

  /** Take in what was asked for. Returns what came too late: it is to go back. */
  #stock({ tasks, notice }: WorkReply): number[] {
    if (this.#closed) return tasks.map((task) => task.task_id);
    const now = this.#options.api.serverNow();
    const fresh = this.#ahead.add(tasks);
    this.#leases.begin(fresh, now);
    this.#ahead.dropExpired(this.#leases, now);
    this.#options.onTasks?.(fresh);
    if (!this.task) this.#next();
    this.dry = this.task === null;
    this.notice = notice;
    if (tasks.some((task) => task.price_cents > 0)) void this.earnings.open(now);
    return [];
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
    if (this.#closed) return;
    this.#closed = true;
    this.#options.onSignedOut();
  }

  /** A request that cannot succeed: find the answer that spoils it, and let the others through. */
  #isolate(batch: Entry[], error: ApiError): boolean {
    if (![400, 413, 422].includes(error.status) || batch.length === 0) return false;
    if (batch.length === 1) {
      this.complaint = { about: 'refused', detail: error.detail };
      this.#outbox.setAside(batch);
      if (batch[0]?.key === this.lesson.asked) this.#next();
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
      this.task || document.hidden ? Infinity : this.notice ? BARRED_POLL_MS : POLL_MS,
      this.#isPresent ? Math.max(TICK_MS, this.#untilBeat()) : Infinity,
    ];
    const first = Math.min(...waits);
    return first === Infinity ? null : Math.min(first, LONGEST_WAIT_MS);
  }

  /** Whether there is somebody for whom to keep the tasks. */
  get #isPresent(): boolean {
    return this.#active.isPresent(performance.now());
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
