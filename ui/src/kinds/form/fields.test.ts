import { expect, test, vi } from 'vitest';
import { fieldsOf, missing, summary, wordsOf } from './answers';
import { isMet, nextEmpty, problemOf, readNumber, settled, type Field } from './fields';
import type { ProjectDetail, Task } from '../../wire';

vi.hoisted(() => vi.stubGlobal('matchMedia', () => ({ matches: false })));

const fields: Field[] = [
  { name: 'legible', kind: 'flag', required: true, title: 'Can it be read?' },
  { name: 'shop', kind: 'text', when: { field: 'legible', is: [true] } },
  { name: 'paid', kind: 'choice', values: ['cash', { value: 'card', title: 'By card' }], required: true },
  {
    name: 'card',
    kind: 'text',
    when: {
      all: [
        { field: 'paid', is: ['card'] },
        { field: 'shop', is: ['Bar'] },
      ],
    },
  },
];
const lines: Field = {
  name: 'lines',
  kind: 'rows',
  fields: [
    { name: 'item', kind: 'text', required: true },
    { name: 'price', kind: 'number', title: 'Price' },
  ],
};
const project = { options: { fields } } as unknown as ProjectDetail;
const names = (shown: Field[]) => shown.map(({ name }) => name);

test('a field is shown once its condition holds, and its value is dropped when it does not', () => {
  expect(names(settled(fields, {}).shown)).toEqual(['legible', 'paid']);
  const all = { legible: true, shop: 'Bar', paid: 'card', card: 'Visa' };
  expect(settled(fields, all).filled).toEqual(all);
  const hidden = settled(fields, { ...all, legible: false });
  expect(names(hidden.shown)).toEqual(['legible', 'paid']);
  expect(hidden.filled).toEqual({ legible: false, paid: 'card' });
});

test('conditions look at lists, and never take 1 for true', () => {
  expect(isMet({ field: 'a', is: ['x'] }, { a: ['y', 'x'] })).toBe(true);
  expect(isMet({ field: 'a', is: [true] }, { a: 1 })).toBe(false);
  expect(
    isMet(
      {
        any: [
          { field: 'a', is: [1] },
          { field: 'b', is: [2] },
        ],
      },
      { b: 2 },
    ),
  ).toBe(true);
  expect(isMet({ field: 'a', is: [''] }, {})).toBe(false);
});

test('the first field that is wrong says what it lacks', () => {
  expect(missing({ fields: {} }, {} as Task, project)).toBe('Can it be read?: this is needed.');
  expect(missing({ fields: { legible: false } }, {} as Task, project)).toBe('paid: this is needed.');
  expect(missing({ fields: { legible: false, paid: 'cash' } }, {} as Task, project)).toBeNull();
});

test.each<[Field, unknown, string | null]>([
  [{ name: 'n', kind: 'number', low: 0 }, -1, 'at least 0'],
  [{ name: 'n', kind: 'number', low: 0 }, 'x', 'write a number'],
  [{ name: 'n', kind: 'whole', high: 9 }, 2.5, 'write a whole number'],
  [{ name: 'n', kind: 'whole', high: 9 }, 10, 'at most 9'],
  [{ name: 't', kind: 'text', least: 3 }, ' 🧪a ', 'at least 3 characters'],
  [{ name: 't', kind: 'text', most: 2 }, '🧪a', null],
  [{ name: 't', kind: 'text', pattern: 'email' }, 'ann@', 'write an e-mail address'],
  [{ name: 't', kind: 'text', pattern: 'email' }, 'ann@example.org', null],
  [
    { name: 'u', kind: 'url' },
    'javascript:alert(1)',
    'write an address that begins with https:// or http://',
  ],
  [{ name: 'u', kind: 'url' }, 'https://example.org/a', null],
  [{ name: 'f', kind: 'file' }, 'a'.repeat(64), null],
  [{ name: 'f', kind: 'file' }, 'photo.png', 'write an address, or the 64 digits of a SHA-256'],
  [{ name: 'c', kind: 'choices', values: ['a', 'b'], least: 2 }, ['a'], 'at least 2 of them'],
  [{ name: 'r', kind: 'rank', values: ['a', 'b'] }, ['a'], 'put all of them in order'],
  [{ name: 's', kind: 'whole', several: true, most: 1 }, [1, 2], 'at most 1 entries'],
  [{ name: 's', kind: 'whole', several: true }, [1, 'x', ''], 'write a whole number'],
  [{ name: 'd', kind: 'date' }, '', null],
  [lines, [], null],
  [{ ...lines, required: true }, [], 'this is needed'],
  [{ ...lines, least: 2 }, [{ item: 'tea' }], 'at least 2 rows'],
  [
    lines,
    [
      { item: 'tea', price: 2 },
      { item: 'bun', price: 'x' },
    ],
    'row 2, Price: write a number',
  ],
  [lines, [{ price: 2 }], 'row 1, item: this is needed'],
])('%o with %o: %s', (field, value, problem) => {
  expect(problemOf(field, value)).toBe(problem);
});

test('numbers are written with a point or a comma; what is none stays as it is', () => {
  expect(['12', ' -1.5', '12,5', '1.', '1e3', '', '-', '1.2.3', '1,000.5'].map(readNumber)).toEqual([
    12,
    -1.5,
    12.5,
    1,
    1000,
    '',
    '-',
    '1.2.3',
    '1,000.5',
  ]);
});

test('the next empty field comes after the present one, going round', () => {
  const { shown } = settled(fields, { legible: true });
  expect(nextEmpty(shown, { legible: true }, 'legible')?.name).toBe('shop');
  expect(nextEmpty(shown, { legible: true, shop: 'Bar' }, 'paid')).toBeNull();
  expect(nextEmpty(shown, { paid: 'card' }, 'paid')?.name).toBe('legible');
});

test('a summary names the first fields and counts the others', () => {
  const answer = { fields: { legible: true, shop: 'Bar', paid: 'card', card: 'x' } };
  expect(summary(answer, project)).toBe('Can it be read: Yes, shop: Bar, paid: By card, and 1 more');
  expect(summary({ fields: {} }, project)).toBe('nothing filled in');
  expect(wordsOf({ name: 'r', kind: 'rank', values: ['a', 'b'] }, ['b', 'a'])).toBe('b › a');
  expect(wordsOf(lines, [{ item: 'tea', price: 2 }, { item: 'bun' }])).toBe('tea and 2; bun');
  expect(fieldsOf({ options: {} } as ProjectDetail)).toEqual([]);
});
