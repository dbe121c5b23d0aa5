/** One text being marked: what is selected and picked, and what is done to its spans and relations. */
import type { KindProps } from '../../kind';
import { list } from '../../messages/index.svelte';
import { Offsets } from '../codepoints';
import {
  added,
  changed,
  freeId,
  inTheWay,
  joining,
  read,
  relationKinds,
  removed,
  sameSpan,
  spansAt,
  tidy,
  toggled,
  wordOf,
  written,
  type Marked,
  type Relation,
  type Span,
} from './answers';
import { marksOf } from './marks';
import { extended, nudged, selecting, stepped, turned, type Selection } from './selection';
import { sameStretch, snapped, trimmed, wordsOf, type Stretch } from './text';
import { w } from './words';

export type Step = 1 | -1;

/** The text on screen, which knows its lines. */
export interface View {
  reveal: (stretch: Stretch) => void;
  wordBeside: (line: Step) => Stretch | null;
}

export class Marking {
  selection = $state.raw<Selection | null>(null);
  pickedId = $state<string | null>(null);
  /** The label that the next selection by mouse gets. */
  armed = $state<string | null>(null);
  /** The span that is being related to another. */
  relatingId = $state<string | null>(null);
  /** Why something was not done. */
  caution = $state('');
  /** For screen readers: what was done, and where one is. */
  said = $state('');
  view: View | undefined;
  /** Proposed spans that were taken over: what is then removed of them is not proposed again. */
  #taken = $state.raw<ReadonlySet<string>>(new Set());
  readonly #given: () => KindProps;

