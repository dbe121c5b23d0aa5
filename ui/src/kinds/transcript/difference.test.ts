import { expect, test } from 'vitest';
import { difference, type Part } from './difference';

const marked = (parts: Part[]) =>
  parts.map(({ text, in: side }) => ({ both: text, first: `-${text}-`, second: `+${text}+` })[side]).join('');
const side = (parts: Part[], of: 'first' | 'second') =>
  parts.flatMap((part) => (part.in === of || part.in === 'both' ? [part.text] : [])).join('');

test('equal texts have one part, and empty ones none', () => {
  expect(difference('a b', 'a b')).toEqual([{ text: 'a b', in: 'both' }]);
  expect(difference('', '')).toEqual([]);
});

test('a word that is other, missing or more is found', () => {
  expect(marked(difference('the cat sat', 'the dog sat'))).toBe('the -cat-+dog+ sat');
  expect(marked(difference('the cat', 'the black cat'))).toBe('the +black +cat');
  expect(marked(difference('', 'all new'))).toBe('+all new+');
});

test('both texts can be read from the parts', () => {
  const [first, second] = ['one two  three\nfour five', 'one three\nfour and six five 🧪'];
  const parts = difference(first, second);
  expect([side(parts, 'first'), side(parts, 'second')]).toEqual([first, second]);
});

test('texts too long to compare word by word are replaced between their equal ends', () => {
  const many = (word: string) => Array.from({ length: 3000 }, (_, n) => `${word}${n}`).join(' ');
  const parts = difference(`start ${many('a')} end`, `start ${many('b')} end`);
  expect(parts.map((part) => part.in)).toEqual(['both', 'first', 'second', 'both']);
});
