/** What is selected in a text, and how keys change it. Pure; offsets are UTF-16 units. */
import { nextWord, previousWord, type Stretch } from './text';

export interface Selection extends Stretch {
  /** The end that keys move, as with a text cursor. */
  moves: 'start' | 'end';
}

type Step = 1 | -1;

export const selecting = ({ start, end }: Stretch): Selection => ({ start, end, moves: 'end' });

/** The next word, or the one before; the first word where nothing is selected. At the ends of the text it stays. */
export function stepped(selection: Selection | null, words: Stretch[], step: Step): Selection | null {
  const word = selection ? beside(selection, words, step) : words[0];
  return word ? selecting(word) : selection;
}

const beside = ({ start, end }: Stretch, words: Stretch[], step: Step) =>
  step > 0 ? nextWord(words, end) : previousWord(words, start);

/** The moving end goes on by a word. Where one word is left and it would go, the other end moves instead. */
export function extended(selection: Selection, words: Stretch[], step: Step): Selection {
  const { start, end, moves } = selection;
  const outward = step > 0 === (moves === 'end');
  const inner = step > 0 ? nextWord(words, start + 1)?.start : previousWord(words, end - 1)?.end;
  if (!outward && inner !== undefined && start < inner && inner < end)
    return step > 0 ? { ...selection, start: inner } : { ...selection, end: inner };
  const word = beside(selection, words, step);
  if (!word) return selection;
  return step > 0 ? { start, end: word.end, moves: 'end' } : { start: word.start, end, moves: 'start' };
}

/** The moving end goes on by a character as people see it; at least one stays. */
export function nudged(selection: Selection, text: string, step: Step): Selection {
  const { start, end, moves } = selection;
  const moved = { ...selection, [moves]: edgeBeside(text, selection[moves], step) };
  return moved.start < moved.end ? moved : { start, end, moves };
}

/** How far around a place one looks for the edges of its character: longer than any emoji of several. */
const AROUND = 64;

function edgeBeside(text: string, at: number, step: Step): number {
  const from = Math.max(0, at - AROUND);
  const around = text.slice(from, at + AROUND);
  const parts = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(around)];
  const edges = [...parts.map(({ index }) => from + index), from + around.length];
  const found = step > 0 ? edges.find((edge) => edge > at) : edges.findLast((edge) => edge < at);
  return found ?? at;
}

export const turned = (selection: Selection): Selection => ({
  ...selection,
  moves: selection.moves === 'end' ? 'start' : 'end',
});
