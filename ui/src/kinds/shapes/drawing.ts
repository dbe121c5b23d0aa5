/** A shape that is being drawn: its points so far, and what it is when they are all there. */
import { formOf } from './forms';
import type { Placed } from './forms/form';
import { distance } from './geometry';
import type { Point, ShapeType } from './shape';

export interface Drawing {
  readonly type: ShapeType;
  readonly label: string;
  readonly points: readonly (Point | null)[];
  /** How many joints there are, for keypoints. */
  readonly joints: number;
  /** How many points a polygon or line may have. */
  readonly most: number;
}

export const begin = (type: ShapeType, label: string, joints = 0, most = Infinity): Drawing => ({
  type,
  label,
  points: [],
  joints,
  most,
});

/** How many points make it complete; what is ended by hand ends by itself where it may have no more. */
function wanted({ type, joints, most }: Drawing): number {
  const { drawn } = formOf({ type });
  if (drawn === 'across') return 2;
  if (drawn === 'side' || drawn === 'face') return 3;
  if (type === 'keypoints') return joints;
  return type === 'point' ? 1 : most;
}

/** With one point more; the same point twice in a row counts once. */
export function withNext(drawing: Drawing, point: Point | null): Drawing {
  const last = drawing.points.at(-1);
  const again = point && last && distance(point, last) < 0.01;
  return again ? drawing : { ...drawing, points: [...drawing.points, point] };
}

export const withoutLast = (drawing: Drawing): Drawing => ({
  ...drawing,
  points: drawing.points.slice(0, -1),
});

export const isComplete = (drawing: Drawing): boolean => drawing.points.length >= wanted(drawing);

/** Whether it can be ended now, though it could go on. */
export const canEnd = (drawing: Drawing): boolean => {
  const ends = ['polygon', 'line', 'keypoints'].includes(drawing.type);
  return ends && placedOf(drawing) !== null;
};

/** What it is now, with the point under the pointer where one is given; null where that has no extent. */
export function placedOf(drawing: Drawing, hover: Point | null = null, even = false): Placed | null {
  const { type, joints } = drawing;
  const points = hover ? withNext(drawing, hover).points : drawing.points;
  const open = type === 'keypoints' ? Array<null>(Math.max(0, joints - points.length)).fill(null) : [];
  return formOf({ type }).from([...points, ...open], even);
}
