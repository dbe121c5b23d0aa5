import { expect, test } from 'vitest';
import { barsOf, clock, peaksOf } from './peaks';

test('peaks are the loudest of each part, as a share of the loudest of all', () => {
  expect(peaksOf(Float32Array.from([0, 0.1, -0.5, 0, 0.25, 0]), 3)).toEqual([expect.closeTo(0.2), 1, 0.5]);
  expect(peaksOf(new Float32Array(8), 2)).toEqual([0, 0]);
});

test('silence is a thin line, not nothing', () => {
  expect(barsOf([0, 1])).toBe('M0.5 0.97v0.06M1.5 0v2');
});

test('a clock shows hours only where there are some', () => {
  expect([clock(5), clock(65.9), clock(3725)]).toEqual(['0:05', '1:05', '1:02:05']);
  expect([clock(5.25, { tenths: true }), clock(59.99, { tenths: true })]).toEqual(['0:05.2', '0:59.9']);
});
