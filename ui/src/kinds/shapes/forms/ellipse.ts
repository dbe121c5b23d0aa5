/** An ellipse: its centre and its two radii; the first radius lies at `rotation` degrees. */
import { boundsOf, middle, plus, times } from '../geometry';
import { round, type Point } from '../shape';
import { evenly, type Form, type Handle, type Placed } from './form';
import { axesOf, pulledSide, sidesOfTurned, turnedTo, turnHandle, type Turned } from './turned';

/** Straight pieces by which it is drawn: at 1,000 pixels across they are less than half a pixel off. */
const PIECES = 96;
/** A half turn gives the same ellipse. */
const HALF = 180;

const rectOf = ({ points, rotation = 0 }: Placed): Turned => {
  const [centre, radii] = points as [Point, Point];
  return { middle: centre, width: 2 * radii[0], height: 2 * radii[1], angle: rotation };
};

const toPlaced = ({ middle: centre, width, height, angle }: Turned): Placed => ({
  points: [centre, [width / 2, height / 2]],
  rotation: round(((angle % HALF) + HALF) % HALF) % HALF,
});

export const ellipse: Form = {
  drawn: 'across',
  closed: true,

  outline(shape) {
    const rect = rectOf(shape);
    const [along, over] = axesOf(rect.angle);
    return Array.from({ length: PIECES }, (_, piece) => {
      const turn = (2 * Math.PI * piece) / PIECES;
      const across = times(along, (rect.width / 2) * Math.cos(turn));
      return plus(rect.middle, plus(across, times(over, (rect.height / 2) * Math.sin(turn))));
    });
  },

  /** The four ends of its axes, and the one that turns it. */
  handles(shape, away) {
    const rect = rectOf(shape);
    return [...sidesOfTurned(rect).map((at): Handle => ({ at, role: 'side' })), turnHandle(rect, away)];
  },

  pull(shape, handle, to, even) {
    const rect = rectOf(shape);
    return toPlaced(handle < 4 ? pulledSide(rect, handle, to, even) : turnedTo(rect, to, even));
  },

  move: ({ points, rotation = 0 }, by) => ({
    points: [plus(points[0] as Point, by), points[1] as Point],
    rotation,
  }),

  from([a, b], even) {
    if (!a || !b) return null;
    const to = evenly(a, b, even);
    if (a[0] === to[0] || a[1] === to[1]) return null;
    const { left, top, right, bottom } = boundsOf([a, to]);
    return toPlaced({ middle: middle(a, to), width: right - left, height: bottom - top, angle: 0 });
  },

  turn: (shape, degrees) => {
    const rect = rectOf(shape);
    return toPlaced({ ...rect, angle: rect.angle + degrees });
  },
};
