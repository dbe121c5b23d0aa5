import { expect, test } from 'vitest';
import { labelOf, rated, stepOf, stepsOf, unrated, wordsMissing, type Criterion } from './rubric';

const five: Criterion = { name: 'clear', low: 1, high: 5, labels: ['not at all', 'very'] };
const around: Criterion = { name: 'tone', low: -2, high: 2 };

test('a digit is its own step, and on scales with other numbers its place', () => {
  expect([0, 1, 5, 6].map((digit) => stepOf(five, digit))).toEqual([null, 1, 5, null]);
  expect([0, 1, 5, 6].map((digit) => stepOf(around, digit))).toEqual([null, -2, 2, null]);
  expect(stepOf({ name: 'any', low: 0, high: 1 }, 0)).toBe(0);
});

test('labels are of the ends, or of every step', () => {
  expect(stepsOf(five).map((step) => labelOf(five, step))).toEqual(['not at all', '', '', '', 'very']);
  const each = { ...around, labels: ['a', 'b', 'c', 'd', 'e'] };
  expect(labelOf(each, 0)).toBe('c');
  expect(labelOf(around, 2)).toBe('');
});

test('ratings keep the order of their criteria', () => {
  const criteria = [five, around];
  const ratings = rated(criteria, rated(criteria, {}, 'tone', 1), 'clear', 4);
  expect(Object.entries(ratings)).toEqual([
    ['clear', 4],
    ['tone', 1],
  ]);
  expect([unrated(criteria, undefined), unrated(criteria, { tone: 0 })]).toEqual([2, 1]);
});

test('words are missing only where some are asked', () => {
  const why = { asked: true, required: false, leastWords: 3 };
  expect([wordsMissing(why, ' '), wordsMissing(why, 'so'), wordsMissing(why, 'so it is')]).toEqual([0, 2, 0]);
  expect(wordsMissing({ ...why, required: true }, '')).toBe(3);
  expect(wordsMissing({ ...why, asked: false, required: true }, '')).toBe(0);
});
