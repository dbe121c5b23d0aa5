/** Every key of the screen, by group. Keys of one letter name what they do where a letter was free. */
import type { Binding } from '../../work/keys';
import type { Board } from './board.svelte';
import { formOf } from './forms';
import { boundsOf } from './geometry';
import { habits } from './habits.svelte';
import type { Pointing } from './pointing.svelte';
import type { Point, ShapeType } from './shape';
import type { View } from './view.svelte';
import { w as of } from '../marks/words';
import { w } from './words';

export const toolKeys: Record<ShapeType | 'pick', string> = {
  pick: 'v',
  box: 'b',
  rotated_box: 'o',
  polygon: 'p',
  line: 'l',
  keypoints: 'k',
  ellipse: 'e',
  point: 'd',
  cuboid: 'u', // of keypoints it says that a joint is not seen
};

const ARROWS: Record<string, Point> = {
  arrowleft: [-1, 0],
  arrowright: [1, 0],
  arrowup: [0, -1],
  arrowdown: [0, 1],
};
/** With Shift, and in screen pixels where the view is moved. */
const FAR = 10;
const VIEW_STEP = 60;
/** A key held down goes faster the longer it is held, up to so many steps at once. */
const FASTEST = 16;

export interface Desk {
  board: Board;
  view: View;
  pointing: Pointing;
  /** Words for those who listen. */
  say: (words: string) => void;
  /** Go to the attributes of what is picked. */
  toAttributes: () => void;
  setLight: () => void;
  /** Show or hide what others say. */
  compare: (() => void) | null;
}

export const toolBindings = ({ board, say }: Desk): Binding[] =>
  (['pick', ...board.types] as const).map((tool) => ({
    keys: [toolKeys[tool]],
    label: w().tool[tool],
    run: () => {
      if (tool === 'cuboid' && board.tool === 'keypoints') return board.put(null);
      board.setTool(tool);
      say(w().now.tool(w().tool[tool]));
    },
  }));

/** While something is drawn, or about to be: the cross is moved by arrows and puts down points. */
export const penBindings = (desk: Desk): Binding[] => [
  // Enter ends a path, again and again: once too often must not give the answer away.
  ...(endsByEnter(desk.board) ? [{ keys: ['enter'], label: null, run: () => desk.say(w().key.byCtrl) }] : []),
  {
    keys: [' '],
    label: w().key.put,
    run: ({ shiftKey }) => putDown(desk, shiftKey),
  },
];

/** What ends, shortens or drops what is being drawn. */
export const drawingBindings = ({ board, say }: Desk): Binding[] => [
  {
    keys: ['enter'],
    label: w().key.end,
    run: () => {
      if (board.canEnd && board.end()) say(w().now.drawn(board.all.length));
    },
  },
  { keys: ['backspace', 'ctrl+z'], label: w().key.backPoint, run: () => board.takeBackPoint(), held: true },
  ...(board.drawing?.type === 'keypoints'
    ? [{ keys: ['u'], label: w().key.unseen, run: () => board.put(null) }]
    : []),
  { keys: ['escape'], label: w().key.drop, run: () => (board.drawing = null) },
];

/** With something picked by hand, Escape lets go of it. */
export const holdingBindings = ({ board }: Desk): Binding[] => [
  {
    keys: ['escape'],
    label: w().key.letGo,
    run: () => {
      if (board.joint !== null) board.joint = null;
      else if (board.handle !== null) board.handle = null;
      else board.letGo();
    },
  },
];

export function shapeBindings({ board, say, toAttributes }: Desk): Binding[] {
  const pick = (by: 1 | -1) => () => {
    board.pickNext(by);
    const { only } = board;
    if (only) say(w().now.picked(only.shape.label, w().type[only.shape.type], board.all.indexOf(only) + 1));
  };
  const told = (count: number, words: (n: number) => string) => count && say(words(count));
  return [
    { keys: ['.'], label: w().key.next, run: pick(1), held: true },
    { keys: [','], label: w().key.previous, run: pick(-1), held: true },
    { keys: ['ctrl+a'], label: w().key.all, run: () => board.pick(board.all.map(({ id }) => id)) },
    { keys: ['arrows'], label: w().key.nudge, run: () => {} },
    {
      keys: ['j'],
      label: w().key.handle,
      run: ({ shiftKey }) => board.nextHandle(shiftKey ? -1 : 1),
      held: true,
    },
    { keys: ['i'], label: w().key.insert, run: () => insertAfter(board) },
    { keys: ['q', 'w'], label: w().key.turn, run: (event) => turn(board, event), held: true },
    { keys: ['delete', 'backspace'], label: w().key.remove, run: () => remove(board, say) },
    { keys: ['a'], label: w().key.attributes, run: toAttributes },
    { keys: ['ctrl+d'], label: w().key.duplicate, run: () => told(board.duplicate(), w().now.pasted) },
    { keys: ['ctrl+c'], label: w().key.copy, run: () => told(board.copy(), w().now.copied) },
    { keys: ['ctrl+x'], label: w().key.cut, run: () => board.copy() && board.remove() },
    { keys: ['ctrl+v'], label: w().key.paste, run: () => told(board.paste(), w().now.pasted) },
    { keys: ['pageup'], label: w().key.front, run: () => board.raise(true) },
    { keys: ['pagedown'], label: w().key.back, run: () => board.raise(false) },
    { keys: ['x'], label: w().key.lock, run: () => board.fix() },
  ];
}

