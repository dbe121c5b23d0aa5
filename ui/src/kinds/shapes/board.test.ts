import { beforeEach, expect, test, vi } from 'vitest';
import type { Answer, ProjectDetail } from '../../wire';
import { Drafting } from '../../work/drafting.svelte';
import { Board } from './board.svelte';
import { clipboard, habits } from './habits.svelte';
import { joined, linkable, wrongLink } from './links';
import { shapesOf, type Point, type Shape } from './shape';

vi.hoisted(() => vi.stubGlobal('matchMedia', () => ({ matches: false })));

const project = {
  classes: [{ name: 'car' }, { name: 'person' }],
  options: {
    shapes: ['box', 'polygon', 'keypoints'],
    shapes_of: { car: ['box', 'polygon'] },
    skeletons: { person: { joints: ['head', 'hip', 'foot'], edges: [] } },
    attributes: [
      { name: 'parked', kind: 'flag', of: ['car'] },
      { name: 'drives', kind: 'link', of: ['person'], to: ['car'] },
    ],
  },
} as unknown as ProjectDetail;

const car = (left: number): Shape => ({
  type: 'box',
  label: 'car',
  points: [[left, 10], [left + 20, 30]], // prettier-ignore
});

const drafting = new Drafting();

function boardOf(...shapes: Shape[]): Board {
  return boardIn(project, ...shapes);
}

function boardIn(project: ProjectDetail, ...shapes: Shape[]): Board {
  drafting.begin({ shapes });
  return new Board({
    project,
    task: 1,
    draft: () => drafting.value,
    change: (answer: Answer, how) => drafting.change(answer, how),
    closed: () => false,
    place: () => ({ left: 0, top: 0, right: 100, bottom: 100 }),
  });
}

const shapes = () => shapesOf(drafting.value);
const lefts = () => shapes().map(({ points }) => points[0]?.[0]);

beforeEach(() => {
  Object.assign(habits, { tool: null, label: null });
  clipboard.shapes = [];
});

test('a polygon ends by itself where it may have no more points', () => {
  const options = { ...project.options, most_points: 4 };
  const board = boardIn({ ...project, options });
  board.setTool('polygon');
  const corners: Point[] = [[10, 10], [30, 10], [30, 40], [10, 40]]; // prettier-ignore
  for (const corner of corners) board.put(corner);
  expect(shapes()).toEqual([{ type: 'polygon', label: 'car', points: corners }]);
  expect(board.drawing).toBeNull();
});

test('points are joined by their labels, and by what they are linked to', () => {
  const point = (label: string, of?: number): Shape => ({
    type: 'point',
    label,
    points: [[1, 1]],
    ...(of === undefined ? {} : { attributes: { of } }),
  });
  const marks = [car(0), car(50), point('knee', 0), point('heel', 0), point('heel', 1), point('knee')];
  const within = (connections: unknown[]) =>
    joined({ ...project, options: { ...project.options, connections } }, marks);
  expect(within([{ pair: ['knee', 'heel'], by: 'of' }])).toEqual([[2, 3]]);
  expect(within([{ pair: ['knee', 'heel'] }])).toEqual([[2, 3], [2, 4], [3, 5], [4, 5]]); // prettier-ignore
  expect(within([{ pair: ['heel', 'heel'] }])).toEqual([[3, 4]]);
  expect(
    within([
      { pair: ['knee', 'heel'], by: 'of' },
      { pair: ['heel', 'knee'], by: 'of' },
    ]),
  ).toEqual([[2, 3]]);
  expect(joined(project, marks)).toEqual([]);
});

test('two clicks draw a box, which is picked but leaves the keys to what comes next', () => {
  const board = boardOf();
  board.put([10, 10]);
  board.put([30.004, 40]);
  expect(shapes()).toEqual([{ type: 'box', label: 'car', points: [[10, 10], [30, 40]] }]); // prettier-ignore
  expect([board.chosen.length, board.editing]).toEqual([1, false]);
  board.setLabel('person');
  expect(shapes()[0]?.label).toBe('car');
});

test('a label names what is picked by hand, and leaves attributes behind that it does not have', () => {
  const board = boardOf({ ...car(0), attributes: { parked: true } });
  board.pick([board.all[0]?.id as number]);
  board.setLabel('person');
  expect(shapes()).toEqual([{ ...car(0), label: 'person' }]);
});

