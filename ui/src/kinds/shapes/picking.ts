/** Which shape is meant by a place: those that it touches, the likeliest first. */
import type { Marked } from './board.svelte';
import { formOf } from './forms';
import {
  areaOf,
  boundsOf,
  cornersOf,
  distance,
  distanceTo,
  edgesOf,
  isInside,
  nearestOn,
  type Rect,
} from './geometry';
import { placed, type Point, type Shape, type Skeleton } from './shape';

/** How far a place is from what is seen of a shape; nothing within it. */
export function awayFrom(shape: Shape, at: Point, skeleton?: Skeleton): number {
  const form = formOf(shape);
  const outline = form.outline(shape);
  if (form.closed && isInside(outline, at)) return 0;
  if (shape.type !== 'keypoints') return distanceTo(outline, form.closed, at);
  const bones = bonesOf(shape, skeleton).map(([a, b]) => distance(nearestOn(a, b, at), at));
  return Math.min(...bones, ...outline.map((joint) => distance(joint, at)));
}

/** The lines between the joints that are there. */
export function bonesOf({ points }: Shape, skeleton?: Skeleton): [Point, Point][] {
  return (skeleton?.edges ?? []).flatMap(([a, b]): [Point, Point][] => {
    const [from, to] = [points[a], points[b]];
    return from && to ? [[from, to]] : [];
  });
}

/** The shapes at a place: small ones before large ones, as they lie within; of two alike the upper one. */
export function touched(
  shown: readonly Marked[],
  at: Point,
  reach: number,
  skeletons: Record<string, Skeleton> = {},
): Marked[] {
  const area = ({ shape }: Marked) => (formOf(shape).closed ? areaOf(formOf(shape).outline(shape)) : 0);
  return shown
    .filter(({ shape }) => awayFrom(shape, at, skeletons[shape.label]) <= reach)
    .reverse()
    .map((one) => ({ one, area: area(one) }))
    .sort((a, b) => a.area - b.area)
    .map(({ one }) => one);
}

/** The shape that a click means: another click at the same place goes on to the one beneath. */
export function meant(there: readonly Marked[], picked: ReadonlySet<number>): Marked | null {
  const at = there.findIndex(({ id }) => picked.has(id));
  return there[at < 0 ? 0 : (at + 1) % there.length] ?? null;
}

/** The shapes that lie wholly within a rectangle. */
export function within(shown: readonly Marked[], { left, top, right, bottom }: Rect): Marked[] {
  const isIn = ([x, y]: Point) => x >= left && x <= right && y >= top && y <= bottom;
  return shown.filter(({ shape }) => cornersOf(boundsOf(formOf(shape).outline(shape))).every(isIn));
}

/** The side of a path that is nearest to a place, by the number of the corner that it begins at. */
export function sideAt(shape: Shape, at: Point, reach: number): { after: number; at: Point } | null {
  const sides = edgesOf(placed(shape), formOf(shape).closed).map(([a, b], after) => {
    const place = nearestOn(a, b, at);
    return { after, at: place, away: distance(place, at) };
  });
  const near = sides.reduce((best, one) => (one.away < best.away ? one : best), {
    after: -1,
    at,
    away: Infinity,
  });
  return near.away <= reach ? { after: near.after, at: near.at } : null;
}