/** What may be done where nothing can be changed, too. */
export const viewBindings = (desk: Desk): Binding[] => {
  const { board, view, compare } = desk;
  const arrows = Object.keys(ARROWS);
  return [
    { keys: ['+', '='], label: w().zoomIn, run: () => view.zoom(1.5), held: true },
    { keys: ['-'], label: w().zoomOut, run: () => view.zoom(1 / 1.5), held: true },
    { keys: ['0'], label: w().fit, run: () => view.fit() },
    { keys: ['f'], label: w().key.frame, run: () => frame(desk) },
    { keys: ['ctrl+arrows'], label: w().key.pan, run: () => {} },
    { keys: arrows.map((key) => `ctrl+${key}`), label: null, run: (event) => pan(view, event), held: true },
    { keys: arrows, label: null, run: (event) => go(desk, event), held: true },
    { keys: ['h'], label: w().key.hide, run: () => board.hide() },
    { keys: ['t'], label: w().tags, run: () => (habits.tags = !habits.tags) },
    { keys: ['c'], label: w().crosshair, run: () => (habits.crosshair = !habits.crosshair) },
    { keys: ['n'], label: w().snapping, run: () => (habits.snapping = !habits.snapping) },
    { keys: ['y'], label: w().light, run: desk.setLight },
    ...(compare ? [{ keys: ['z'], label: of().compare, run: compare }] : []),
  ];
};

function putDown({ board, view, pointing, say }: Desk, even: boolean): void {
  if (board.tool === 'pick' && board.joint === null) return;
  const at = pointing.at ?? view.toImage([view.stage.width / 2, view.stage.height / 2]);
  pointing.at = at;
  pointing.byKeys = true;
  if (board.only && board.joint !== null) return board.setJoint(board.only, board.joint, at);
  if (board.full) return say(w().full(board.all.length));
  const before = board.all.length;
  board.put(at, even);
  if (board.all.length > before) say(w().now.drawn(board.all.length));
}

const endsByEnter = ({ tool }: Board): boolean => ['polygon', 'line', 'keypoints'].includes(tool);

const arrowOf = (event: KeyboardEvent): Point => ARROWS[event.key.toLowerCase()] as Point;

function pan(view: View, event: KeyboardEvent): void {
  const [dx, dy] = arrowOf(event);
  view.pan(-dx * VIEW_STEP, -dy * VIEW_STEP);
}

let held = 0;

/** Arrows move what is picked; while drawing they move the cross; else the view. */
function go({ board, view, pointing }: Desk, event: KeyboardEvent): void {
  held = event.repeat ? held + 1 : 0;
  const faster = Math.min(FASTEST, 1 + Math.floor(held / 6));
  const steps = (event.shiftKey ? FAR : 1) * faster;
  const [dx, dy] = arrowOf(event);
  if (board.movable.length && board.editing && board.joint === null)
    return board.nudge([dx * steps, dy * steps]);
  if ((board.tool === 'pick' && board.joint === null) || board.props.closed()) return pan(view, event);
  const pixel = Math.max(1, Math.round(1 / view.scale));
  const { right, bottom } = view.place;
  const from = pointing.at ?? view.toImage([view.stage.width / 2, view.stage.height / 2]);
  const to = (value: number, by: number, end: number) =>
    Math.max(0, Math.min(end, Math.round(value) + by * steps * pixel));
  pointing.at = [to(from[0], dx, right), to(from[1], dy, bottom)];
  pointing.byKeys = true;
}

function frame({ board, view }: Desk): void {
  const shapes = board.chosen.length ? board.chosen : board.all;
  if (shapes.length) view.frame(boundsOf(shapes.flatMap(({ shape }) => formOf(shape).outline(shape))));
}

function insertAfter(board: Board): void {
  const { only } = board;
  if (!only || !board.movable.length || !['polygon', 'line'].includes(only.shape.type)) return;
  const { points } = only.shape;
  const after = board.handle ?? 0;
  const [a, b] = [points[after], points[after + 1] ?? (only.shape.type === 'polygon' ? points[0] : null)];
  if (a && b) board.insert(only, after, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
}

function turn(board: Board, { key, shiftKey }: KeyboardEvent): void {
  board.turn((key.toLowerCase() === 'q' ? -1 : 1) * (shiftKey ? 15 : 1));
}

function remove(board: Board, say: (words: string) => void): void {
  const { only, handle, movable } = board;
  if (only && handle !== null && board.removeHandle(only, handle)) return;
  if (!movable.length) return;
  board.remove();
  say(w().now.removed(movable.length));
}
