import { expect, test } from 'vitest';
import { rest, split, unjudged, type Step } from './steps';

const judged = (...texts: string[]): Step[] => texts.map((text) => ({ text, verdict: 'good' }));

test('a message is cut at paragraphs and points, and code stays whole', () => {
  const text = 'First.\n\n1. one\n   more of one\n2. two\n\n```py\na = 1\n\nb = 2\n```\n\nLast 🎉.\n';
  expect(split(text)).toEqual([
    'First.',
    '1. one\n   more of one',
    '2. two',
    '```py\na = 1\n\nb = 2\n```',
    'Last 🎉.',
  ]);
});

test('one paragraph is cut at lines, one line at sentences, and numbers stay whole', () => {
  expect(split('x = 3.14\ny = 2')).toEqual(['x = 3.14', 'y = 2']);
  expect(split('Pi is 3.14. So it is. "Really?" Yes.')).toEqual([
    'Pi is 3.14.',
    'So it is.',
    '"Really?"',
    'Yes.',
  ]);
  expect(split('')).toEqual([]);
  expect(split('```\ncode\n```')).toEqual(['```\ncode\n```']);
});

test('the rest begins after the letters that were judged, however they were spaced', () => {
  expect(rest('a b\n\nc 🎉 d', judged('ab', 'c'))).toBe('🎉 d');
  expect(rest('a b', judged('a b'))).toBe('');
});

test('the next step takes in those after it, or falls into sentences', () => {
  const text = 'A. B.\n\nC.\n\nD.';
  expect(unjudged(text, [], 1, false)).toEqual(['A. B.\n\nC.', 'D.']);
  expect(unjudged(text, [], 9, false)).toEqual(['A. B.\n\nC.\n\nD.']);
  expect(unjudged(text, [], 0, true)).toEqual(['A.', 'B.', 'C.', 'D.']);
  expect(unjudged(text, judged('A. B.\n\nC.'), 0, false)).toEqual(['D.']);
});

test('steps together are the message, whatever it is', () => {
  const texts = [
    '~~~\nopen fence',
    ' - a\n - b\nc',
    'x\r\n\r\ny',
    'One. Two? Three! (Four.)',
    '- only one point',
  ];
  const bareOf = (text: string) => text.replace(/[ \t\n\r]/g, '');
  for (const text of texts) expect(bareOf(split(text).join(''))).toBe(bareOf(text));
});
