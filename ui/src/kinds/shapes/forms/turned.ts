/** A rectangle at an angle: what a rotated box is, and what an ellipse is drawn in. */
import { distance, dot, middle, minus, plus, times } from '../geometry';
import type { Point } from '../shape';
import type { Handle } from './form';

export interface Turned {
  middle: Point;
  width: number;
  height: number;
  /** Degrees from the x axis to its width, clockwise on a screen. */
  angle: number;
}

/** Sides are never shorter, in pixels of the image. */
const LEAST = 0.5;
/** Degrees by which it turns when it turns by steps. */
const STEP = 15;

const CORNERS: Point[] = [
  [-1, -1],
  [1, -1],
  [1, 1],
  [-1, 1],
];
const SIDES: Point[] = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
];

/** The directions along its width and along its height, of length one. */
export function axesOf(angle: number): [Point, Point] {
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  return [
    [cos, sin],
    [-sin, cos],
  ];
}

function at({ middle: centre, width, height, angle }: Turned, [across, down]: Point): Point {
  const [along, over] = axesOf(angle);
  return plus(centre, plus(times(along, (across * width) / 2), times(over, (down * height) / 2)));
}

export const cornersOfTurned = (rect: Turned): Point[] => CORNERS.map((place) => at(rect, place));
export const sidesOfTurned = (rect: Turned): Point[] => SIDES.map((place) => at(rect, place));

/** Where the handle is that turns it: beyond the middle of the top side. */
export const turnHandle = (rect: Turned, away: number): Handle => ({
  at: at(rect, [0, -1 - (2 * away) / Math.max(rect.height, LEAST)]),
  role: 'turn',
});

/** Pull what is at a place (a corner, or the middle of a side) to a point; what is opposite stays. */
export function pulled(rect: Turned, place: Point, to: Point, even = false): Turned {
  const opposite = at(rect, times(place, -1));
  const [along, over] = axesOf(rect.angle);
  const reach = minus(to, opposite);
  let width = place[0] ? Math.max(LEAST, Math.abs(dot(reach, along))) : rect.width;
  let height = place[1] ? Math.max(LEAST, Math.abs(dot(reach, over))) : rect.height;
  if (even) width = height = place[0] && place[1] ? Math.max(width, height) : place[0] ? width : height;
  const side = (towards: number, axis: Point, length: number) =>
    times(axis, ((towards && (Math.sign(dot(reach, axis)) || towards)) * length) / 2);
  const centre = plus(plus(opposite, side(place[0], along, width)), side(place[1], over, height));
  return { ...rect, middle: centre, width, height };
}

export const pulledCorner = (rect: Turned, corner: number, to: Point, even: boolean): Turned =>
  pulled(rect, CORNERS[corner] as Point, to, even);
export const pulledSide = (rect: Turned, side: number, to: Point, even = false): Turned =>
  pulled(rect, SIDES[side] as Point, to, even);

/** Turn it so that its top looks towards a point. */
export function turnedTo(rect: Turned, to: Point, even: boolean): Turned {
  const [dx, dy] = minus(to, rect.middle);
  const angle = (Math.atan2(dy, dx) * 180) / Math.PI + 90;
  return { ...rect, angle: even ? Math.round(angle / STEP) * STEP : angle };
}

/** The rectangle of four corners in order; the first side is its width. */
export function fromCorners(corners: readonly Point[]): Turned {
  const [a, b, c, d] = corners as [Point, Point, Point, Point];
  const along = minus(b, a);
  return {
    middle: middle(middle(a, c), middle(b, d)),
    width: distance(a, b),
    height: distance(b, c),
    angle: (Math.atan2(along[1], along[0]) * 180) / Math.PI,
  };
}

/** The rectangle with one side from `a` to `b` that reaches out to a third point. */
export function fromSide(a: Point, b: Point, reach: Point): Turned | null {
  const width = distance(a, b);
  const angle = (Math.atan2(b[1] - a[1], b[0] - a[0]) * 180) / Math.PI;
  const over = axesOf(angle)[1];
  const out = dot(minus(reach, a), over);
  if (width < LEAST || Math.abs(out) < LEAST) return null;
  return { middle: plus(middle(a, b), times(over, out / 2)), width, height: Math.abs(out), angle };
}
