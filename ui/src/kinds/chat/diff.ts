/** What was changed in a text, word by word. Pure. */

export interface Part {
  text: string;
  kind: 'same' | 'in' | 'out';
}

/** Cells of the table that two texts are compared in; longer ones are compared by their lines. */
const MOST_CELLS = 2_000_000;

/** Words and signs, each with the space after it. */
const wordsOf = (text: string): string[] => text.match(/(?:[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_])\s*|\s+/gu) ?? [];
const linesOf = (text: string): string[] => text.split(/(?<=\n)/);

/** How long the longest common part is, from each place of both to their ends. */
function table(before: string[], after: string[]): Uint32Array[] {
  const rows = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--) {
    const [row, next] = [rows[i] as Uint32Array, rows[i + 1] as Uint32Array];
    for (let j = after.length - 1; j >= 0; j--) {
      row[j] = before[i] === after[j] ? next[j + 1]! + 1 : Math.max(next[j]!, row[j + 1]!);
    }
  }
  return rows;
}

function walk(before: string[], after: string[]): Part[] {
  const rows = table(before, after);
  const parts: Part[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) {
      parts.push({ text: before[i++]!, kind: 'same' });
      j += 1;
    } else if (j >= after.length || (i < before.length && rows[i + 1]![j]! >= rows[i]![j + 1]!)) {
      parts.push({ text: before[i++]!, kind: 'out' });
    } else parts.push({ text: after[j++]!, kind: 'in' });
  }
  return parts;
}

/** Neighbours of one kind are one part. */
function joined(parts: Part[]): Part[] {
  const found: Part[] = [];
  for (const { text, kind } of parts) {
    const last = found.at(-1);
    if (last?.kind === kind) last.text += text;
    else if (text) found.push({ text, kind });
  }
  return found;
}

/** Compare two texts; the parts that are not `out` are the later one, those that are not `in` the earlier. */
export function changes(earlier: string, later: string): Part[] {
  const tooLong = (a: string[], b: string[]) => a.length * b.length > MOST_CELLS;
  let [before, after] = [wordsOf(earlier), wordsOf(later)];
  const same = common(before, after);
  const ends = common([...before.slice(same)].reverse(), [...after.slice(same)].reverse());
  const middle = (words: string[]) => words.slice(same, words.length - ends);
  const [head, tail] = [before.slice(0, same), ends ? before.slice(-ends) : []];
  [before, after] = [middle(before), middle(after)];
  if (tooLong(before, after)) [before, after] = [linesOf(before.join('')), linesOf(after.join(''))];
  if (tooLong(before, after)) [before, after] = [[before.join('')], [after.join('')]];
  const kept = (words: string[]): Part => ({ text: words.join(''), kind: 'same' });
  return joined([kept(head), ...walk(before, after), kept(tail)]);
}

function common(before: string[], after: string[]): number {
  let count = 0;
  while (count < before.length && count < after.length && before[count] === after[count]) count += 1;
  return count;
}
