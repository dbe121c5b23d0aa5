import { expect, test } from 'vitest';
import { curvesOf, drawnOf, topOf } from './drawing';
import type { Mark } from './marks';

const mark = (id: string, start: number, end: number, more: Partial<Mark> = {}): Mark => ({
  id,
  start,
  end,
  label: 'person',
  place: 0,
  by: 'person',
  judged: null,
  ...more,
});
/** Ten characters a line, each ten pixels wide; lines are forty apart. */
const measuring = {
  measure: ({ start, end }: { start: number; end: number }) =>
    start >= 90
      ? []
      : [{ x: (start % 10) * 10, y: Math.floor(start / 10) * 40, width: (end - start) * 10, height: 20 }],
  widthOf: (words: string) => words.length * 6,
  room: 100,
};

test('a label stands over the start of its mark, with a sign where it was judged', () => {
  const [first] = drawnOf([mark('s1', 12, 15, { judged: 'wrong' })], measuring);
  expect(first).toMatchObject({ x: 20, words: '✗ person', lane: 0 });
  expect(first && topOf(first)).toBe(25);
});

test('what is not on screen is not drawn, and no curve leads to it', () => {
  const drawn = drawnOf([mark('s1', 0, 3), mark('s2', 95, 99)], measuring);
  expect(drawn.map(({ id }) => id)).toEqual(['s1']);
  expect(curvesOf([{ from: 's1', to: 's2', label: 'near' }], drawn, null)).toEqual([]);
});

test('deeply nested marks share the lowest line', () => {
  const nested = Array.from({ length: 6 }, (_, depth) => mark(`s${depth}`, depth, 20 - depth));
  expect(drawnOf(nested, measuring).map(({ lane }) => lane)).toEqual([3, 3, 3, 2, 1, 0]);
});

test('curves of the mark that is picked are strong', () => {
  const drawn = drawnOf([mark('s1', 0, 3), mark('s2', 24, 27), mark('s3', 40, 42)], measuring);
  const links = [
    { from: 's1', to: 's2', label: 'near' },
    { from: 's2', to: 's3', label: 'near' },
  ];
  expect(curvesOf(links, drawn, 's1').map(({ strong }) => strong)).toEqual([true, false]);
  expect(curvesOf(links, drawn, 's1')[0]?.end.y).toBe(64);
});
