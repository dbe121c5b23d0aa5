/** Points drawn near something meet it: a corner of another shape, its side, or the border of the image. */
import { distance, edgesOf, nearestOn, type Rect } from './geometry';
import type { Point } from './shape';

export interface Target {
  outline: readonly Point[];
  closed: boolean;
}

/** The place that a point snaps to within `reach`: corners before sides, sides before borders; null where there is none. */
export function snapped(to: Point, targets: readonly Target[], place: Rect, reach: number): Point | null {
  const corners = targets.flatMap(({ outline }) => outline);
  const sides = () =>
    targets.flatMap(({ outline, closed }) => edgesOf(outline, closed).map(([a, b]) => nearestOn(a, b, to)));
  return nearest(corners, to, reach) ?? nearest(sides(), to, reach) ?? toBorder(to, place, reach);
}

function nearest(points: readonly Point[], to: Point, reach: number): Point | null {
  let found: Point | null = null;
  for (const point of points) {
    const away = distance(point, to);
    if (away <= reach) [found, reach] = [point, away];
  }
  return found;
}

function toBorder([x, y]: Point, { left, top, right, bottom }: Rect, reach: number): Point | null {
  const near = (value: number, borders: number[]) =>
    borders.find((border) => Math.abs(border - value) <= reach) ?? value;
  const at: Point = [near(x, [left, right]), near(y, [top, bottom])];
  return at[0] === x && at[1] === y ? null : at;
}
