/** What pointers do on the stage: draw, pick, pull, move, pan and zoom. Places are pixels of the image unless said. */
import { habits } from './habits.svelte';
import type { Board, Marked } from './board.svelte';
import { formOf } from './forms';
import { boundsOf, distance, isInside, minus, simplified, type Rect } from './geometry';
import { meant, sideAt, touched, within } from './picking';
import { isPlaced, rulesOf, type Point, type Shape } from './shape';
import { snapped } from './snapping';
import type { View } from './view.svelte';

/** Screen pixels. */
const REACH = { drag: 4, handle: 10, pick: 5, snap: 8, close: 10, trace: 6, turn: 26 };
/** On a shape smaller than this its handles leave room to take hold of it. */
const SMALL = 30;

interface Modifiers {
  altKey: boolean;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

/** What goes on between press and release; `to` is where the pointer is, `moved` whether it ever went away. */
interface Gesture {
  move?: (to: Point, how: Modifiers) => void;
  end: (to: Point, how: Modifiers, moved: boolean) => void;
}

/** What is beyond the board. */
interface Others {
  /** Shapes that a model proposes, to be taken over by a click. */
  proposed: () => readonly Shape[];
  onTake: (shape: Shape) => void;
  /** No shape more may be drawn. */
  onFull: () => void;
}

export class Pointing {
  /** Where the pointer is, or the cross that keys move; null where it is away. */
  at = $state.raw<Point | null>(null);
  /** Whether keys moved it last. */
  byKeys = $state(false);
  /** What is framed to be picked. */
  frame = $state.raw<Rect | null>(null);
  /** What the pointer would take hold of. */
  over = $state.raw<{ handle: number } | { shape: number } | null>(null);
  /** The shape of somebody else that a click would take over. */
  overGhost = $state.raw<Shape | null>(null);
  /** Something is pulled, moved or panned. */
  busy = $state<'pull' | 'move' | 'pan' | null>(null);

  readonly #board: Board;
  readonly #view: View;
  readonly #others: Others;
  #gesture: Gesture | null = null;
  #pressed: Point = [0, 0];
  #moved = false;
  #gestures = 0;

  constructor(board: Board, view: View, others: Others) {
    this.#board = board;
    this.#view = view;
    this.#others = others;
  }

  /** Screen pixels as pixels of the image. */
  #reach = (pixels: number) => pixels / this.#view.scale;

  /** How far from a shape is the handle that turns it. */
  get turnAway(): number {
    return this.#reach(REACH.turn);
  }

  press(at: Point, how: Modifiers, panning: boolean): void {
    this.#pressed = at;
    this.#moved = false;
    this.byKeys = false;
    this.#gestures += 1;
    this.#gesture = panning ? this.#panning(at) : this.#begin(at, how);
  }

