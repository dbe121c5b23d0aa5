import { expect, test } from 'vitest';
import { areaOf, boundsOf, distance } from '../geometry';
import type { Point, Shape } from '../shape';
import { formOf } from './index';

const box: Shape = { type: 'box', label: 'car', points: [[10, 20], [110, 80]] }; // prettier-ignore
const turned: Shape = {
  type: 'rotated_box',
  label: 'ship',
  points: [[50, 0], [100, 50], [50, 100], [0, 50]], // prettier-ignore
};
const ellipse: Shape = { type: 'ellipse', label: 'wheel', points: [[50, 50], [30, 10]], rotation: 0 }; // prettier-ignore
const polygon: Shape = { type: 'polygon', label: 'tree', points: [[0, 0], [10, 0], [5, 9]] }; // prettier-ignore

const near = (point: Point | null | undefined, [x, y]: Point) => {
  expect(point?.[0]).toBeCloseTo(x);
  expect(point?.[1]).toBeCloseTo(y);
};

test('a corner of a box is pulled past the opposite one, and the box stays one', () => {
  const { points } = formOf(box).pull(box, 2, [5, 5], false);
  expect(points).toEqual([[5, 5], [10, 20]]); // prettier-ignore
});

test('a side of a box moves along one axis', () => {
  expect(formOf(box).pull(box, 5, [200, 999], false).points).toEqual([[10, 20], [200, 80]]); // prettier-ignore
});

test('drawing evenly makes a square towards the pointer', () => {
  expect(formOf(box).from([[100, 100], [90, 60]], true)?.points).toEqual([[60, 60], [100, 100]]); // prettier-ignore
});

test('a box without width or height is none', () => {
  expect(formOf(box).from([[1, 1], [1, 9]], false)).toBeNull(); // prettier-ignore
});

test('a rotated box is drawn by a side and how far it reaches, to either hand', () => {
  for (const reach of [
    [40, 30],
    [40, -30],
  ] as Point[]) {
    const { points } = formOf(turned).from([[0, 0], [100, 0], reach], false) ?? { points: [] }; // prettier-ignore
    expect(areaOf(points as Point[])).toBeCloseTo(3000);
    expect(boundsOf(points as Point[]).top).toBeCloseTo(Math.min(0, reach[1]));
  }
});

test('the corners of a rotated box go clockwise on a screen', () => {
  const { points } = formOf(turned).from([[0, 0], [100, 0], [40, -30]], false) ?? { points: [] }; // prettier-ignore
  const [a, b, c] = points as [Point, Point, Point];
  expect((b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])).toBeGreaterThan(0);
});

test('a corner of a rotated box is pulled, the opposite stays, and its angles stay right', () => {
  const { points } = formOf(turned).pull(turned, 1, [150, 60], false);
  const [a, b, c, d] = points as [Point, Point, Point, Point];
  near(d, [0, 50]);
  near(b, [150, 60]);
  expect(distance(a, c)).toBeCloseTo(distance(b, d));
});

test('a rotated box turns about its middle, by steps where that is wanted', () => {
  const handle = formOf(turned).handles(turned, 20).length - 1;
  const { points } = formOf(turned).pull(turned, handle, [52, -40], true);
  const { left, right, top, bottom } = boundsOf(points as Point[]);
  expect([(left + right) / 2, (top + bottom) / 2].map(Math.round)).toEqual([50, 50]);
  expect(right - left).toBeCloseTo(Math.hypot(50, 50));
});

test('an ellipse is drawn within what is dragged, and pulled by the ends of its axes', () => {
  expect(formOf(ellipse).from([[20, 40], [80, 60]], false)).toEqual(ellipseOf([50, 50], [30, 10])); // prettier-ignore
  expect(formOf(ellipse).pull(ellipse, 1, [100, 70], false)).toEqual(ellipseOf([60, 50], [40, 10]));
});

test('an ellipse turned by half a turn is the same ellipse', () => {
  expect(formOf(ellipse).turn?.(ellipse, 180)).toEqual(ellipseOf([50, 50], [30, 10]));
});

test('moving an ellipse moves its centre and not its radii', () => {
  expect(formOf(ellipse).move(ellipse, [5, -5])).toEqual(ellipseOf([55, 45], [30, 10]));
});

const ellipseOf = (centre: Point, radii: Point) => ({ points: [centre, radii], rotation: 0 });

test('joints that are not seen have no handle, and the others keep their place', () => {
  const person: Shape = { type: 'keypoints', label: 'person', points: [[1, 1], null, [3, 3]] };
  expect(formOf(person).handles(person, 1).map(({ at }) => at)).toEqual([[1, 1], [3, 3]]); // prettier-ignore
  expect(formOf(person).pull(person, 1, [4, 4], false).points).toEqual([[1, 1], null, [4, 4]]);
});

test('a polygon needs three points, a line two', () => {
  expect(formOf(polygon).from(polygon.points.slice(0, 2), false)).toBeNull();
  expect(formOf({ type: 'line' }).from(polygon.points.slice(0, 2), false)).not.toBeNull();
});

const front: Point[] = [[10, 40], [50, 40], [50, 70], [10, 70]]; // prettier-ignore
const cuboid = { type: 'cuboid', label: 'van', ...formOf({ type: 'cuboid' }).from([[50, 70], [10, 40], [70, 25]], false) } as Shape; // prettier-ignore
const backAt = (dx: number, dy: number) => front.map(([x, y]): Point => [x + dx, y + dy]);

test('a cuboid is its front face and a back face like it, whose corner on that side was clicked', () => {
  expect(cuboid.points).toEqual([...front, ...backAt(20, -15)]);
  const { from } = formOf(cuboid);
  expect(from([front[0]!, front[2]!, [5, 80]], false)?.points).toEqual([...front, ...backAt(-5, 10)]);
  expect(from([front[0]!, front[2]!], false)?.points).toEqual([...front, ...front]);
  expect(from([front[0]!, front[2]!, front[1]!], false)).toBeNull();
});

test('what is seen of a cuboid has six corners, and the three edges of the seventh lie behind', () => {
  expect(formOf(cuboid).outline(cuboid)).toHaveLength(6);
  const { seen, behind } = formOf(cuboid).inner?.(cuboid) ?? { seen: [], behind: [] };
  expect(seen[0]).toEqual([...front, front[0]]);
  expect(seen).toHaveLength(1 + 3 + 2);
  expect(behind.every((edge) => edge.some((end) => end[0] === 30 && end[1] === 55))).toBe(true);
  expect(behind).toHaveLength(3);
});

test('a corner of a cuboid is pulled alone, or evenly with its face, but never to a dent', () => {
  const { pull } = formOf(cuboid);
  expect(pull(cuboid, 5, [75, 20], false).points[5]).toEqual([75, 20]);
  expect(pull(cuboid, 5, [75, 20], true).points.slice(4)).toEqual([[30, 20], [75, 20], [75, 55], [30, 55]]); // prettier-ignore
  expect(pull(cuboid, 0, [40, 65], false).points).toEqual(cuboid.points);
});

test('the back of a cuboid moves by its middle, and never onto the front', () => {
  const { pull, handles } = formOf(cuboid);
  expect(handles(cuboid, 1)).toHaveLength(9);
  expect(pull(cuboid, 8, [60, 40], false).points).toEqual([...front, ...backAt(30, -15)]);
  expect(pull(cuboid, 8, [30, 55], false).points).toEqual(cuboid.points);
});
