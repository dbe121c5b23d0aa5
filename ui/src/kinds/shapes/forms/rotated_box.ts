/** A box at an angle: its four corners, clockwise. */
import type { Point } from '../shape';
import { movePoints, type Form, type Handle, type Placed } from './form';
import {
  cornersOfTurned,
  fromCorners,
  fromSide,
  pulledCorner,
  pulledSide,
  sidesOfTurned,
  turnedTo,
  turnHandle,
  type Turned,
} from './turned';

const rectOf = (shape: Placed): Turned => fromCorners(shape.points as Point[]);
const toPoints = (rect: Turned): Placed => ({ points: cornersOfTurned(rect) });

export const rotatedBox: Form = {
  drawn: 'side',
  closed: true,
  outline: (shape) => shape.points as Point[],

  /** The corners, the sides, and the one that turns it. */
  handles(shape, away) {
    const rect = rectOf(shape);
    return [
      ...cornersOfTurned(rect).map((at): Handle => ({ at, role: 'corner' })),
      ...sidesOfTurned(rect).map((at): Handle => ({ at, role: 'side' })),
      turnHandle(rect, away),
    ];
  },

  pull(shape, handle, to, even) {
    const rect = rectOf(shape);
    if (handle < 4) return toPoints(pulledCorner(rect, handle, to, even));
    return toPoints(handle < 8 ? pulledSide(rect, handle - 4, to) : turnedTo(rect, to, even));
  },

  move: ({ points }, by) => ({ points: movePoints(points, by) }),

  from([a, b, reach]) {
    const rect = a && b && reach ? fromSide(a, b, reach) : null;
    return rect && toPoints(rect);
  },

  turn(shape, degrees) {
    const rect = rectOf(shape);
    return toPoints({ ...rect, angle: rect.angle + degrees });
  },
};
