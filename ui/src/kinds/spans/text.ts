/** Words and stretches of a text, for moving and snapping by keyboard and mouse. Offsets are UTF-16 units. */

/** A part of a text; the end is not in it. */
export interface Stretch {
  start: number;
  end: number;
}

const SYMBOL = /^[\p{S}\p{Extended_Pictographic}]/u;

/**
 * The words of a text in order, as its language parts them, and the symbols among them: where moving stops. Space and
 * punctuation are passed over.
 */
export function wordsOf(text: string, language?: string): Stretch[] {
  const found: Stretch[] = [];
  for (const { segment, index, isWordLike } of new Intl.Segmenter(language, { granularity: 'word' }).segment(
    text,
  ))
    if (isWordLike || SYMBOL.test(segment)) found.push({ start: index, end: index + segment.length });
  return found;
}

/** The place of the first word that ends after `at`; the number of words where there is none. */
export function firstAfter(words: Stretch[], at: number): number {
  let [low, high] = [0, words.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((words[middle]?.end ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The word that begins at or after `at`; null after the last. */
export function nextWord(words: Stretch[], at: number): Stretch | null {
  let place = firstAfter(words, at);
  if ((words[place]?.start ?? at) < at) place += 1;
  return words[place] ?? null;
}

/** The word that ends at or before `at`; null before the first. */
export const previousWord = (words: Stretch[], at: number): Stretch | null =>
  words[firstAfter(words, at) - 1] ?? null;

/** The word that a unit is in; null where it is in none. */
export function wordAt(words: Stretch[], at: number): Stretch | null {
  const word = words[firstAfter(words, at)];
  return word && word.start <= at ? word : null;
}

/** A stretch without the space at its ends; null where there is nothing else. */
export function trimmed(text: string, { start, end }: Stretch): Stretch | null {
  const inner = text.slice(start, end);
  const from = start + inner.length - inner.trimStart().length;
  const to = start + inner.trimEnd().length;
  return from < to ? { start: from, end: to } : null;
}

/** A stretch grown to whole words, and without what is around them; as it is where it touches no word. */
export function snapped(words: Stretch[], { start, end }: Stretch): Stretch {
  const first = words[firstAfter(words, start)];
  let last = firstAfter(words, end - 1);
  if ((words[last]?.start ?? end) >= end) last -= 1;
  const until = words[last];
  if (!first || !until || first.start >= end || until.end <= start) return { start, end };
  return { start: first.start, end: until.end };
}

export const covers = (one: Stretch, at: number): boolean => one.start <= at && at < one.end;
export const overlap = (one: Stretch, other: Stretch): boolean =>
  one.start < other.end && other.start < one.end;
export const sameStretch = (one: Stretch, other: Stretch): boolean =>
  one.start === other.start && one.end === other.end;
