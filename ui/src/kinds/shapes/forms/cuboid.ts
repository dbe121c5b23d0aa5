/** A cuboid: the four corners of its front face, clockwise from the top left, and those of its back face. */
import { boundsOf, cornersOf, distance, hullOf, middle, minus, plus, turnOf, type Rect } from '../geometry';
import type { Point } from '../shape';
import { movePoints, type Form, type Handle, type Placed } from './form';
import { withPoint } from './points';

/** How far the back face is from the front face at least, in pixels of the image. */
const LEAST = 0.5;
/** The handle after the corners: the middle of the back face, by which all of it moves. */
const BACK = 8;

const cornersOfFace = ({ points }: Placed, from: number): Point[] => points.slice(from, from + 4) as Point[];
const frontOf = (shape: Placed): Point[] => cornersOfFace(shape, 0);
const backOf = (shape: Placed): Point[] => cornersOfFace(shape, 4);

const middleOf = ([a, b, c, d]: Point[]): Point =>
  middle(middle(a as Point, c as Point), middle(b as Point, d as Point));

/** The corner of a box on whose side of the middle a point is. */
function cornerTowards({ left, top, right, bottom }: Rect, [x, y]: Point): number {
  const isRight = x >= (left + right) / 2;
  if (y < (top + bottom) / 2) return isRight ? 1 : 0;
  return isRight ? 2 : 3;
}

/** A face without a dent, its corners clockwise. */
const isFace = (face: Point[]): boolean =>
  face.every(
    (corner, at) => turnOf(corner, face[(at + 1) % 4] as Point, face[(at + 2) % 4] as Point) > LEAST,
  );

const isDeep = (front: Point[], back: Point[]): boolean =>
  front.some((corner, at) => distance(corner, back[at] as Point) >= LEAST);

/** One face with a corner pulled; `even` keeps it an upright box. */
function pulledFace(face: Point[], corner: number, to: Point, even: boolean): Point[] {
  if (even) return cornersOf(boundsOf([face[(corner + 2) % 4] as Point, to]));
  return withPoint(face, corner, to) as Point[];
}

export const cuboid: Form = {
  drawn: 'face',
  closed: true,
  outline: (shape) => hullOf([...frontOf(shape), ...backOf(shape)]),

  inner(shape) {
    const [front, back, hull] = [frontOf(shape), backOf(shape), this.outline(shape)];
    const isSeen = back.map((corner) => hull.includes(corner));
    const edges = back.flatMap((corner, at) => {
      const next = (at + 1) % 4;
      return [
        { path: [front[at] as Point, corner], seen: isSeen[at] },
        { path: [corner, back[next] as Point], seen: isSeen[at] && isSeen[next] },
      ];
    });
    return {
      seen: [[...front, front[0] as Point], ...edges.filter(({ seen }) => seen).map(({ path }) => path)],
      behind: edges.filter(({ seen }) => !seen).map(({ path }) => path),
    };
  },

  /** The corners of the front, those of the back, and the middle of the back. */
  handles: (shape) => [
    ...frontOf(shape).map((at): Handle => ({ at, role: 'corner' })),
    ...backOf(shape).map((at): Handle => ({ at, role: 'vertex' })),
    { at: middleOf(backOf(shape)), role: 'side' },
  ],

  /** What would be no cuboid any more stays as it is. */
  pull(shape, handle, to, even) {
    let [front, back] = [frontOf(shape), backOf(shape)];
    if (handle === BACK) back = movePoints(back, minus(to, middleOf(back))) as Point[];
    else if (handle < 4) front = pulledFace(front, handle, to, even);
    else back = pulledFace(back, handle - 4, to, even);
    const fits = isFace(handle < 4 ? front : back) && isDeep(front, back);
    return fits ? { points: [...front, ...back] } : { points: shape.points };
  },

  move: ({ points }, by) => ({ points: movePoints(points, by) }),

  /** The back face is like the front face; flat as long as its place is not clicked yet. */
  from([a, b, reach]) {
    if (!a || !b || a[0] === b[0] || a[1] === b[1]) return null;
    const rect = boundsOf([a, b]);
    const front = cornersOf(rect);
    const by = reach ? minus(reach, front[cornerTowards(rect, reach)] as Point) : ([0, 0] as const);
    const back = front.map((corner) => plus(corner, by));
    return reach && !isDeep(front, back) ? null : { points: [...front, ...back] };
  },
};
