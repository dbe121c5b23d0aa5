/** What is drawn on a text: what a person said, what is proposed, and what is right. Pure. */
import { compared, type Span } from './answers';
import type { Stretch } from './text';

export interface Mark extends Stretch {
  id: string;
  label: string;
  /** The place of the label among the classes, for its hue. */
  place: number;
  /** Said by this person; proposed by the model; said by somebody who knows, and not by this person. */
  by: 'person' | 'model' | 'other';
  /** What is known of it, where it was judged. */
  judged: 'right' | 'wrong' | null;
}

interface Said {
  own: Span[];
  proposed: Span[];
  /** Null where it is not known what is right. */
  right: Span[] | null;
  /** The place of each label among the classes. */
  places: ReadonlyMap<string, number>;
}

/** All marks in the order of the text; what others say that a person says too is drawn once. */
export function marksOf({ own, proposed, right, places }: Said): Mark[] {
  const mark = (span: Span, by: Mark['by'], judged: Mark['judged'] = null): Mark => ({
    ...span,
    id: by === 'person' ? span.id : `${by} ${span.id}`,
    place: places.get(span.label) ?? 0,
    by,
    judged,
  });
  const judgement = right && compared(own, right);
  const judge = (span: Span) => judgement && (judgement.same.has(span.id) ? 'right' : 'wrong');
  const all = [
    ...own.map((span) => mark(span, 'person', judge(span))),
    ...compared(own, proposed).missing.map((span) => mark(span, 'model')),
    ...(judgement?.missing ?? []).map((span) => mark(span, 'other')),
  ];
  return all.sort((one, other) => one.start - other.start || one.end - other.end);
}
