import { afterEach, beforeEach, expect, test, vi, type Mock } from 'vitest';
import { ApiError, Unreachable } from '../api';
import type { Answer, ProjectDetail, Receipt, Task, WorkReply, WorkRequest } from '../wire';
import { Desk, HOLD_MS } from './desk.svelte';
import { tabJournal } from './journal';

const active = { id: 7, state: 'active', tasks_completed: 0, tasks_total: 100 } as ProjectDetail;
const cat: Answer = { choice: 'cat' };

const LEASE_MS = 15 * 60_000;

function aTask(task_id: number, price_cents = 0): Task {
  const item = { kind: 'text' as const, text: `text ${task_id}`, url: null, record: null, meta: {} };
  const lease_expires_at = new Date(Date.now() + LEASE_MS).toISOString();
  return { task_id, item, lease_expires_at, price_cents, content: null, proposal: null };
}

/** A server that gives tasks 1, 2, 3… and stores each idempotency key once, as the real one does. */
class FakeServer {
  next = 1;
  left = 100;
  stored = new Map<string, string>();
  state = active;
  requests: WorkRequest[] = [];
  failure: Error | null = null;
  /** The reply is lost after the answers were stored. */
  loseReply = false;
  refuse: string | null = null;
  price = 0;
  notice: string | null = null;
  /** In training: what is right. */
  right: Answer | null = null;
  released: number[] = [];

  project = async (): Promise<ProjectDetail> => {
    if (this.failure) throw this.failure;
    return this.state;
  };

  work = async (_: number, body: WorkRequest): Promise<WorkReply> => {
    this.requests.push(structuredClone(body));
    if (this.failure) throw this.failure;
    const spoilt = body.submit.some((each) => each.answer.choice === this.refuse);
    if (spoilt) throw new ApiError(422, 'invalid_answer', 'no such class');
    for (const each of body.submit) this.stored.set(each.idempotency_key, String(each.answer.choice));
    if (this.loseReply && body.submit.length) throw new Unreachable();
    const receipts = body.submit.map(({ idempotency_key, task_id, answer }): Receipt => ({
      idempotency_key,
      task_id,
      status: 'stored',
      annotation_id: 1,
      error: null,
      feedback: this.right && { right: answer.choice === this.right.choice, answer: this.right },
    }));
    this.released.push(...body.release);
    const give = Math.min(body.want, this.left);
    this.left -= give;
    const tasks = Array.from({ length: give }, () => aTask(this.next++, this.price));
    const progress = { completed: 0, total: 100, mine: this.stored.size };
    return { receipts, tasks, progress, notice: this.notice };
  };

  earned = async (_: string): Promise<number> => 40;

  get choices(): string[] {
    return [...this.stored.values()];
  }
}

let server: FakeServer;
let journal: ReturnType<typeof tabJournal>;
let signedOut: Mock<() => void>;

function newDesk(): Desk {
  const { work, project, earned } = server;
  const api = { work, project, earned, serverNow: () => Date.now() };
  return new Desk({ project: server.state, owner: 'ada', journal, api, onSignedOut: signedOut });
}

async function openDesk(): Promise<Desk> {
  const desk = newDesk();
  await desk.open();
  return desk;
}

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { hidden: false });
  vi.stubGlobal('navigator', { onLine: true });
  server = new FakeServer();
  journal = tabJournal();
  signedOut = vi.fn<() => void>();
});
afterEach(() => vi.useRealTimers());

test('the next task is shown at once, and the newest answer waits to be taken back', async () => {
  const desk = await openDesk();
  desk.give(cat);
  expect(desk.task?.task_id).toBe(2);
  await settle();
  expect(server.choices).toEqual([]);
  await vi.advanceTimersByTimeAsync(HOLD_MS);
  expect(server.choices).toEqual(['cat']);
  expect([desk.saving, desk.last]).toEqual(['saved', null]);
});

