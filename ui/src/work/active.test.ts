import { expect, test } from 'vitest';
import { ActiveTime, pacePerMinute } from './active';

test('time counts until half a minute after the last input', () => {
  const active = new ActiveTime();
  active.start(0);
  active.input(10_000);
  expect(active.read(300_000)).toBe(40_000);
  active.input(300_000);
  expect(active.read(301_000)).toBe(41_000);
});

test('time out of sight does not count', () => {
  const active = new ActiveTime();
  active.start(0);
  active.hide(2_000);
  expect(active.read(20_000)).toBe(2_000);
  active.input(20_000);
  expect(active.read(21_000)).toBe(3_000);
});

test('somebody is present until two minutes after the last input', () => {
  const active = new ActiveTime();
  active.input(1_000);
  active.hide(2_000);
  expect(active.isPresent(120_999)).toBe(true);
  expect(active.isPresent(121_000)).toBe(false);
});

test('a task that comes back keeps the time it had', () => {
  const active = new ActiveTime();
  active.start(0, 7_000);
  expect(active.read(1_000)).toBe(8_000);
});

test('pace waits for enough answers, then follows the last ones', () => {
  expect(pacePerMinute([1_000, 1_000])).toBeNull();
  expect(pacePerMinute([60_000, 2_000, 2_000, 2_000], 3)).toBe(30);
});
