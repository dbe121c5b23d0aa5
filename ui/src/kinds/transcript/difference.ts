/** How two texts differ, word by word. Pure. */

export interface Part {
  text: string;
  /** In both; only in the first; only in the second. */
  in: 'both' | 'first' | 'second';
}

/** More pairs of words than this are not compared: what lies between the equal ends counts as replaced. */
const MOST_PAIRS = 4_000_000;

const wordsOf = (text: string): string[] => text.match(/\s+|[^\s]+/g) ?? [];

/** The parts of two texts in order: the longest sequence of words that is in both, and what is between. */
export function difference(first: string, second: string): Part[] {
  const [a, b] = [wordsOf(first), wordsOf(second)];
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const inner = between(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const whole: Part[] = [
    { text: a.slice(0, start).join(''), in: 'both' },
    ...inner,
    { text: a.slice(a.length - end).join(''), in: 'both' },
  ];
  return joined(whole.filter(({ text }) => text !== ''));
}

function between(a: string[], b: string[]): Part[] {
  if (a.length * b.length > MOST_PAIRS)
    return [
      { text: a.join(''), in: 'first' },
      { text: b.join(''), in: 'second' },
    ];
  const width = b.length + 1;
  /** How many words are common to what is left from a place in the one and a place in the other. */
  const common = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const parts: Part[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [one, other] = [a[i], b[j]];
    if (one !== undefined && one === other) {
      parts.push({ text: one, in: 'both' });
      i += 1;
      j += 1;
    } else if (one !== undefined && (other === undefined || at(i + 1, j) >= at(i, j + 1))) {
      parts.push({ text: one, in: 'first' });
      i += 1;
    } else {
      parts.push({ text: other ?? '', in: 'second' });
      j += 1;
    }
  }
  return parts;
}

/** Neighbours of the same sort as one. */
function joined(parts: Part[]): Part[] {
  const whole: Part[] = [];
  for (const part of parts) {
    const last = whole.at(-1);
    if (last?.in === part.in) last.text += part.text;
    else whole.push({ ...part });
  }
  return whole;
}