test('an answer is sent as soon as the next one is given', async () => {
  const desk = await openDesk();
  desk.give(cat);
  desk.give({ choice: 'dog' });
  await settle();
  expect(server.choices).toEqual(['cat']);
});

test('an answer that was taken back is shown again and never sent', async () => {
  const desk = await openDesk();
  desk.give(cat);
  expect(desk.takeBack()).toBe(true);
  expect([desk.task?.task_id, desk.drafting.value, desk.given]).toEqual([1, cat, 0]);
  desk.give({ choice: 'dog' });
  expect(desk.task?.task_id).toBe(2);
  await vi.advanceTimersByTimeAsync(HOLD_MS);
  expect(server.choices).toEqual(['dog']);
});

test('an answer that was sent cannot be taken back', async () => {
  const desk = await openDesk();
  desk.give(cat);
  await vi.advanceTimersByTimeAsync(HOLD_MS);
  expect(desk.takeBack()).toBe(false);
});

test('tasks are asked for before they run out', async () => {
  const desk = await openDesk();
  for (let i = 0; i < 30; i++) {
    expect(desk.task?.task_id).toBe(i + 1);
    desk.give(cat);
    await settle();
  }
  const leases = server.requests.map((request) => request.holding.length + request.want);
  expect(Math.max(...leases)).toBeLessThanOrEqual(10);
});

test('answers given without a network are kept, and go out once when it is back', async () => {
  const desk = await openDesk();
  server.failure = new Unreachable();
  for (let i = 0; i < 4; i++) desk.give(cat);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect([desk.saving, desk.unsaved]).toEqual(['offline', 4]);
  expect(await journal.all('ada')).toHaveLength(4);
  server.failure = null;
  desk.comeBack();
  await settle();
  expect([server.stored.size, desk.saving, desk.unsaved]).toEqual([4, 'saved', 0]);
  expect(await journal.all('ada')).toEqual([]);
});

test('an answer whose receipt was lost is sent again under the same key', async () => {
  const desk = await openDesk();
  server.loseReply = true;
  desk.give(cat);
  await vi.advanceTimersByTimeAsync(HOLD_MS);
  expect([desk.saving, desk.last, desk.takeBack()]).toEqual(['offline', null, false]);
  server.loseReply = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect([server.stored.size, desk.saving]).toEqual([1, 'saved']);
});

test('what a closed tab left is sent by the next one, and its task is not shown again', async () => {
  const first = await openDesk();
  server.failure = new Unreachable();
  first.give(cat);
  first.close();
  await settle();
  server.failure = null;
  server.next = 1;
  const second = await openDesk();
  expect(server.choices).toEqual(['cat']);
  expect([second.unsaved, second.task?.task_id]).toEqual([0, 2]);
});

test('a task that is offered again while its answer is on the way is not shown twice', async () => {
  const desk = await openDesk();
  server.next = 1;
  for (let i = 0; i < 8; i++) (desk.give(cat), await settle());
  expect(desk.task?.task_id).toBeGreaterThan(8);
});

test('hiding the page ends the hold and sends at once', async () => {
  const desk = await openDesk();
  desk.give(cat);
  desk.leaveSight();
  await settle();
  expect(server.choices).toEqual(['cat']);
});

test('one answer that the server cannot take holds up no others, and stays here', async () => {
  const desk = await openDesk();
  server.refuse = 'unicorn';
  for (const choice of ['cat', 'unicorn', 'dog']) desk.give({ choice });
  await vi.advanceTimersByTimeAsync(HOLD_MS);
  expect(server.choices).toEqual(['cat', 'dog']);
  expect(desk.complaint).toEqual({ about: 'refused', detail: 'no such class' });
  expect([desk.saving, desk.unsaved]).toEqual(['trouble', 1]);
  expect((await journal.all('ada')).map((entry) => entry.answer?.choice)).toEqual(['unicorn']);
});

