import { expect, test, vi } from 'vitest';
import type { ProjectDetail, Task } from '../../wire';
import * as preference from './answers';

vi.hoisted(() => vi.stubGlobal('matchMedia', () => ({ matches: false })));

const ids = ['a', 'b', 'c', 'd'];
const project = (options: object) => ({ options }) as unknown as ProjectDetail;
const task = (number: number, responses: string[]) =>
  ({ task_id: 1, item: { record: { prompt: `question ${number}`, responses } } }) as unknown as Task;

/** Two tasks whose two responses stand in different orders. */
const straight = task(1, ['yes', 'no']);
const turnedRound = [2, 3, 4, 5, 6, 7, 8, 9]
  .map((number) => task(number, ['yes', 'no']))
  .find((one) => preference.shownOf(one)[0]!.id !== preference.shownOf(straight)[0]!.id)!;

test('responses are placed one after the other, the last by itself, and out again', () => {
  const one = preference.placed([], 'c', ids);
  expect(preference.placed(one, 'a', ids)).toEqual([['c'], ['a']]);
  const all = preference.placed(preference.placed(one, 'a', ids), 'd', ids);
  expect(all).toEqual([['c'], ['a'], ['d'], ['b']]);
  expect(preference.placed(all, 'a', ids)).toEqual([['c'], ['d'], ['b']]);
});

test('neighbours are tied and parted, and a response moves past others', () => {
  const tied = preference.tied([['c'], ['a'], ['d']], 0);
  expect(tied).toEqual([['c', 'a'], ['d']]);
  expect(preference.tied(tied, 1)).toBe(tied);
  expect(preference.parted(tied, 0, 'a')).toEqual([['c'], ['a'], ['d']]);
  expect(preference.moved([['c'], ['a'], ['d']], 'd', -1)).toEqual([['c'], ['d'], ['a']]);
  expect(preference.moved(tied, 'a', 1)).toEqual([['c'], ['a'], ['d']]);
  expect(preference.moved(tied, 'a', -1)).toEqual([['a'], ['c'], ['d']]);
  expect(preference.moved([['c'], ['a']], 'c', -1)).toEqual([['c'], ['a']]);
});

test('whatever is done to a ranking, it names nothing twice and loses nothing', () => {
  let seed = 5;
  const next = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  let ranking: preference.Ranking = ids.map((id) => [id]);
  for (let turn = 0; turn < 500; turn++) {
    const id = ids[next(4)]!;
    const place = ranking.findIndex((group) => group.includes(id));
    const steps = [
      () => preference.moved(ranking, id, next(2) ? 1 : -1),
      () => preference.tied(ranking, next(3)),
      () => (ranking[place]!.indexOf(id) > 0 ? preference.parted(ranking, place, id) : ranking),
    ];
    ranking = steps[next(3)]!();
    expect([...ranking.flat()].sort()).toEqual(ids);
    expect(ranking.every((group) => group.length > 0)).toBe(true);
  }
});

test('a grade is of the response, not of the place where it stood', () => {
  const of = project({ mode: 'grade' });
  for (const one of [straight, turnedRound]) {
    const [left] = preference.shownOf(one);
    const answer = preference.said('-2', of, one);
    expect(answer).toEqual({ grade: left!.id === 'a' ? -2 : 2 });
    expect(preference.picked(answer, of, one)).toBe('-2');
    expect(preference.bestOf(answer, one)).toBe(left!.id);
    expect(preference.summary(answer, of, one)).toBe('A better');
  }
  expect(preference.said('0', of, turnedRound)).toEqual({ grade: 0 });
});

test('a choice puts the best before all others, or all in one group', () => {
  const of = project({ ties: true });
  expect(preference.said('b', of, straight)).toEqual({ ranking: [['b'], ['a']] });
  expect(preference.said(preference.TIE, of, straight)).toEqual({ ranking: [['a', 'b']] });
  expect(preference.picked({ ranking: [['a', 'b']] }, of, straight)).toBe(preference.TIE);
  expect(preference.summary({ ranking: [['b'], ['a']] }, of)).toBe('b is best');
});

test('what one press says is given at once, unless more is asked', () => {
  expect([{}, { mode: 'grade' }].map((options) => preference.composed(project(options)))).toEqual([
    false,
    false,
  ]);
  const more = [
    { mode: 'rank' },
    { justification: 'optional' },
    { criteria: [{ name: 'x', low: 1, high: 2 }] },
  ];
  expect(more.map((options) => preference.composed(project(options)))).toEqual([true, true, true]);
});

test('a draft lacks its verdict, then ratings, then words', () => {
  const criteria = [{ name: 'clear', low: 1, high: 5 }];
  const of = project({ mode: 'grade', criteria, justification: 'required', least_words: 2 });
  const lacks = (draft: object) => preference.missing(draft as never, straight, of);
  expect(lacks({})).toContain('how much');
  expect(lacks({ grade: 1 })).toContain('2 to go');
  const rated = { grade: 1, rubric: { a: { clear: 1 }, b: { clear: 2 } } };
  expect(lacks(rated)).toContain('2 more words');
  expect(lacks({ ...rated, justification: 'so it' })).toBeNull();
});
