/** What the set-up must know of the label kinds: which items each shows, whether it has classes, and options to begin with. */
import type { Item } from '../wire';

export interface KindSetup {
  items: Item['kind'][];
  /** The fewest classes that it can do with; null where it has none. */
  classes: number | null;
  /** Options to begin with, as an example of what there is. */
  options: Record<string, unknown>;
}

export const KINDS: Record<string, KindSetup> = {
  text_choice: { items: ['text'], classes: 2, options: {} },
  image_choice: { items: ['image'], classes: 2, options: {} },
  text_spans: { items: ['text'], classes: 1, options: {} },
  image_shapes: { items: ['image'], classes: 1, options: { shapes: ['box'] } },
  audio_segments: { items: ['audio'], classes: 1, options: { transcript: true } },
  transcription: { items: ['text', 'image', 'audio'], classes: null, options: {} },
  preference: {
    items: ['record'],
    classes: null,
    options: { mode: 'choose', ties: true, justification: 'optional' },
  },
  rating: {
    items: ['text', 'image', 'audio', 'record'],
    classes: null,
    options: {
      criteria: [
        { name: 'helpful', low: 1, high: 5 },
        { name: 'correct', low: 1, high: 5 },
      ],
    },
  },
  chat: { items: ['record'], classes: null, options: { mode: 'write' } },
  form: {
    items: ['text', 'image', 'audio', 'record'],
    classes: null,
    options: { fields: [{ name: 'title', kind: 'text', title: 'Title', required: true }] },
  },
};

/** The kinds that can show items of a kind. */
export const kindsFor = (item: string): string[] =>
  Object.entries(KINDS).flatMap(([name, kind]) => (kind.items.includes(item as Item['kind']) ? [name] : []));
