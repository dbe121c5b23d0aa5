import { expect, test } from 'vitest';
import { clock, fitted, joined, lanesOf, parted, ticks, within, type Segment } from './segment';

const speech: Segment = { start: 1, end: 4, label: 'speech', transcript: 'good morning' };

test('a stretch is within the recording, to the millisecond, whichever end came first', () => {
  expect(within({ start: 3.00049, end: -1 }, 10)).toEqual({ start: 0, end: 3 });
  expect(within({ start: 9.9, end: 12 }, 10)).toEqual({ start: 9.9, end: 10 });
  expect(within({ start: 5, end: 5.001 }, 10)).toBeNull();
});

test('where nothing may overlap, a stretch takes the free place that holds most of it', () => {
  const others = [
    { start: 2, end: 4 },
    { start: 6, end: 7 },
  ];
  expect(fitted({ start: 3, end: 9 }, others, 10)).toEqual({ start: 4, end: 6 });
  expect(fitted({ start: 0, end: 3 }, others, 10)).toEqual({ start: 0, end: 2 });
  expect(fitted({ start: 6.5, end: 12 }, others, 10)).toEqual({ start: 7, end: 10 });
  expect(fitted({ start: 2.5, end: 3.5 }, others, 10)).toBeNull();
});

test('segments that overlap lie in lanes of their own, others share one', () => {
  const at = (start: number, end: number) => ({ start, end });
  expect(lanesOf([at(0, 5), at(1, 2), at(2, 3), at(5, 6)])).toEqual({ lanes: [0, 1, 1, 0], count: 2 });
  expect(lanesOf([])).toEqual({ lanes: [], count: 1 });
});

test('a segment is cut in two, and its words stay with the first', () => {
  expect(parted(speech, 2.5)).toEqual([
    { ...speech, end: 2.5 },
    { ...speech, start: 2.5, transcript: '' },
  ]);
  expect(parted(speech, 3.99)).toBeNull();
  expect(parted({ start: 0, end: 2, label: 'a' }, 1)?.[1]).toEqual({ start: 1, end: 2, label: 'a' });
});

test('two segments become one with the words of both', () => {
  const next = { ...speech, start: 4.5, end: 6, transcript: 'to you' };
  expect(joined(speech, next)).toEqual({ ...speech, end: 6, transcript: 'good morning to you' });
});

test('times are written as people write them', () => {
  expect(clock(65.25)).toBe('1:05.250');
  expect(clock(59.9996)).toBe('1:00.000');
  expect(clock(3661.5, 1)).toBe('1:01:01.5');
  expect(clock(7, 0)).toBe('0:07');
});

test('a ruler names round times that do not touch', () => {
  expect(ticks(0, 10, 800).map(({ text }) => text)).toEqual(
    Array.from({ length: 11 }, (_, second) => `0:${String(second).padStart(2, '0')}`),
  );
  expect(ticks(0, 3600, 800).map(({ at }) => at)).toEqual([0, 600, 1200, 1800, 2400, 3000, 3600]);
  expect(ticks(1.04, 1.22, 800).map(({ text }) => text)[0]).toBe('0:01.05');
  expect(ticks(0, 0, 800)).toEqual([]);
});