test('a session that ended keeps the answers here', async () => {
  const desk = await openDesk();
  server.failure = new ApiError(401, 'not_signed_in', 'no session');
  desk.give(cat);
  await vi.advanceTimersByTimeAsync(HOLD_MS);
  expect(signedOut).toHaveBeenCalledOnce();
  expect(await journal.all('ada')).toHaveLength(1);
});

test('a desk without work looks for new tasks every few seconds', async () => {
  server.left = 0;
  const desk = await openDesk();
  expect(desk.phase).toBe('empty');
  server.left = 1;
  await vi.advanceTimersByTimeAsync(4_000);
  expect([desk.phase, desk.task?.task_id]).toEqual(['task', 1]);
});

test('running out of tasks without a network is not called done', async () => {
  server.left = 1;
  const desk = await openDesk();
  server.failure = new Unreachable();
  desk.give(cat);
  await vi.advanceTimersByTimeAsync(HOLD_MS);
  expect(desk.phase).toBe('failed');
});

test('a paused desk goes on by itself when it is resumed, though the network failed in between', async () => {
  server.state = { ...active, state: 'paused' };
  const desk = await openDesk();
  expect(desk.phase).toBe('paused');
  server.failure = new Unreachable();
  await vi.advanceTimersByTimeAsync(20_000);
  server.failure = null;
  server.state = active;
  await vi.advanceTimersByTimeAsync(30_000);
  expect([desk.phase, desk.saving]).toEqual(['task', 'saved']);
});

// ── leases ──

const quiet = (body: WorkRequest) => body.want === 0 && body.submit.length === 0;

test('while a person is here, leases are extended in half of their time, and no task is asked for', async () => {
  const desk = await openDesk();
  const first = server.requests.length;
  for (let minute = 0; minute < 60; minute++) {
    desk.noteInput();
    await vi.advanceTimersByTimeAsync(60_000);
  }
  const beats = server.requests.slice(first);
  expect(beats.length).toBeGreaterThanOrEqual(60 / 7.5);
  expect(beats.length).toBeLessThan(20);
  expect(beats.every(quiet)).toBe(true);
  expect(beats.every((body) => body.holding.length === 6)).toBe(true);
  expect(desk.task?.task_id).toBe(1);
});

test('nobody here, nothing is extended; somebody back in time, it is', async () => {
  const desk = await openDesk();
  const first = server.requests.length;
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(server.requests).toHaveLength(first);
  desk.noteInput();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(server.requests.slice(first).map((body) => body.holding)).toEqual([[1, 2, 3, 4, 5, 6]]);
});

test('a tab out of sight takes no input, so its leases end', async () => {
  const desk = await openDesk();
  vi.stubGlobal('document', { hidden: true });
  desk.leaveSight();
  const first = server.requests.length;
  for (let minute = 0; minute < 20; minute++) {
    desk.noteInput();
    await vi.advanceTimersByTimeAsync(60_000);
  }
  expect(server.requests).toHaveLength(first);
});

test('leaving sends what is unsent and gives back what was not answered', async () => {
  const desk = await openDesk();
  desk.give(cat);
  await desk.close();
  expect(server.choices).toEqual(['cat']);
  expect(server.released.sort()).toEqual([2, 3, 4, 5, 6, 7, 8]);
});

test('leaving without a network keeps the answers here', async () => {
  const desk = await openDesk();
  server.failure = new Unreachable();
  desk.give(cat);
  await desk.close();
  expect(await journal.all('ada')).toHaveLength(1);
});

test('tasks that arrive after leaving go back at once', async () => {
  let arrive = () => {};
  const arrival = new Promise<void>((resolve) => (arrive = resolve));
  const work = server.work;
  server.work = async (id, body) => {
    const reply = await work(id, body);
    if (body.want) await arrival;
    return reply;
  };
  const desk = newDesk();
  const opening = desk.open();
  await settle();
  const closing = desk.close();
  arrive();
  await Promise.all([opening, closing]);
  expect(server.released).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a page that is shown again after it was put down gets tasks anew', async () => {
  const desk = await openDesk();
  await desk.putDown();
  expect(desk.task).toBeNull();
  server.next = 1;
  desk.comeBack();
  await settle();
  expect(desk.task?.task_id).toBe(1);
});