  move(at: Point, how: Modifiers): void {
    const gesture = this.#gesture;
    this.at = gesture || !this.#snaps(how) ? at : this.snap(at);
    this.byKeys = false;
    if (!gesture) return void (this.over = this.#under(at));
    if (!this.#moved && distance(at, this.#pressed) < this.#reach(REACH.drag)) return;
    this.#moved = true;
    gesture.move?.(at, how);
  }

  release(at: Point, how: Modifiers): void {
    const gesture = this.#gesture;
    this.#gesture = null;
    this.busy = null;
    this.frame = null;
    gesture?.end(at, how, this.#moved);
    this.over = this.#under(at);
  }

  /** Another finger came, or the browser took over: nothing was meant. */
  cancel(): void {
    this.#gesture = null;
    this.busy = null;
    this.frame = null;
    this.#board.live = null;
  }

  leave(): void {
    if (!this.byKeys) this.at = null;
    this.over = null;
  }

  twice(at: Point): void {
    const board = this.#board;
    if (board.drawing) {
      if (board.canEnd) board.end();
      return;
    }
    const { only } = board;
    if (only && board.movable.length && this.#alter(only, at)) return;
    if (board.tool !== 'pick' || touched(board.shown, at, this.#reach(REACH.pick)).length) return;
    if (this.#view.isFit) this.#view.zoom(2.5, this.#view.toScreen(at));
    else this.#view.fit();
  }

  /** A point met by what is near it, with the shape at work left out. Joints meet nothing, boxes only the border. */
  snap(at: Point, type = this.#board.tool, but: number | null = null): Point {
    if (type === 'keypoints' || type === 'point' || type === 'pick') return at;
    const meets = type === 'polygon' || type === 'line';
    const others = this.#board.shown.filter(({ id, shape }) => id !== but && shape.type !== 'ellipse');
    const targets = others.map(({ shape }) => ({
      outline: formOf(shape).outline(shape),
      closed: formOf(shape).closed,
    }));
    const begun = { outline: this.#board.drawing?.points.slice(0, 1).filter(isPlaced) ?? [], closed: false };
    const reach = this.#reach(REACH.snap);
    return snapped(at, meets ? [...targets, begun] : [], this.#view.place, reach) ?? at;
  }

  #snaps = (how: Modifiers) => habits.snapping && !how.altKey && this.#board.tool !== 'pick';

  #begin(at: Point, how: Modifiers): Gesture {
    const board = this.#board;
    const { only } = board;
    if (board.props.closed()) return this.#looking(at);
    if (only && board.joint !== null) return { end: (to) => board.setJoint(only, board.joint as number, to) };
    const handle = board.drawing ? null : this.#handleAt(at);
    if (handle !== null && only) return this.#pulling(only, handle);
    if (board.drawing) return this.#drawing(at, how);
    const side = this.#middleAt(at);
    if (side !== null && only) return this.#parting(only, side, at);
    if (board.tool === 'pick' || how.ctrlKey || how.metaKey || this.#isOnPicked(at))
      return this.#picking(at, how);
    if (board.full) this.#others.onFull();
    return board.full ? this.#picking(at, how) : this.#drawing(at, how);
  }

  #looking(at: Point): Gesture {
    return { ...this.#panning(at), end: (to, how, moved) => moved || this.#pickAt(to, how) };
  }

  #panning(from: Point): Gesture {
    return {
      move: (to) => {
        this.busy = 'pan';
        const [dx, dy] = minus(to, from);
        this.#view.pan(dx * this.#view.scale, dy * this.#view.scale);
      },
      end: () => {},
    };
  }

  #pulling(one: Marked, handle: number, merge?: string): Gesture {
    const board = this.#board;
    board.handle = handle;
    return {
      move: (to, how) => {
        this.busy = 'pull';
        const at = habits.snapping && !how.altKey ? this.snap(to, one.shape.type, one.id) : to;
        board.live = new Map([[one.id, board.pulled(one, handle, at, how.shiftKey)]]);
      },
      end: () => board.settle(merge ? { merge } : undefined),
    };
  }

  /** Pull a new corner out of the middle of a side. */
  #parting(one: Marked, after: number, at: Point): Gesture {
    const board = this.#board;
    const merge = `corner ${this.#gestures}`;
    board.insert(one, after, at, { merge });
    const parted = board.only;
    return parted ? this.#pulling(parted, after + 1, merge) : this.#panning(at);
  }

  #picking(at: Point, how: Modifiers): Gesture {
    const there = this.#touched(at);
    if (!there.length) return this.#framing(at, how);
    const board = this.#board;
    const hold = there.some(({ id }) => board.picked.has(id));
    if (!hold && !how.shiftKey) board.pick([(there[0] as Marked).id]);
    if (hold) board.byHand = true;
    return {
      move: (to) => {
        this.busy = 'move';
        board.live = board.moved(minus(to, at));
      },
      end: (to, after, moved) => {
        if (moved) board.settle();
        else if (hold || how.shiftKey) this.#pickAt(to, after);
      },
    };
  }

  #pickAt(at: Point, how: Modifiers): void {
    const one = meant(this.#touched(at), how.shiftKey ? new Set() : this.#board.picked);
    const proposed = one ? null : this.#proposedAt(at);
    if (one) this.#board.pick([one.id], { more: how.shiftKey });
    else if (proposed) this.#others.onTake(proposed);
    else if (!how.shiftKey) this.#board.letGo();
  }

  /** On nothing: move the image where it is larger than its place, else frame what to pick. */
  #framing(from: Point, how: Modifiers): Gesture {
    const board = this.#board;
    const frames = how.shiftKey || this.#view.isFit;
    const pan = this.#panning(from);
    return {
      move: (to, now) => {
        if (frames) this.frame = boundsOf([from, to]);
        else pan.move?.(to, now);
      },
      end: (to, now, moved) => {
        if (moved && frames) {
          const found = within(board.shown, boundsOf([from, to])).map(({ id }) => id);
          board.pick(how.shiftKey ? [...board.picked, ...found] : found);
        } else if (!moved) this.#pickAt(to, now);
      },
    };
  }

  #drawing(at: Point, how: Modifiers): Gesture {
    const drawn = formOf({ type: this.#board.tool as Shape['type'] }).drawn;
    return drawn === 'points' ? this.#placing(at, how) : this.#dragging(at, how);
  }

  /** Drag from corner to corner, or click here and there; a click on a shape picks it. */
  #dragging(from: Point, how: Modifiers): Gesture {
    const board = this.#board;
    const near = (at: Point, by: Modifiers) => (this.#snaps(by) ? this.snap(at) : at);
    const begun = board.drawing !== null;
    return {
      move: (to, now) => {
        if (!board.drawing) board.put(near(from, how));
        this.at = near(to, now);
      },
      end: (to, now, moved) => {
        if (begun || moved) return board.put(near(to, now), now.shiftKey);
        if (this.#touched(to).length || this.#proposedAt(to)) this.#pickAt(to, now);
        else if (board.byHand) board.letGo();
        else board.put(near(to, now));
      },
    };
  }

  /** Place point by point, or trace a path while pressing. */
  #placing(at: Point, how: Modifiers): Gesture {
    const board = this.#board;
    if (board.byHand) board.letGo();
    if (this.#closes(at)) return { end: () => void board.end() };
    const last = board.drawing?.points.at(-1);
    const again = last && distance(last, at) < this.#reach(REACH.drag);
    if (!again) board.put(this.#snaps(how) ? this.snap(at) : at);
    const before = board.drawing?.points.length ?? 0;
    return { move: (to) => this.#trace(to, before), end: () => this.#smooth(before) };
  }

  #trace(to: Point, before: number): void {
    const { drawing } = this.#board;
    const last = drawing?.points.at(-1);
    if (!drawing || !last || !before || !['polygon', 'line'].includes(drawing.type)) return;
    if (distance(last, to) >= this.#reach(REACH.trace)) this.#board.put(to);
  }

  /** Leave out what a traced path does not need. */
  #smooth(before: number): void {
    const board = this.#board;
    const { drawing } = board;
    if (!drawing || drawing.points.length <= before) return;
    const [kept, traced] = [drawing.points.slice(0, before - 1), drawing.points.slice(before - 1)];
    board.drawing = { ...drawing, points: [...kept, ...simplified(traced as Point[], this.#reach(1.5))] };
  }

  /** Whether a click here closes the polygon that is drawn. */
  #closes(at: Point): boolean {
    const { drawing } = this.#board;
    const first = drawing?.points[0];
    const closes = drawing?.type === 'polygon' && drawing.points.length > 2;
    return Boolean(closes && first && distance(first, at) <= this.#reach(REACH.close));
  }

  /** Take out the corner under the pointer, or make one on the side under it. */
  #alter(only: Marked, at: Point): boolean {
    const handle = this.#handleAt(at);
    if (handle !== null) return this.#board.removeHandle(only, handle);
    if (!['polygon', 'line'].includes(only.shape.type)) return false;
    const side = sideAt(only.shape, at, this.#reach(REACH.pick));
    if (side) this.#board.insert(only, side.after, side.at);
    return side !== null;
  }

  #touched(at: Point): Marked[] {
    const skeletons = rulesOf(this.#board.props.project).skeletons;
    return touched(this.#board.shown, at, this.#reach(REACH.pick), skeletons);
  }

  #proposedAt(at: Point): Shape | null {
    const proposed = this.#others.proposed().map((shape, id) => ({ id, shape }));
    return touched(proposed, at, this.#reach(REACH.pick))[0]?.shape ?? null;
  }

  #isOnPicked(at: Point): boolean {
    const board = this.#board;
    return board.editing && this.#touched(at).some(({ id }) => board.picked.has(id));
  }

  #under(at: Point): Pointing['over'] {
    const handle = this.#board.drawing ? null : this.#handleAt(at);
    this.overGhost = null;
    if (handle !== null) return { handle };
    const one = this.#board.drawing ? null : this.#touched(at)[0];
    const takes = ['pick', 'box', 'ellipse', 'rotated_box', 'cuboid'].includes(this.#board.tool);
    this.overGhost = one || this.#board.drawing || !takes ? null : this.#proposedAt(at);
    return one ? { shape: one.id } : null;
  }

  #handleAt(at: Point): number | null {
    const one = this.#board.movable.length === 1 && this.#board.only;
    if (!one) return null;
    const { shape } = one;
    const outline = formOf(shape).outline(shape);
    const { left, top, right, bottom } = boundsOf(outline);
    const small = Math.min(right - left, bottom - top) < this.#reach(SMALL) && isInside(outline, at);
    const reach = this.#reach(small ? REACH.drag : REACH.handle);
    const away = formOf(shape)
      .handles(shape, this.turnAway)
      .map((handle) => distance(handle.at, at));
    const nearest = Math.min(...away);
    return nearest <= reach ? away.indexOf(nearest) : null;
  }

  /** The side of the picked path whose middle is here. */
  #middleAt(at: Point): number | null {
    const { only, movable } = this.#board;
    if (!only || !movable.length || !['polygon', 'line'].includes(only.shape.type)) return null;
    const near = middlesOf(only.shape).findIndex(
      (middle) => distance(middle, at) <= this.#reach(REACH.pick + 1),
    );
    return near < 0 ? null : near;
  }
}

/** The middle of each side of a path. */
export function middlesOf(shape: Shape): Point[] {
  const points = formOf(shape).outline(shape);
  const next = formOf(shape).closed ? [...points.slice(1), points[0] as Point] : points.slice(1);
  return next.map(([x, y], at) => {
    const [a, b] = points[at] as Point;
    return [(a + x) / 2, (b + y) / 2];
  });
}
