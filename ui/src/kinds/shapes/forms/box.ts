/** A box: its top left and bottom right corner. */
import { boundsOf, cornersOf, middle, type Rect } from '../geometry';
import type { Point } from '../shape';
import { evenly, movePoints, type Form, type Handle, type Placed } from './form';

const rectOf = (shape: Placed): Rect => boundsOf(shape.points as Point[]);

const toPoints = ({ left, top, right, bottom }: Rect): Placed => ({
  points: [
    [left, top],
    [right, bottom],
  ],
});

const between = (a: Point, b: Point): Placed => toPoints(boundsOf([a, b]));

const SIDES = ['top', 'right', 'bottom', 'left'] as const;

export const box: Form = {
  drawn: 'across',
  closed: true,
  outline: (shape) => cornersOf(rectOf(shape)),

  /** The corners clockwise from the top left, then the sides from the top. */
  handles(shape) {
    const corners = cornersOf(rectOf(shape));
    const sides = corners.map((corner, at) => middle(corner, corners[(at + 1) % 4] as Point));
    return [
      ...corners.map((at): Handle => ({ at, role: 'corner' })),
      ...sides.map((at): Handle => ({ at, role: 'side' })),
    ];
  },

  pull(shape, handle, to, even) {
    const rect = rectOf(shape);
    if (handle < 4) {
      const opposite = cornersOf(rect)[(handle + 2) % 4] as Point;
      return between(opposite, evenly(opposite, to, even));
    }
    const side = SIDES[handle - 4] as (typeof SIDES)[number];
    const pulled = { ...rect, [side]: to[side === 'top' || side === 'bottom' ? 1 : 0] };
    return between([pulled.left, pulled.top], [pulled.right, pulled.bottom]);
  },

  move: ({ points }, by) => ({ points: movePoints(points, by) }),

  from([a, b], even) {
    if (!a || !b) return null;
    const to = evenly(a, b, even);
    return a[0] === to[0] || a[1] === to[1] ? null : between(a, to);
  },
};
