/** The segments of one recording while somebody works on them. */
import type { Merging } from '../../kind';
import type { Answer, ProjectDetail } from '../../wire';
import { specsOf, withKnown } from '../attributes/attributes';
import { Identities } from '../marks/identities';
import { habits } from './habits.svelte';
import {
  fitted,
  hasTranscripts,
  inOrder,
  joined,
  mayOverlap,
  milli,
  parted,
  segmentsOf,
  SHORTEST,
  within,
  type Segment,
  type Stretch,
} from './segment';

export interface Marked {
  id: number;
  segment: Segment;
}

export type Edge = 'start' | 'end';

export interface TrackProps {
  project: ProjectDetail;
  draft: () => Answer | null;
  change: (answer: Answer, how?: Merging) => void;
  closed: () => boolean;
  duration: () => number;
}

export class Track {
  picked = $state<number | null>(null);
  /** Whether it was picked by hand; what was just marked is picked too, but label keys are for what comes next. */
  byHand = $state(false);
  /** The edge of what is picked that keys move. */
  edge = $state<Edge | null>(null);
  /** Where a segment was begun by key that has no end yet. */
  begun = $state<number | null>(null);

  readonly props: TrackProps;
  readonly #ids = new Identities<Segment>();
  readonly #marks = new WeakMap<Segment, Marked>();

  constructor(props: TrackProps) {
    this.props = props;
    const { classes } = props.project;
    if (!classes.some(({ name }) => name === habits.label)) habits.label = classes[0]?.name ?? '';
  }

  /** In the order of time. */
  readonly all = $derived.by<Marked[]>(() =>
    inOrder(segmentsOf(this.props.draft())).map((segment) => this.#mark(segment)),
  );
  readonly one = $derived(this.all.find(({ id }) => id === this.picked) ?? null);
  /** Whether labels are for what is picked, and not for what is marked next. */
  readonly editing = $derived(this.one !== null && this.byHand);

  get label(): string {
    return habits.label as string;
  }

  pick(id: number | null, byHand = true): void {
    if (id !== this.picked) this.edge = null;
    this.picked = id;
    this.byHand = byHand && id !== null;
  }

  /** Pick the next segment, or the one before, around the end; from nothing the one at a time. */
  pickNext(by: 1 | -1, time: number): Marked | null {
    const { all } = this;
    const at = all.findIndex(({ id }) => id === this.picked);
    const near = all.findIndex(({ segment }) => segment.end > time);
    const from = by > 0 ? (near < 0 ? 0 : near) : (near < 0 ? all.length : near) - 1;
    const next = all[at < 0 ? (from + all.length) % all.length : (at + by + all.length) % all.length] ?? null;
    if (next) this.pick(next.id);
    return next;
  }

  setLabel(label: string): void {
    if (this.props.closed()) return;
    if (this.editing) this.edit((segment) => this.#named(segment, label));
    habits.label = label;
  }

  /** Mark a stretch; where segments may not overlap, as much of it as is free. */
  add(stretch: Stretch, as: Partial<Segment> = {}): Segment | null {
    const free = this.#free(stretch, null);
    if (this.props.closed() || !free) return null;
    const words = hasTranscripts(this.props.project) ? { transcript: '' } : {};
    const segment: Segment = { ...free, label: this.label, ...words, ...as, ...free };
    this.#put([...this.all.map((one) => one.segment), segment]);
    this.pick(this.#ids.of(segment), false);
    return segment;
  }

  /** Begin a segment at a time, or move the start of what is picked there. */
  begin(time: number): void {
    if (this.props.closed()) return;
    if (this.one && this.editing) this.moveTo({ ...this.one.segment, start: time });
    else this.begun = milli(time);
  }

  /** End what was begun, or move the end of what is picked. */
  end(time: number): Segment | null {
    if (this.begun !== null) {
      const stretch = { start: Math.min(this.begun, time), end: Math.max(this.begun, time) };
      this.begun = null;
      return this.add(stretch);
    }
    if (this.one && !this.props.closed()) this.moveTo({ ...this.one.segment, end: time });
    return null;
  }

  /** Put what is picked elsewhere; where it does not fit it stays. */
  moveTo(stretch: Stretch, how?: Merging): void {
    const { one } = this;
    if (!one || this.props.closed()) return;
    const free = stretch.end - stretch.start >= SHORTEST ? this.#free(stretch, one.id) : null;
    if (free) this.edit((segment) => ({ ...segment, ...free }), how);
  }

  /** Go on to the next edge: start, end, none. */
  nextEdge(by: 1 | -1): void {
    if (!this.one || this.props.closed()) return;
    const edges: (Edge | null)[] = [null, 'start', 'end'];
    this.byHand = true;
    this.edge = edges[(edges.indexOf(this.edge) + by + 3) % 3] ?? null;
  }

  /** Move the edge that keys move. */
  nudge(seconds: number): void {
    const { one, edge } = this;
    if (!one || !edge) return;
    const moved = { ...one.segment, [edge]: milli(one.segment[edge] + seconds) };
    this.moveTo(moved, { merge: `${edge} ${one.id}` });
  }

  edit(by: (segment: Segment) => Segment, how?: Merging, id = this.picked): void {
    if (this.props.closed()) return;
    const next = this.all.map((one) =>
      one.id === id ? this.#ids.keep(one.id, by(one.segment)) : one.segment,
    );
    if (next.some((segment, at) => segment !== this.all[at]?.segment)) this.#put(next, how);
  }

  remove(): boolean {
    if (!this.one || this.props.closed()) return false;
    this.#put(this.all.filter(({ id }) => id !== this.picked).map(({ segment }) => segment));
    this.pick(null);
    return true;
  }

  /** Cut the picked segment, or the one at a time, in two. */
  part(time: number): boolean {
    const holds = ({ segment }: Marked) => segment.start < time && time < segment.end;
    const one = this.one && holds(this.one) ? this.one : this.all.find(holds);
    const parts = one && parted(one.segment, time);
    if (!one || !parts || this.props.closed()) return false;
    const rest = this.all.filter(({ id }) => id !== one.id).map(({ segment }) => segment);
    this.#put([...rest, this.#ids.keep(one.id, parts[0]), parts[1]]);
    this.pick(one.id);
    return true;
  }

  /** Join the picked segment with the next one. */
  join(): boolean {
    const at = this.all.findIndex(({ id }) => id === this.picked);
    const [one, next] = [this.all[at], this.all[at + 1]];
    if (at < 0 || !one || !next || this.props.closed()) return false;
    const rest = this.all.filter(({ id }) => id !== one.id && id !== next.id).map(({ segment }) => segment);
    this.#put([...rest, this.#ids.keep(one.id, joined(one.segment, next.segment))]);
    return true;
  }

  /** The same object for the same segment, so that what shows it can stand still while others change. */
  #mark(segment: Segment): Marked {
    const marked = this.#marks.get(segment) ?? { id: this.#ids.of(segment), segment };
    this.#marks.set(segment, marked);
    return marked;
  }

  #free(stretch: Stretch, but: number | null): Stretch | null {
    const inside = within(stretch, this.props.duration());
    if (!inside || mayOverlap(this.props.project)) return inside;
    const others = this.all.filter(({ id }) => id !== but).map(({ segment }) => segment);
    return fitted(inside, others, this.props.duration());
  }

  #named(segment: Segment, label: string): Segment {
    return segment.label === label
      ? segment
      : withKnown({ ...segment, label }, specsOf(this.props.project, label));
  }

  #put(segments: readonly Segment[], how?: Merging): void {
    this.props.change({ ...this.props.draft(), segments: inOrder(segments) }, how);
  }
}
