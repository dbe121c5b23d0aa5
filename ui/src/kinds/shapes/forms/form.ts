/**
 * What a type of shape is on the screen. A type is one file here and a line in `index.ts`: masks would be another form,
 * whose outline is traced, and shapes of a video would be shapes with a time beside their points.
 */
import { minus, plus } from '../geometry';
import type { Point, Shape } from '../shape';

/** A point by which a shape is pulled. */
export interface Handle {
  at: Point;
  role: 'corner' | 'side' | 'turn' | 'vertex';
}

/** What changes when a shape is moved or pulled. */
export type Placed = Pick<Shape, 'points' | 'rotation'>;

export interface Form {
  /**
   * Drawn by dragging from corner to corner, by three clicks (a side, then the width; or the front face, then a corner
   * of the back face), or point by point.
   */
  drawn: 'across' | 'side' | 'face' | 'points';
  /** Whether it has an inside. */
  closed: boolean;
  /** The path around it, or along it. */
  outline(shape: Placed): Point[];
  /** Edges within the outline that are seen, and those behind. */
  inner?(shape: Placed): { seen: Point[][]; behind: Point[][] };
  /** In an order that the keyboard goes through; `away` is how far the one that turns it is from it. */
  handles(shape: Placed, away: number): Handle[];
  /** The shape with a handle pulled to a point; `even` keeps sides alike or turns by steps. */
  pull(shape: Placed, handle: number, to: Point, even: boolean): Placed;
  move(shape: Placed, by: Point): Placed;
  /** From what was clicked or dragged; null where it has no extent yet. */
  from(points: readonly (Point | null)[], even: boolean): Placed | null;
  /** Turned about its middle by degrees, where it can be. */
  turn?(shape: Placed, degrees: number): Placed;
}

export const movePoints = (points: Placed['points'], by: Point): Placed['points'] =>
  points.map((point) => point && plus(point, by));

/** A corner pulled so that both sides are as long as the longer one. */
export function evenly(from: Point, to: Point, even: boolean): Point {
  if (!even) return to;
  const [dx, dy] = minus(to, from);
  const side = Math.max(Math.abs(dx), Math.abs(dy));
  return plus(from, [side * (Math.sign(dx) || 1), side * (Math.sign(dy) || 1)]);
}
