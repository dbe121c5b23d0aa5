import { expect, test, vi } from 'vitest';
import type { Field } from './fields';
import { afterKey, isPickedByKey, toggledIn } from './values';

vi.hoisted(() => vi.stubGlobal('matchMedia', () => ({ matches: false })));

const of = (field: Partial<Field>) => ({ name: 'any', values: ['a', 'b', 'c'], ...field }) as Field;

test('several values keep the order of the options', () => {
  const options = [{ value: 'a' }, { value: 'b' }];
  expect(toggledIn(options, ['b'], 'a')).toEqual(['a', 'b']);
  expect(toggledIn(options, ['a', 'b'], 'a')).toEqual(['b']);
});

test('a digit picks, adds, ranks or rates, by the kind of the field', () => {
  expect(afterKey(of({ kind: 'choice' }), undefined, '2')).toBe('b');
  expect(afterKey(of({ kind: 'choices' }), ['c'], '1')).toEqual(['a', 'c']);
  expect(afterKey(of({ kind: 'rank' }), ['c'], '1')).toEqual(['c', 'a']);
  expect(afterKey(of({ kind: 'flag' }), undefined, '2')).toBe(false);
  expect(afterKey(of({ kind: 'scale', low: 0, high: 10 }), undefined, 'x')).toBe(10);
});

test('a key that stands for nothing changes nothing', () => {
  expect(afterKey(of({ kind: 'choice' }), 'a', '9')).toBeUndefined();
  expect(afterKey(of({ kind: 'flag' }), true, '3')).toBeUndefined();
  expect(afterKey(of({ kind: 'rank' }), ['a'], '1')).toBeUndefined();
  expect(afterKey(of({ kind: 'text' }), 'x', '1')).toBeUndefined();
});

test('what is written, and lists of entries, are not picked by keys', () => {
  expect(isPickedByKey(of({ kind: 'text' }))).toBe(false);
  expect(isPickedByKey(of({ kind: 'scale', several: true }))).toBe(false);
  expect(isPickedByKey(of({ kind: 'rank' }))).toBe(true);
});
