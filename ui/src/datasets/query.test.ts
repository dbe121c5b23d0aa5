import { expect, test } from 'vitest';
import { condition, toggled } from './query';

test('values are quoted where the language needs it', () => {
  expect(condition('label', 'cat')).toBe('label:cat');
  expect(condition('label', 'big cat')).toBe('label:"big cat"');
  expect(condition('label', 'a "b" \\')).toBe('label:"a \\"b\\" \\\\"');
  expect(condition('stars', 3)).toBe('stars:3');
  expect(condition('label', 'none')).toBe('label:"none"');
  expect(condition('label', null)).toBe('label:none');
});

test('a condition is added once, and taken away again', () => {
  expect(toggled('', 'label:cat')).toBe('label:cat');
  expect(toggled('screen', 'label:cat')).toBe('screen label:cat');
  expect(toggled('screen label:cat', 'label:cat')).toBe('screen');
  expect(toggled('screen label:cats', 'label:cat')).toBe('screen label:cats label:cat');
});
