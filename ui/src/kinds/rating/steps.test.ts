import { expect, test } from 'vitest';
import { overall, stepBeside, stepKeys, stepOfKey } from './steps';

const scale = (low: number, high: number) => ({ name: 'any', low, high });

test('a digit is its own step; ten is 0 after nine, and X beside a nought', () => {
  expect(stepKeys(scale(1, 5))).toEqual(['1', '2', '3', '4', '5']);
  expect(stepKeys(scale(0, 3))).toEqual(['0', '1', '2', '3']);
  expect(stepKeys(scale(1, 10)).at(-1)).toBe('0');
  expect(stepKeys(scale(0, 10)).at(-1)).toBe('x');
});

test('on scales below nought a digit is a place; long ones are written', () => {
  expect(stepOfKey(scale(-2, 2), '1')).toBe(-2);
  expect(stepOfKey(scale(-2, 2), '5')).toBe(2);
  expect(stepOfKey(scale(-2, 2), '6')).toBeNull();
  expect(stepKeys(scale(0, 100))).toEqual([]);
});

test('arrows begin at an end and stay within', () => {
  expect([stepBeside(scale(1, 5), undefined, 1), stepBeside(scale(1, 5), undefined, -1)]).toEqual([1, 5]);
  expect([stepBeside(scale(1, 5), 5, 1), stepBeside(scale(1, 5), 3, -1)]).toEqual([5, 2]);
});

test('the whole is the mean by weights, once all is rated', () => {
  const criteria = [
    { ...scale(1, 5), name: 'a', weight: 3 },
    { ...scale(0, 1), name: 'b' },
  ];
  expect(overall(criteria, { a: 5 })).toBeNull();
  expect(overall(criteria, { a: 5, b: 0 })).toBe(0.75);
  expect(overall(criteria, { a: 3, b: 1 })).toBeCloseTo(0.625);
});
