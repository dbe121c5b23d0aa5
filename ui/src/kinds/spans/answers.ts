/** Spans and relations as the screen has them, in UTF-16 units, and what can be done to them. Pure. */
import type { Answer, ProjectDetail } from '../../wire';
import { Offsets } from '../codepoints';
import { overlap, sameStretch, type Stretch } from './text';

export interface Span extends Stretch {
  id: string;
  label: string;
}

export interface Relation {
  from: string;
  to: string;
  label: string;
}

export interface Marked {
  spans: Span[];
  relations: Relation[];
}

/** A relation that a project has, and the labels that it may lead from and to; any where they are not named. */
export interface RelationKind {
  name: string;
  from?: string[];
  to?: string[];
}

export const MOST_SPANS = 2000;

export const relationKinds = (project: ProjectDetail): RelationKind[] =>
  (project.options.relations as RelationKind[] | undefined) ?? [];

export const spansOf = (answer: Answer | null): Span[] => (answer?.spans as Span[] | undefined) ?? [];

export function read(answer: Answer | null, offsets: Offsets): Marked {
  const spans = spansOf(answer).map((span) => ({
    ...span,
    start: offsets.unitAt(span.start),
    end: offsets.unitAt(span.end),
  }));
  return { spans, relations: (answer?.relations as Relation[] | undefined) ?? [] };
}

/** The answer of what was marked. It names relations only where the project has some. */
export function written({ spans, relations }: Marked, offsets: Offsets, project: ProjectDetail): Answer {
  const counted = spans.map(({ id, start, end, label }) => ({
    id,
    start: offsets.pointAt(start),
    end: offsets.pointAt(end),
    label,
  }));
  return relationKinds(project).length ? { spans: counted, relations } : { spans: counted };
}

export const mayJoin = (kind: RelationKind, from: string, to: string): boolean =>
  (kind.from?.includes(from) ?? true) && (kind.to?.includes(to) ?? true);

/** The relations that may lead from one span to another. */
export function joining(kinds: RelationKind[], from: Span | undefined, to: Span | undefined): RelationKind[] {
  if (!from || !to || from.id === to.id) return [];
  return kinds.filter((kind) => mayJoin(kind, from.label, to.label));
}

export function freeId(spans: Span[]): string {
  const taken = new Set(spans.map(({ id }) => id));
  let number = spans.length + 1;
  while (taken.has(`s${number}`)) number += 1;
  return `s${number}`;
}

export const added = (marked: Marked, span: Span): Marked => ({ ...marked, spans: [...marked.spans, span] });

export const changed = (marked: Marked, id: string, how: Partial<Span>): Marked => ({
  ...marked,
  spans: marked.spans.map((span) => (span.id === id ? { ...span, ...how } : span)),
});

export const removed = ({ spans, relations }: Marked, id: string): Marked => ({
  spans: spans.filter((span) => span.id !== id),
  relations: relations.filter(({ from, to }) => from !== id && to !== id),
});

export const sameRelation = (one: Relation, other: Relation): boolean =>
  one.from === other.from && one.to === other.to && one.label === other.label;

/** With a relation, or without it where it was there. */
export function toggled(marked: Marked, relation: Relation): Marked {
  const others = marked.relations.filter((each) => !sameRelation(each, relation));
  const had = others.length < marked.relations.length;
  return { ...marked, relations: had ? others : [...others, relation] };
}

const order = (one: Span, other: Span) =>
  one.start - other.start || one.end - other.end || (one.label < other.label ? -1 : 1);

/**
 * In the order of the text, each span once, and only relations that may be: after a change, two spans can have become one,
 * and a relation can have lost a label that it may lead from.
 */
export function tidy({ spans, relations }: Marked, kinds: RelationKind[]): Marked {
  const kept: Span[] = [];
  const standsFor = new Map<string, Span>();
  for (const span of [...spans].sort(order)) {
    const last = kept.at(-1);
    const twice = last !== undefined && sameSpan(last, span);
    if (!twice) kept.push(span);
    standsFor.set(span.id, twice ? last : span);
  }
  const joined: Relation[] = [];
  for (const { label, ...ends } of relations) {
    const [from, to] = [standsFor.get(ends.from), standsFor.get(ends.to)];
    if (!from || !to || !joining(kinds, from, to).some(({ name }) => name === label)) continue;
    const relation = { from: from.id, to: to.id, label };
    if (!joined.some((each) => sameRelation(each, relation))) joined.push(relation);
  }
  return { spans: kept, relations: joined };
}

export const sameSpan = (one: Span, other: Span): boolean =>
  sameStretch(one, other) && one.label === other.label;

/** The first span that a stretch overlaps, but for the one called `but`. */
export const inTheWay = (spans: Span[], stretch: Stretch, but: string | null): Span | undefined =>
  spans.find((span) => span.id !== but && overlap(span, stretch));

/** The spans that cover a place, the shortest first. */
export const spansAt = (spans: Span[], at: number): Span[] =>
  spans
    .filter(({ start, end }) => start <= at && at < end)
    .sort((one, other) => one.end - one.start - (other.end - other.start));

/** A span in a word: two that mark the same have the same. */
export const wordOf = ({ start, end, label }: Span): string => `${start} ${end} ${label}`;

/** What both say, as the ids of the first; and what only the second says. */
export function compared(mine: Span[], theirs: Span[]): { same: Set<string>; missing: Span[] } {
  const [said, heard] = [new Set(mine.map(wordOf)), new Set(theirs.map(wordOf))];
  const same = mine.filter((span) => heard.has(wordOf(span)));
  return {
    same: new Set(same.map(({ id }) => id)),
    missing: theirs.filter((span) => !said.has(wordOf(span))),
  };
}
