import { expect, test } from 'vitest';
import { clampMove, distanceTo, hullOf, isInside, simplified } from './geometry';
import { snapped } from './snapping';
import type { Point } from './shape';

const square: Point[] = [[0, 0], [10, 0], [10, 10], [0, 10]]; // prettier-ignore
const place = { left: 0, top: 0, right: 100, bottom: 100 };

test('inside is inside, also of an outline that goes in and out', () => {
  const arrow: Point[] = [[0, 0], [10, 5], [0, 10], [4, 5]]; // prettier-ignore
  expect(isInside(square, [5, 5])).toBe(true);
  expect(isInside(square, [15, 5])).toBe(false);
  expect([isInside(arrow, [7, 5]), isInside(arrow, [2, 5])]).toEqual([true, false]);
});

test('a path is as far as its nearest stretch, a single point as far as it is', () => {
  expect(distanceTo(square, true, [-3, 5])).toBe(3);
  expect(distanceTo(square, false, [-3, 5])).toBeCloseTo(Math.hypot(3, 5));
  expect(distanceTo([[3, 4]], false, [0, 0])).toBe(5);
});

test('what moves stops at the border, what was beyond it does not', () => {
  const box = { left: 80, top: 10, right: 95, bottom: 20 };
  expect(clampMove(box, [20, -20], place)).toEqual([5, -10]);
  expect(clampMove({ ...box, right: 120 }, [20, 0], place)).toEqual([20, 0]);
});

test('the outline around points goes clockwise around the outer ones alone', () => {
  expect(hullOf([[5, 5], ...square, [5, 0], [0, 0]])).toEqual([[0, 0], [10, 0], [10, 10], [0, 10]]); // prettier-ignore
});

test('a traced path keeps its turns and loses what lies between', () => {
  const traced: Point[] = Array.from({ length: 41 }, (_, at) => (at <= 20 ? [at, 0] : [20, at - 20]));
  expect(simplified(traced, 0.5)).toEqual([[0, 0], [20, 0], [20, 20]]); // prettier-ignore
});

test('a point snaps to corners before sides before the border, and to nothing far away', () => {
  const targets = [{ outline: [[40, 40], [60, 40], [60, 60]] as Point[], closed: true }]; // prettier-ignore
  expect(snapped([42, 41], targets, place, 4)).toEqual([40, 40]);
  expect(snapped([50, 42], targets, place, 4)).toEqual([50, 40]);
  expect(snapped([98, 50], targets, place, 4)).toEqual([100, 50]);
  expect(snapped([20, 80], targets, place, 4)).toBeNull();
});
