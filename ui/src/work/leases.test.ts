import { expect, test } from 'vitest';
import type { Task } from '../wire';
import { Leases } from './leases';

const given = (task_id: number, ends: number) =>
  ({ task_id, lease_expires_at: new Date(ends).toISOString() }) as Task;

test('a beat is due when half of the time is over, of the task that ends first', () => {
  const leases = new Leases();
  leases.begin([given(1, 900), given(2, 600)], 0);
  expect(leases.untilBeat([1, 2], 100)).toBe(200);
  expect(leases.untilBeat([1], 500)).toBe(-50);
  expect(leases.untilBeat([7], 0)).toBe(Infinity);
});

test('what the server may not have extended is never taken to last longer', () => {
  const leases = new Leases();
  leases.begin([given(1, 900)], 0);
  leases.extend([1], 100);
  expect(leases.isOver(1, 899)).toBe(false);
  expect(leases.isOver(1, 900)).toBe(true);
  leases.extend([1], 600);
  expect(leases.isOver(1, 1_049)).toBe(false);
  expect(leases.isOver(1, 1_050)).toBe(true);
});

test('a server that extends only below half a lease never loses one to a client that beats in time', () => {
  const leases = new Leases();
  leases.begin([given(1, 900)], 0);
  let ends = 900;
  for (let now = 0; now < 20_000; now++) {
    expect(ends).toBeGreaterThan(now);
    if (leases.untilBeat([1], now) > 0) continue;
    if (ends < now + 450) ends = now + 900;
    leases.extend([1], now);
  }
});

test('a lease that has run out stays so', () => {
  const leases = new Leases();
  leases.begin([given(1, 900)], 0);
  leases.extend([1], 901);
  expect([leases.isOver(1, 901), leases.untilBeat([1], 901)]).toEqual([true, Infinity]);
});
