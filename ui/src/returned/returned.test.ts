import { expect, test, vi } from 'vitest';
import { ApiError, Unreachable } from '../api';
import type { ReturnedTask } from '../wire';
import { Returned } from './returned.svelte';

const sentBack = (return_id: number, project_id = 7) => ({ return_id, project_id }) as ReturnedTask;
const [cat, dog] = [{ choice: 'cat' }, { choice: 'dog' }];

async function open(items: ReturnedTask[]) {
  const answerReturned = vi.fn();
  const server = { returned: async () => ({ items, next_cursor: null }), answerReturned };
  const returned = new Returned(server, 7);
  await returned.load();
  const keys = () => answerReturned.mock.calls.map(([, body]) => body.idempotency_key);
  return { returned, answerReturned, keys };
}

test('what was sent back is answered one after the other, of this project only', async () => {
  const { returned, answerReturned } = await open([sentBack(1), sentBack(2, 8), sentBack(3)]);
  expect(await returned.answer(cat)).toBe('stored');
  expect(returned.current?.return_id).toBe(3);
  await returned.answer(dog);
  expect(returned.current).toBeNull();
  expect(answerReturned.mock.calls.map(([id, body]) => [id, body.answer])).toEqual([
    [1, cat],
    [3, dog],
  ]);
});

test('an answer that was lost on the way is repeated under its key, another answer gets another', async () => {
  const { returned, answerReturned, keys } = await open([sentBack(1)]);
  answerReturned.mockRejectedValue(new Unreachable('no answer'));
  expect(await returned.answer(cat)).toBe('failed');
  expect([returned.failure, returned.current?.return_id]).toEqual(['no answer', 1]);
  await returned.answer(dog);
  answerReturned.mockResolvedValue({});
  expect(await returned.answer(cat)).toBe('stored');
  expect(keys()[0]).toBe(keys()[2]);
  expect(keys()[0]).not.toBe(keys()[1]);
});

test('what needs no answer any more goes away', async () => {
  const { returned, answerReturned } = await open([sentBack(1), sentBack(2)]);
  answerReturned.mockRejectedValue(new ApiError(409, 'conflict', 'it was answered'));
  expect(await returned.answer(cat)).toBe('gone');
  expect(returned.current?.return_id).toBe(2);
});

test('two presses at once are one answer', async () => {
  const { returned, answerReturned } = await open([sentBack(1), sentBack(2)]);
  await Promise.all([returned.answer(cat), returned.answer(cat)]);
  expect(answerReturned).toHaveBeenCalledOnce();
});
