/** The shapes of one image while somebody works on them: what is picked, hidden, locked, pulled and being drawn. */
import type { Merging } from '../../kind';
import type { Answer, ProjectDetail } from '../../wire';
import { specsOf, withKnown } from '../attributes/attributes';
import { Identities } from '../marks/identities';
import { begin, canEnd, isComplete, placedOf, withNext, withoutLast, type Drawing } from './drawing';
import { formOf } from './forms';
import type { Placed } from './forms/form';
import { boundsOf, clamp, clampMove, type Rect } from './geometry';
import { clipboard, habits } from './habits.svelte';
import { withLinks } from './links';
import {
  rounded,
  rulesOf,
  shapesOf,
  typesOf,
  typesOfLabel,
  type Point,
  type Shape,
  type ShapeType,
} from './shape';

/** A shape with a number that stays its own while it changes; on the wire shapes have none. */
export interface Marked {
  id: number;
  shape: Shape;
}

export interface BoardProps {
  project: ProjectDetail;
  task: number;
  draft: () => Answer | null;
  change: (answer: Answer, how?: Merging) => void;
  /** Only to be looked at. */
  closed: () => boolean;
  /** The image, in its pixels. */
  place: () => Rect;
}

type Ids = ReadonlySet<number>;

/** How far pasted shapes are from those they were copied from, on the same image. */
const BESIDE: Point = [12, 12];

const toggled = (ids: Ids, changed: Iterable<number>, on: boolean): Ids => {
  const next = new Set(ids);
  for (const id of changed) on ? next.add(id) : next.delete(id);
  return next;
};

export class Board {
  picked = $state.raw<Ids>(new Set());
  /** Whether what is picked was picked by hand; what was just drawn is picked too, but keys are for what comes next. */
  byHand = $state(false);
  /** The handle of the picked shape that keys move. */
  handle = $state<number | null>(null);
  hidden = $state.raw<Ids>(new Set());
  fixed = $state.raw<Ids>(new Set());
  drawing = $state.raw<Drawing | null>(null);
  /** Where shapes are while they are pulled; they are changed when they are let go. */
  live = $state.raw<ReadonlyMap<number, Shape> | null>(null);
  /** The joint of the picked skeleton that the next click places. */
  joint = $state<number | null>(null);

  readonly props: BoardProps;
  readonly types: ShapeType[];
  readonly #ids = new Identities<Shape>();
  readonly #marks = new WeakMap<Shape, Marked>();

  constructor(props: BoardProps) {
    this.props = props;
    this.types = typesOf(props.project);
    const { classes } = props.project;
    if (!classes.some(({ name }) => name === habits.label)) habits.label = classes[0]?.name ?? '';
    if (habits.tool !== 'pick' && !this.types.includes(habits.tool as ShapeType)) habits.tool = null;
    habits.tool ??= this.#typeOf(this.label);
  }

  get label(): string {
    return habits.label as string;
  }

  get tool(): ShapeType | 'pick' {
    return habits.tool ?? 'pick';
  }

