/** Shapes that are their points: polygons, lines, the joints of a skeleton, and a single point. */
import { placed } from '../shape';
import type { Point } from '../shape';
import { movePoints, type Form, type Handle, type Placed } from './form';

const byPoints = (least: number, closed: boolean): Form => ({
  drawn: 'points',
  closed,
  outline: placed,
  handles: (shape) => shape.points.flatMap((at): Handle[] => (at ? [{ at, role: 'vertex' }] : [])),
  pull: ({ points }, handle, to) => ({ points: withPoint(points, indexOf(points, handle), to) }),
  move: ({ points }, by) => ({ points: movePoints(points, by) }),
  from: (points) => (points.filter(Boolean).length < least ? null : { points: [...points] }),
});

export const polygon = byPoints(3, true);
export const line = byPoints(2, false);
export const keypoints = byPoints(1, false);
export const point = byPoints(1, false);

/** The place among all points of the one at a place among those that are there. */
export function indexOf(points: Placed['points'], handle: number): number {
  const there = points.flatMap((at, index) => (at ? [index] : []));
  return there[handle] ?? -1;
}

export const withPoint = (points: Placed['points'], index: number, to: Point | null): Placed['points'] =>
  points.map((point, at) => (at === index ? to : point));
