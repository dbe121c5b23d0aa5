import { expect, test, vi } from 'vitest';
import type { Field } from './fields';
import { isTable, pasted, withCell, written } from './rows';

vi.hoisted(() => vi.stubGlobal('matchMedia', () => ({ matches: false })));

const columns: Field[] = [
  { name: 'item', kind: 'text' },
  { name: 'price', kind: 'number' },
];

test('lines under their titles are a table; what is chosen, hidden or many is a card', () => {
  expect(isTable(columns)).toBe(true);
  expect(isTable([...columns, { name: 'paid', kind: 'flag' }])).toBe(false);
  expect(isTable([{ name: 'a', kind: 'text', when: { field: 'b', is: [1] } }])).toBe(false);
  expect(isTable(Array.from({ length: 5 }, (_, n) => ({ name: `${n}`, kind: 'text' as const })))).toBe(false);
});

test('rows that say nothing are not kept, and a cell that is emptied is none', () => {
  expect(written([{ item: 'tea' }, {}, { item: '', price: null }])).toEqual([{ item: 'tea' }]);
  expect(withCell(columns, { item: 'tea', price: 2 }, 'item', '')).toEqual({ price: 2 });
});

test('a cell hides and shows the others of its row', () => {
  const hiding: Field[] = [
    { name: 'paid', kind: 'flag' },
    { name: 'by', kind: 'text', when: { field: 'paid', is: [true] } },
  ];
  expect(withCell(hiding, { paid: true, by: 'card' }, 'paid', false)).toEqual({ paid: false });
});

test('cells of a spreadsheet fill rows from where they are pasted; one cell is pasted as any text', () => {
  const rows = [{ item: 'tea', price: 2 }];
  expect(pasted(columns, rows, { row: 0, column: 1 }, '3')).toBeNull();
  expect(pasted(columns, rows, { row: 0, column: 0 }, 'bun\t1,5\r\njam\t\r\n')).toEqual([
    { item: 'bun', price: 1.5 },
    { item: 'jam' },
  ]);
  expect(pasted(columns, rows, { row: 0, column: 1 }, '3\tover\n4')).toEqual([
    { item: 'tea', price: 3 },
    { price: 4 },
  ]);
});