// ── pay, notices, training ──

test('what was earned today grows by the price of each stored answer', async () => {
  server.price = 3;
  const desk = await openDesk();
  await settle();
  expect(desk.earnings.today).toBe(40);
  desk.give(cat);
  expect(desk.earnings.today).toBe(40);
  await vi.advanceTimersByTimeAsync(HOLD_MS);
  expect(desk.earnings.today).toBe(43);
});

test('where nothing is paid, earnings are not asked for', async () => {
  const asked = vi.spyOn(server, 'earned');
  const desk = await openDesk();
  expect(desk.earnings.today).toBeNull();
  expect(asked).not.toHaveBeenCalled();
});

test('why there is no work is told, and work is taken up when the reason is gone', async () => {
  server.left = 0;
  server.notice = 'first pass the test';
  const desk = await openDesk();
  expect([desk.phase, desk.notice]).toEqual(['barred', 'first pass the test']);
  server.left = 1;
  server.notice = null;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(desk.phase).toBe('task');
});

test('in training the answer is judged before the next task comes', async () => {
  server.state = { ...active, purpose: 'training' };
  server.right = cat;
  const desk = await openDesk();
  desk.give({ choice: 'dog' });
  desk.give(cat);
  expect([desk.task?.task_id, desk.lesson.told]).toEqual([1, null]);
  await settle();
  expect(desk.lesson.told).toEqual({
    said: { choice: 'dog' },
    right: cat,
    by: 'training',
    correct: false,
  });
  expect([desk.task?.task_id, server.choices, desk.takeBack()]).toEqual([1, ['dog'], false]);
  desk.goOn();
  expect([desk.task?.task_id, desk.lesson.told]).toEqual([2, null]);
  desk.give(cat);
  await settle();
  expect([desk.lesson.right, desk.lesson.judged]).toEqual([1, 2]);
});

test('an answer in training that lost the network is judged when it is back', async () => {
  server.state = { ...active, purpose: 'training' };
  server.right = cat;
  const desk = await openDesk();
  server.failure = new Unreachable();
  desk.give(cat);
  await settle();
  expect([desk.saving, desk.lesson.told]).toEqual(['offline', null]);
  server.failure = null;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(desk.lesson.told?.correct).toBe(true);
});

test('an answer in training that nothing is known of leads to the next task', async () => {
  server.state = { ...active, purpose: 'training' };
  const desk = await openDesk();
  desk.give(cat);
  await settle();
  expect([desk.task?.task_id, desk.lesson.asked]).toEqual([2, null]);
});

test('what was begun is kept with its task when the page goes away, and is there again on the next', async () => {
  const desk = await openDesk();
  desk.change({ spans: [1] });
  await desk.close();
  expect(server.released).not.toContain(1);
  server.next = 1;
  const again = await openDesk();
  await settle();
  expect([again.task?.task_id, again.drafting.value]).toEqual([1, { spans: [1] }]);
  again.give({ spans: [1, 2] });
  await settle();
  expect(await journal.draft('ada', 1)).toBeNull();
});

test('who signs out gives back what was begun, too', async () => {
  const desk = await openDesk();
  desk.change({ spans: [1] });
  await desk.close({ signingOut: true });
  expect(server.released).toContain(1);
});

test('a proposal that is taken over can be corrected, and undone', async () => {
  const desk = await openDesk();
  desk.task = {
    ...(desk.task as Task),
    proposal: { answer: { spans: ['model'] }, probability: 0.8, model_version: 2 },
  };
  expect(desk.takeProposal()).toBe(true);
  expect([desk.drafting.value, desk.drafting.fromProposal]).toEqual([{ spans: ['model'] }, true]);
  desk.undo();
  expect(desk.drafting.value).toBeNull();
});