  /** The shapes of the draft, the last one on top. */
  readonly all = $derived.by(() => shapesOf(this.props.draft()).map((shape) => this.#mark(shape)));
  /** As they are on screen, with what is being pulled. */
  readonly shown = $derived.by(() => {
    const { live } = this;
    const there = this.all.filter(({ id }) => !this.hidden.has(id));
    const now = (one: Marked) => {
      const shape = live?.get(one.id);
      return shape ? { id: one.id, shape } : one;
    };
    return live ? there.map(now) : there;
  });
  readonly chosen = $derived(this.all.filter(({ id }) => this.picked.has(id)));
  /** The one shape that is picked, where it is one. */
  readonly only = $derived(this.chosen.length === 1 ? (this.chosen[0] as Marked) : null);
  readonly movable = $derived.by(() =>
    this.props.closed() ? [] : this.chosen.filter(({ id }) => !this.fixed.has(id) && !this.hidden.has(id)),
  );
  /** Whether keys and labels are for what is picked, and not for what is drawn next. */
  readonly editing = $derived(this.chosen.length > 0 && (this.byHand || this.tool === 'pick'));
  /** Whether more shapes may be drawn. */
  readonly full = $derived.by(() => this.all.length >= (rulesOf(this.props.project).most ?? 1000));

  // ── what is drawn next ──

  setTool(tool: ShapeType | 'pick'): void {
    if (this.props.closed()) return;
    this.drawing = null;
    this.joint = null;
    habits.tool = tool;
    if (tool === 'pick') return;
    if (this.byHand) this.letGo();
    if (!typesOfLabel(this.props.project, this.label).includes(tool)) {
      const able = this.props.project.classes.find(({ name }) =>
        typesOfLabel(this.props.project, name).includes(tool),
      );
      habits.label = able?.name ?? this.label;
    }
  }

  /** Name what is picked by hand, or what is drawn next. */
  setLabel(label: string): void {
    if (this.props.closed()) return;
    if (this.editing) this.edit(this.movable, (shape) => this.#named(shape, label));
    habits.label = label;
    if (this.tool !== 'pick' && !typesOfLabel(this.props.project, label).includes(this.tool))
      habits.tool = this.#typeOf(label);
    if (this.drawing) this.drawing = this.#renamed(this.drawing, label);
  }

  /** Whether every shape that would be named may be a label's. */
  mayBe(label: string): boolean {
    const types = typesOfLabel(this.props.project, label);
    return !this.editing || this.movable.every(({ shape }) => this.#fits(shape, label, types));
  }

  /** Put down a point of what is being drawn; begin with it where nothing is. */
  put(at: Point | null, even = false): void {
    if (this.props.closed() || this.tool === 'pick' || this.full) return;
    const { most_points } = rulesOf(this.props.project);
    const begun = this.drawing ?? begin(this.tool, this.label, this.#joints(this.label), most_points);
    this.drawing = withNext(begun, at && rounded(clamp(at, this.props.place())));
    if (isComplete(this.drawing)) this.end(even);
  }

  /** Take what is drawn as complete; without extent it is dropped. */
  end(even = false): Shape | null {
    const { drawing } = this;
    this.drawing = null;
    const placed = drawing && placedOf(drawing, null, even);
    if (!drawing || !placed) return null;
    const shape: Shape = { type: drawing.type, label: drawing.label, ...this.#rounded(placed) };
    this.add([shape], false);
    return shape;
  }

  get canEnd(): boolean {
    return this.drawing !== null && canEnd(this.drawing);
  }

  takeBackPoint(): void {
    if (!this.drawing) return;
    const before = withoutLast(this.drawing);
    this.drawing = before.points.length ? before : null;
  }

  // ── picking ──

  pick(ids: Iterable<number>, { byHand = true, more = false } = {}): void {
    const wanted = [...ids];
    const on = !more || !wanted.every((id) => this.picked.has(id));
    this.picked = more ? toggled(this.picked, wanted, on) : new Set(wanted);
    this.byHand = byHand && this.picked.size > 0;
    this.handle = null;
    this.joint = null;
  }

  letGo(): void {
    this.pick([]);
  }

  /** Pick the next shape, or the one before, around the end. */
  pickNext(by: 1 | -1): void {
    const there = this.all.filter(({ id }) => !this.hidden.has(id));
    if (!there.length) return;
    const at = there.findIndex(({ id }) => this.picked.has(id));
    const next = at < 0 ? (by > 0 ? 0 : there.length - 1) : (at + by + there.length) % there.length;
    this.pick([(there[next] as Marked).id]);
  }

  /** Go on to the next handle of the picked shape. */
  nextHandle(by: 1 | -1): void {
    const one = this.movable.length === 1 ? this.movable[0] : null;
    if (!one) return;
    const count = formOf(one.shape).handles(one.shape, 1).length;
    const at = this.handle ?? (by > 0 ? -1 : count);
    this.byHand = true;
    this.handle = (at + by + count) % count;
  }

  // ── changing ──

  /** Add shapes; where they are not `ofHere`, what they are linked to is not here, either. */
  add(shapes: readonly Shape[], byHand = true, ofHere = false): void {
    const copies = shapes.map((shape) => ({
      ...(ofHere ? shape : withLinks(this.props.project, shape, () => undefined)),
    }));
    const ids = copies.map((shape) => this.#mark(shape).id);
    this.#put([...shapesOf(this.props.draft()), ...copies]);
    this.pick(ids, { byHand });
  }

  /** Put what `by` makes of some shapes in their place. */
  edit(which: readonly Marked[], by: (shape: Shape) => Shape, how?: Merging): void {
    if (this.props.closed() || !which.length) return;
    const ids = new Set(which.map(({ id }) => id));
    const next = this.all.map(({ id, shape }) => (ids.has(id) ? this.#ids.keep(id, by(shape)) : shape));
    if (next.some((shape, at) => shape !== this.all[at]?.shape)) this.#put(next, how);
  }

  remove(): void {
    const gone = new Set(this.movable.map(({ id }) => id));
    if (!gone.size) return;
    this.#reorder(this.all.filter(({ id }) => !gone.has(id)));
    this.letGo();
  }

  /** Where the movable shapes are after a movement that keeps them on the image. */
  moved(by: Point): Map<number, Shape> {
    const outlines = this.movable.flatMap(({ shape }) => formOf(shape).outline(shape));
    const kept = outlines.length ? clampMove(boundsOf(outlines), by, this.props.place()) : by;
    return new Map(
      this.movable.map(({ id, shape }) => [id, this.#as(shape, formOf(shape).move(shape, kept))]),
    );
  }

  /** A shape with one of its handles pulled to a point. */
  pulled({ shape }: Marked, handle: number, to: Point, even: boolean): Shape {
    const form = formOf(shape);
    const turns = form.handles(shape, 1)[handle]?.role === 'turn';
    return this.#as(shape, form.pull(shape, handle, turns ? to : clamp(to, this.props.place()), even));
  }

  /** Let go of what is pulled: it stays where it is. */
  settle(how?: Merging): void {
    const { live } = this;
    this.live = null;
    if (live) this.edit(this.#of(live.keys()), (shape) => live.get(this.#ids.of(shape)) ?? shape, how);
  }

  /** Move what is picked, or its handle, by keys. */
  nudge(by: Point): void {
    const one = this.movable.length === 1 ? this.movable[0] : null;
    const merge = `nudge ${[...this.picked].join()} ${this.handle}`;
    if (one && this.handle !== null) {
      const { at } = formOf(one.shape).handles(one.shape, 1)[this.handle] as { at: Point };
      this.live = new Map([[one.id, this.pulled(one, this.handle, [at[0] + by[0], at[1] + by[1]], false)]]);
    } else this.live = this.moved(by);
    this.settle({ merge });
  }

  turn(degrees: number): void {
    const turned = (shape: Shape) => {
      const placed = formOf(shape).turn?.(shape, degrees);
      return placed ? this.#as(shape, placed) : shape;
    };
    this.edit(this.movable, turned, { merge: `turn ${[...this.picked].join()}` });
  }

  /** Bring what is picked to the front, or send it to the back. */
  raise(up: boolean): void {
    const picked = this.movable;
    const rest = this.all.filter((one) => !picked.includes(one));
    if (picked.length && rest.length) this.#reorder(up ? [...rest, ...picked] : [...picked, ...rest]);
  }

  copy(): number {
    clipboard.shapes = this.chosen.map(({ shape }) => shape);
    clipboard.task = this.props.task;
    return clipboard.shapes.length;
  }

  /** Paste what was copied: beside it on the same image, at the same place on another. */
  paste(): number {
    return this.#addCopies(clipboard.shapes, clipboard.task === this.props.task);
  }

  duplicate(): number {
    return this.#addCopies(
      this.chosen.map(({ shape }) => shape),
      true,
    );
  }

  // ── what is seen and held ──

  /** Hide what is picked, or all; show it again where it is hidden. */
  hide(which: readonly Marked[] = this.chosen.length ? this.chosen : this.all): boolean {
    const on = which.some(({ id }) => !this.hidden.has(id));
    this.hidden = toggled(this.hidden, which.map(({ id }) => id), on); // prettier-ignore
    return on;
  }

  /** Lock what is picked against changes, or unlock it. */
  fix(which: readonly Marked[] = this.chosen): boolean {
    const on = which.some(({ id }) => !this.fixed.has(id));
    this.fixed = toggled(this.fixed, which.map(({ id }) => id), on); // prettier-ignore
    return on;
  }

  // ── corners of a path ──

  /** Add a corner to a path after another one; it is what keys move then. */
  insert({ id, shape }: Marked, after: number, at: Point, how?: Merging): void {
    const points = [...shape.points.slice(0, after + 1), rounded(at), ...shape.points.slice(after + 1)];
    this.edit(this.#of([id]), () => ({ ...shape, points }), how);
    this.handle = after + 1;
  }

  /** Take a corner out of a path, or a joint out of a skeleton, while enough are left. */
  removeHandle({ id, shape }: Marked, handle: number): boolean {
    const isJoint = shape.type === 'keypoints';
    if (!isJoint && !['polygon', 'line'].includes(shape.type)) return false;
    const index = shape.points.flatMap((at, place) => (at ? [place] : []))[handle] ?? -1;
    const left = shape.points.flatMap((at, place) => (place === index ? (isJoint ? [null] : []) : [at]));
    if (!formOf(shape).from(left, false)) return false;
    this.edit(this.#of([id]), () => ({ ...shape, points: left }));
    this.handle = null;
    return true;
  }

  /** Place a joint that was not seen, or take it back. */
  setJoint({ id, shape }: Marked, joint: number, at: Point | null): void {
    const point = at && rounded(clamp(at, this.props.place()));
    const points = shape.points.map((old, place) => (place === joint ? point : old));
    if (points.some(Boolean)) this.edit(this.#of([id]), () => ({ ...shape, points }));
    this.joint = null;
  }

  #put(shapes: readonly Shape[], how?: Merging): void {
    if (!this.props.closed()) this.props.change({ ...this.props.draft(), shapes }, how);
  }

  /** Some of the shapes in this order, still linked to each other. */
  #reorder(kept: readonly Marked[]): void {
    const places = new Map(kept.map(({ id }, place) => [id, place]));
    const to = (place: number) => places.get(this.all[place]?.id as number);
    this.#put(kept.map(({ id, shape }) => this.#ids.keep(id, withLinks(this.props.project, shape, to))));
  }

  /** The same object for the same shape, so that what shows it can stand still while others change. */
  #mark(shape: Shape): Marked {
    const marked = this.#marks.get(shape) ?? { id: this.#ids.of(shape), shape };
    this.#marks.set(shape, marked);
    return marked;
  }

  #of(ids: Iterable<number>): Marked[] {
    const wanted = new Set(ids);
    return this.all.filter(({ id }) => wanted.has(id));
  }

  #addCopies(shapes: readonly Shape[], beside: boolean): number {
    if (this.props.closed() || !shapes.length || this.full) return 0;
    const place = this.props.place();
    const copied = shapes.map((shape) => {
      const by = beside ? clampMove(boundsOf(formOf(shape).outline(shape)), BESIDE, place) : [0, 0];
      return this.#as(shape, formOf(shape).move(shape, by as Point));
    });
    this.add(copied, true, beside);
    return copied.length;
  }

  #as(shape: Shape, placed: Placed): Shape {
    return { ...shape, ...this.#rounded(placed) };
  }

  #rounded({ points, rotation }: Placed): Placed {
    const kept = points.map((point) => point && rounded(point));
    return rotation === undefined ? { points: kept } : { points: kept, rotation };
  }

  #typeOf(label: string): ShapeType {
    return typesOfLabel(this.props.project, label)[0] ?? 'box';
  }

  #joints(label: string): number {
    return rulesOf(this.props.project).skeletons?.[label]?.joints.length ?? 0;
  }

  #fits(shape: Shape, label: string, types: ShapeType[]): boolean {
    const alike = shape.type !== 'keypoints' || shape.points.length === this.#joints(label);
    return types.includes(shape.type) && alike;
  }

  /** With another label, where that may be; attributes that it does not have are left behind. */
  #named(shape: Shape, label: string): Shape {
    const fits = this.#fits(shape, label, typesOfLabel(this.props.project, label));
    if (!fits || shape.label === label) return shape;
    return withKnown({ ...shape, label }, specsOf(this.props.project, label));
  }

  #renamed(drawing: Drawing, label: string): Drawing | null {
    const fits = typesOfLabel(this.props.project, label).includes(drawing.type);
    return fits ? { ...drawing, label, joints: this.#joints(label) } : null;
  }
}
