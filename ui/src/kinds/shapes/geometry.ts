/** Arithmetic of points and outlines. Any unit; y grows downwards. */
import type { Point } from './shape';

export interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export const plus = (a: Point, b: Point): Point => [a[0] + b[0], a[1] + b[1]];
export const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1]];
export const times = (a: Point, by: number): Point => [a[0] * by, a[1] * by];
export const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1];
export const middle = (a: Point, b: Point): Point => times(plus(a, b), 0.5);
export const distance = (a: Point, b: Point): number => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** The place on the stretch from `a` to `b` that is nearest to a point. */
export function nearestOn(a: Point, b: Point, to: Point): Point {
  const along = minus(b, a);
  const length = dot(along, along);
  const share = length ? Math.max(0, Math.min(1, dot(minus(to, a), along) / length)) : 0;
  return plus(a, times(along, share));
}

/** The stretches of a path, closed or not. */
export function edgesOf(points: readonly Point[], closed: boolean): [Point, Point][] {
  const next = [...points.slice(1), ...(closed && points.length > 2 ? points.slice(0, 1) : [])];
  return next.map((point, index) => [points[index] as Point, point]);
}

/** How far a point is from a path. */
export const distanceTo = (path: readonly Point[], closed: boolean, to: Point): number =>
  Math.min(
    ...edgesOf(path, closed).map(([a, b]) => distance(nearestOn(a, b, to), to)),
    path[0] ? distance(path[0], to) : Infinity,
  );

/** Whether a point is inside of a closed outline: a ray from it crosses the outline an odd number of times. */
export function isInside(outline: readonly Point[], [x, y]: Point): boolean {
  let inside = false;
  for (const [a, b] of edgesOf(outline, true)) {
    if (a[1] > y === b[1] > y) continue;
    if (x < a[0] + ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1])) inside = !inside;
  }
  return inside;
}

/** The area within a closed outline. */
export const areaOf = (outline: readonly Point[]): number =>
  Math.abs(edgesOf(outline, true).reduce((sum, [a, b]) => sum + a[0] * b[1] - b[0] * a[1], 0)) / 2;

export function boundsOf(points: readonly Point[]): Rect {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** The corners of the smallest outline without a dent around some points, clockwise on a screen. */
export function hullOf(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (path: readonly Point[]) => {
    const kept: Point[] = [];
    for (const point of path) {
      while (kept.length > 1 && turnOf(kept.at(-2) as Point, kept.at(-1) as Point, point) <= 0) kept.pop();
      kept.push(point);
    }
    return kept.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

/** Twice the area of a triangle; above 0 where its corners go clockwise on a screen. */
export const turnOf = (a: Point, b: Point, c: Point): number =>
  (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]);

export const cornersOf = ({ left, top, right, bottom }: Rect): Point[] => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];

export const isWithin = (inner: Rect, outer: Rect): boolean =>
  inner.left >= outer.left &&
  inner.top >= outer.top &&
  inner.right <= outer.right &&
  inner.bottom <= outer.bottom;

const limit = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));

/** The nearest point within a rectangle. */
export const clamp = ([x, y]: Point, { left, top, right, bottom }: Rect): Point => [
  limit(x, left, right),
  limit(y, top, bottom),
];

/** As much of a movement as keeps what is within a place within it; what is outside is not held back. */
export function clampMove(what: Rect, [dx, dy]: Point, place: Rect): Point {
  const along = (from: number, to: number, by: number, low: number, high: number) =>
    from < low || to > high ? by : limit(by, low - from, high - to);
  return [
    along(what.left, what.right, dx, place.left, place.right),
    along(what.top, what.bottom, dy, place.top, place.bottom),
  ];
}

/** Leave out points of a traced path that lie within `slack` of the line without them (Ramer, Douglas and Peucker). */
export function simplified(path: readonly Point[], slack: number): Point[] {
  const [first, last] = [path[0], path.at(-1)];
  if (!first || !last || path.length < 3) return [...path];
  const away = path.map((point) => distance(nearestOn(first, last, point), point));
  const farthest = away.indexOf(Math.max(...away));
  if ((away[farthest] as number) <= slack) return [first, last];
  const before = simplified(path.slice(0, farthest + 1), slack);
  return [...before.slice(0, -1), ...simplified(path.slice(farthest), slack)];
}