test('a shape keeps its number while it changes, through undo and redo', () => {
  const board = boardOf(car(0), car(40));
  const second = board.all[1]?.id as number;
  board.pick([second]);
  board.nudge([5, 0]);
  board.nudge([5, 0]);
  expect([board.only?.id, lefts()]).toEqual([second, [0, 50]]);
  drafting.undo();
  expect([board.only?.id, lefts()]).toEqual([second, [0, 40]]);
  board.remove();
  drafting.undo();
  expect([lefts(), board.all[1]?.id]).toEqual([[0, 40], second]);
});

test('what is moved stays on the image', () => {
  const board = boardOf(car(70));
  board.pickNext(1);
  board.nudge([50, -50]);
  expect(shapes()[0]?.points).toEqual([[80, 0], [100, 20]]); // prettier-ignore
});

test('what is locked or hidden is not changed', () => {
  const board = boardOf(car(0), car(40));
  board.pick(board.all.map(({ id }) => id));
  board.fix([board.all[0] as never]);
  board.nudge([1, 0]);
  board.remove();
  expect(lefts()).toEqual([0]);
  board.fix(board.all);
  board.hide(board.all);
  expect(board.shown).toEqual([]);
});

test('copies lie beside the original on the same image and at its place on another', () => {
  const board = boardOf(car(0));
  board.pickNext(1);
  board.copy();
  board.paste();
  expect(lefts()).toEqual([0, 12]);
  clipboard.task = 7;
  board.paste();
  expect(lefts()).toEqual([0, 12, 0]);
});

test('the last on top, and what is raised comes last', () => {
  const board = boardOf(car(0), car(40), car(80));
  board.pickNext(1);
  board.raise(true);
  expect(lefts()).toEqual([40, 80, 0]);
  board.raise(false);
  expect(lefts()).toEqual([0, 40, 80]);
});

test('a skeleton ends with its last joint, and joints that were not placed are not seen', () => {
  const board = boardOf();
  board.setTool('keypoints');
  expect(board.label).toBe('person');
  const place = (...at: (Point | null)[]) => at.forEach((point) => board.put(point));
  place([1, 1], null, [3, 3]);
  place([5, 5]);
  board.end();
  expect(shapes().map(({ points }) => points)).toEqual([
    [[1, 1], null, [3, 3]],
    [[5, 5], null, null],
  ]);
});

test('a corner is taken out of a polygon while three are left', () => {
  const square: Point[] = [[0, 0], [10, 0], [10, 10], [0, 10]]; // prettier-ignore
  const board = boardOf({ type: 'polygon', label: 'car', points: square });
  const one = () => board.all[0] as never;
  expect(board.removeHandle(one(), 1)).toBe(true);
  expect(board.removeHandle(one(), 1)).toBe(false);
  expect(shapes()[0]?.points).toEqual([[0, 0], [10, 10], [0, 10]]); // prettier-ignore
  board.insert(one(), 2, [0, 5]);
  expect(shapes()[0]?.points).toHaveLength(4);
});

test('a tool that the label cannot be drawn with takes a label that can, and the other way', () => {
  const board = boardOf();
  board.setTool('keypoints');
  board.setLabel('car');
  expect([board.tool, board.label]).toEqual(['box', 'car']);
});

const driver = (place: number): Shape => ({ ...car(50), label: 'person', attributes: { drives: place } });
const drives = () => shapes().map(({ attributes }) => attributes?.drives);

test('links lead to the same shapes when others go, and go with the shape that they lead to', () => {
  const board = boardOf(car(0), car(30), driver(1));
  board.pick([board.all[0]?.id as number]);
  board.remove();
  expect(drives()).toEqual([undefined, 0]);
  board.pick([board.all[0]?.id as number]);
  board.raise(true);
  expect(drives()).toEqual([1, undefined]);
  board.remove();
  expect(shapes()).toEqual([{ ...car(50), label: 'person' }]);
});

test('a copy on the same image is linked as the first is; from elsewhere it is not', () => {
  const board = boardOf(car(0), driver(0));
  board.pick([board.all[1]?.id as number]);
  board.duplicate();
  expect(drives()).toEqual([undefined, 0, 0]);
  board.add([driver(0)]);
  expect(drives()[3]).toBeUndefined();
});

test('a link to what was named anew since is found', () => {
  const linked = [car(0), driver(0)];
  expect(wrongLink(project, linked, 1)).toBeNull();
  expect(wrongLink(project, [{ ...car(0), label: 'person' }, driver(0)], 1)).toBe('drives');
  expect(linkable(linked, { name: 'drives', kind: 'link', to: ['car'] }, 1)).toEqual([0]);
});
