import { expect, test } from 'vitest';
import { marksOf } from './marks';

const span = (id: string, start: number, end: number, label: string) => ({ id, start, end, label });
const places = new Map([
  ['person', 0],
  ['place', 1],
]);
const own = [span('s1', 0, 3, 'person'), span('s2', 9, 15, 'person')];

test('what is proposed is drawn as a proposal until it is said', () => {
  const proposed = [span('s1', 0, 3, 'person'), span('s2', 5, 7, 'place')];
  const marks = marksOf({ own, proposed, right: null, places });
  expect(marks.map(({ id, by, judged }) => [id, by, judged])).toEqual([
    ['s1', 'person', null],
    ['model s2', 'model', null],
    ['s2', 'person', null],
  ]);
  expect(marks.map(({ place }) => place)).toEqual([0, 1, 0]);
});

test('what is right, wrong and missed is told by what was marked, not by ids', () => {
  const right = [span('s1', 9, 15, 'place'), span('s2', 0, 3, 'person')];
  const marks = marksOf({ own, proposed: [], right, places });
  expect(marks.map(({ id, by, judged }) => [id, by, judged])).toEqual([
    ['s1', 'person', 'right'],
    ['s2', 'person', 'wrong'],
    ['other s1', 'other', null],
  ]);
});