  readonly text = $derived.by(() => this.#given().task.item.text ?? '');
  readonly words = $derived(wordsOf(this.text));
  readonly #offsets = $derived(new Offsets(this.text));
  readonly kinds = $derived.by(() => relationKinds(this.#given().project));
  readonly marked = $derived.by(() => read(this.#given().draft, this.#offsets));
  readonly closed = $derived.by(() => this.#given().locked === true || this.#given().told?.by === 'training');

  readonly #proposed = $derived.by(() => {
    const { told, task } = this.#given();
    return told || !task.proposal ? [] : read(task.proposal.answer, this.#offsets).spans;
  });
  readonly #right = $derived.by(() => {
    const right = this.#given().told?.right;
    return right ? read(right, this.#offsets).spans : null;
  });
  readonly #places = $derived.by(
    () => new Map(this.#given().project.classes.map(({ name }, place) => [name, place])),
  );
  readonly marks = $derived(
    marksOf({
      own: this.marked.spans,
      proposed: this.closed ? [] : this.#proposed.filter((span) => !this.#taken.has(wordOf(span))),
      right: this.#right,
      places: this.#places,
    }),
  );

  readonly picked = $derived(this.#spanOf(this.pickedId));
  readonly relating = $derived(this.#spanOf(this.relatingId));
  /** The relations that may lead from the one to the other. */
  readonly possible = $derived(joining(this.kinds, this.relating, this.picked));
  readonly chosenLabel = $derived(this.picked?.label ?? (this.selection ? null : this.armed));
  /** Whether there is something to let go of. */
  readonly holds = $derived(this.selection !== null || this.armed !== null || this.relatingId !== null);

  constructor(given: () => KindProps) {
    this.#given = given;
  }

  /** A new task is shown; the armed label stays armed. */
  begin(): void {
    this.#forget();
    this.said = '';
    this.#taken = new Set();
  }

  /** To be called when the draft has changed. */
  noteProposal(): void {
    const said = new Set(this.marked.spans.map(wordOf));
    const fresh = this.#proposed.map(wordOf).filter((word) => said.has(word) && !this.#taken.has(word));
    if (fresh.length) this.#taken = new Set([...this.#taken, ...fresh]);
  }

  wordsIn({ start, end }: Stretch): string {
    return this.text.slice(start, end).replace(/\s+/g, ' ');
  }

  #spanOf(id: string | null): Span | undefined {
    return this.marked.spans.find((span) => span.id === id);
  }

  #put(next: Marked, merge: false | string = false): void {
    const { change, project } = this.#given();
    this.caution = '';
    change(written(tidy(next, this.kinds), this.#offsets, project), { merge });
  }

  #refuse(why: string): void {
    this.said = this.caution = why;
  }

  /** Whether a stretch may be a span; says why where it may not. */
  #isFree(stretch: Stretch, but: string | null): boolean {
    const apart = this.#given().project.options.overlap === false;
    const other = apart ? inTheWay(this.marked.spans, stretch, but) : undefined;
    if (other) this.#refuse(w().overlaps(other.label));
    return !other;
  }

  // ── labels ──

  /** Relabel the span that is picked, or mark what is selected; with neither, arm the label. */
  label = (name: string): void => {
    if (this.closed || this.relating) return;
    const { selection } = this;
    const apart = this.#given().project.options.overlap === false;
    const same = apart && selection && this.marked.spans.find((span) => sameStretch(span, selection));
    const target = this.picked ?? same;
    if (target) {
      this.#put(changed(this.marked, target.id, { label: name }));
      this.pickedId = target.id;
      this.said = w().now.marked(this.wordsIn(target), name);
    } else if (selection) this.#mark(selection, name);
    else this.armed = this.armed === name ? null : name;
  };

  #mark({ start, end }: Stretch, name: string): void {
    if (!this.#isFree({ start, end }, null)) return;
    const span = { id: freeId(this.marked.spans), start, end, label: name };
    const there = this.marked.spans.find((each) => sameSpan(each, span));
    if (!there) this.#put(added(this.marked, span));
    this.pickedId = there?.id ?? span.id;
    this.selection = selecting(span);
    this.said = w().now.marked(this.wordsIn(span), name);
  }

  /** Remove a span; without one, the shortest at what is selected. */
  remove = (id: string | null): void => {
    const here = this.selection ? spansAt(this.marked.spans, this.selection.start)[0] : undefined;
    const span = this.#spanOf(id) ?? here;
    if (this.closed || !span) return;
    this.#put(removed(this.marked, span.id));
    if (span.id === this.pickedId) this.pickedId = null;
    if (span.id === this.relatingId) this.relatingId = null;
    this.said = w().now.removed(this.wordsIn(span), span.label);
  };

  // ── picking and selecting ──

  /** Pick a span; what somebody else says is made one's own. */
  pick = (id: string): void => {
    const found = this.marks.find((each) => each.id === id);
    if (!found) return;
    if (found.by !== 'person' && !this.closed) return this.#mark(found, found.label);
    this.pickedId = id;
    this.selection = selecting(found);
    this.caution = '';
    this.view?.reveal(found);
    const own = this.marks.filter(({ by }) => by === 'person');
    const place = w().now.place(own.findIndex((each) => each.id === id) + 1, own.length);
    this.said = w().now.picked(this.wordsIn(found), found.label, place);
    const { relating } = this;
    if (relating && id !== relating.id && !this.possible.length)
      this.#refuse(w().noRelation(relating.label, found.label));
  };

  #select(next: Selection | null): void {
    if (!next) return;
    const stays = this.selection && sameStretch(next, this.selection);
    this.selection = next;
    this.pickedId = null;
    this.caution = '';
    this.view?.reveal(next);
    const labels = spansAt(this.marked.spans, next.start).map((span) => span.label);
    this.said = stays ? w().now.ended : w().now.word(this.wordsIn(next), list(labels));
  }

  /** By mouse: a drag selects, or marks where a label is armed; a click picks a span, or points at a word. */
  selectByMouse = (range: Stretch | null, { whole }: { whole: boolean }): void => {
    const tight = range && trimmed(this.text, range);
    if (!tight) return range ? undefined : this.#forget();
    if (!whole) {
      const here = spansAt(this.marked.spans, tight.start);
      const next = here[here.findIndex(({ id }) => id === this.pickedId) + 1];
      if (next) return this.pick(next.id);
    }
    if (this.closed || this.relating) return;
    const found = this.#given().project.options.words ? snapped(this.words, tight) : tight;
    if (whole && this.armed) this.#mark(found, this.armed);
    else this.#select(selecting(found));
  };

  move(step: Step): void {
    this.#select(stepped(this.selection, this.words, step));
  }

  moveLine(step: Step): void {
    const word = this.selection ? this.view?.wordBeside(step) : this.words[0];
    if (word) this.#select(selecting(word));
  }

  moveToEnd(step: Step): void {
    const word = step > 0 ? this.words.at(-1) : this.words[0];
    if (word) this.#select(selecting(word));
  }

  extend(step: Step): void {
    if (this.selection) this.#adjust(extended(this.selection, this.words, step));
    else this.move(step);
  }

  nudge(step: Step): void {
    if (this.selection) this.#adjust(nudged(this.selection, this.text, step));
  }

  turn(): void {
    if (this.selection) this.selection = turned(this.selection);
  }

  /** Change what is selected; where a span is picked, the span. */
  #adjust(next: Selection): void {
    const span = this.picked;
    if (!span || this.closed) return this.#select(next);
    if (this.relating || !this.#isFree(next, span.id)) return;
    this.selection = next;
    if (!sameStretch(next, span))
      this.#put(changed(this.marked, span.id, { start: next.start, end: next.end }), span.id);
    this.view?.reveal(next);
    this.said = w().now.marked(this.wordsIn(next), span.label);
  }

  /** Pick the next span or the one before; while spans are related, only those that can be. */
  walk(step: Step): void {
    const { relating, marked } = this;
    const able = relating
      ? marked.spans.filter((span) => joining(this.kinds, relating, span).length)
      : marked.spans;
    const at = able.findIndex(({ id }) => id === this.pickedId);
    const from = this.selection?.start ?? (step > 0 ? -1 : this.text.length);
    const beyond =
      step > 0 ? able.find(({ start }) => start >= from) : able.findLast(({ start }) => start < from);
    const next = at < 0 ? beyond : able[at + step];
    if (next) this.pick(next.id);
  }

  /** Let go of the last thing that was taken hold of. */
  letGo = (): void => {
    if (this.relating) this.#endRelating(this.relating);
    else if (this.pickedId) this.pickedId = null;
    else if (this.selection) this.selection = null;
    else this.armed = null;
    this.caution = '';
    this.said = w().now.letGo;
  };

  #forget(): void {
    this.selection = null;
    this.pickedId = this.relatingId = null;
    this.caution = '';
  }

  // ── relations ──

  /** Begin to relate the span that is picked; where one relation alone is possible, end it. */
  relate = (): void => {
    const { picked } = this;
    if (this.closed || !picked || !this.kinds.length) return;
    const [only, another] = this.possible;
    if (this.relating) return only && !another ? this.join(only.name) : undefined;
    if (!this.marked.spans.some((span) => joining(this.kinds, picked, span).length))
      return this.#refuse(w().noTarget);
    this.relatingId = picked.id;
    this.said = `${w().from(this.wordsIn(picked))} … ${w().pickOther}`;
  };

  join = (name: string): void => {
    const { relating, picked } = this;
    if (!relating || !picked) return;
    this.toggle({ from: relating.id, to: picked.id, label: name });
    this.#endRelating(relating);
  };

  #endRelating(span: Span): void {
    this.relatingId = null;
    this.pickedId = span.id;
    this.selection = selecting(span);
  }

  /** Say a relation, or take it back where it was said. */
  toggle = (relation: Relation): void => {
    const [from, to] = [this.#spanOf(relation.from), this.#spanOf(relation.to)];
    if (this.closed || !from || !to) return;
    const next = toggled(this.marked, relation);
    const more = next.relations.length > this.marked.relations.length;
    this.#put(next);
    this.said = w().now[more ? 'related' : 'unrelated'](this.wordsIn(from), relation.label, this.wordsIn(to));
  };
}
