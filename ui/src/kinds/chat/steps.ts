/** A message in steps: where it is cut, and what is left of it after those that were judged. Pure. */

export type Verdict = 'good' | 'neutral' | 'bad';

export interface Step {
  text: string;
  verdict: Verdict;
}

export const VERDICTS: Verdict[] = ['good', 'neutral', 'bad'];

const SPACE = /[ \t\n\r]/;
const LISTED = /^ {0,3}(\d+[.)]|[-*+])\s/;

/** Without space and line breaks at its ends; other signs stay, since the steps together are the message. */
export const bare = (text: string): string => text.replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, '');

const letters = (text: string): number => [...text].filter((sign) => !SPACE.test(sign)).length;

/** Paragraphs; a block of code is one, blank lines in it and all. */
function paragraphs(text: string): string[] {
  const found: string[][] = [[]];
  let fence = '';
  for (const line of text.split(/(?<=\n)/)) {
    const mark = /^ {0,3}(```|~~~)/.exec(line)?.[1] ?? '';
    if (mark && !fence) fence = mark;
    else if (mark === fence) fence = '';
    if (!fence && !mark && !bare(line)) found.push([]);
    else found.at(-1)?.push(line);
  }
  return found.map((lines) => lines.join('')).filter((one) => bare(one));
}

/** The points of a list, each with what belongs to it; a paragraph without a list is one. */
function points(paragraph: string): string[] {
  const lines = paragraph.split(/(?<=\n)/);
  if (/^ {0,3}(```|~~~)/.test(paragraph) || lines.filter((line) => LISTED.test(line)).length < 2)
    return [paragraph];
  const found: string[] = [];
  for (const line of lines) {
    if (LISTED.test(line) || !found.length) found.push(line);
    else found.push((found.pop() ?? '') + line);
  }
  return found;
}

export const sentences = (text: string): string[] =>
  text
    .split(/(?<=[.!?…]["')\]]*)\s+(?=[\p{Lu}\p{N}"'([$\\])/u)
    .map(bare)
    .filter(Boolean);

/** The steps of a message: its paragraphs and points; of one paragraph its lines, of one line its sentences. */
export function split(text: string): string[] {
  const parts = paragraphs(text).flatMap(points).map(bare);
  if (parts.length > 1 || /^(```|~~~)/.test(parts[0] ?? '')) return parts;
  const lines = text.split('\n').map(bare).filter(Boolean);
  return lines.length > 1 ? lines : sentences(text);
}

/** Where a text has had so many letters. */
function placeAfter(text: string, count: number): number {
  let left = count;
  let at = 0;
  for (const sign of text) {
    if (left === 0) break;
    if (!SPACE.test(sign)) left -= 1;
    at += sign.length;
  }
  return at;
}

const lettersOf = (texts: string[]): number => texts.reduce((sum, text) => sum + letters(text), 0);

/** What of a message comes after steps that were judged: space does not count. */
export const rest = (message: string, steps: Pick<Step, 'text'>[]): string =>
  bare(message.slice(placeAfter(message, lettersOf(steps.map(({ text }) => text)))));

/** Steps that are not judged yet: of the first, more may be joined, or it is cut into its sentences. */
export function unjudged(message: string, steps: Step[], joined: number, cut: boolean): string[] {
  const left = rest(message, steps);
  const parts = split(left);
  if (cut) return [...sentences(parts[0] ?? ''), ...parts.slice(1)];
  if (!joined || parts.length < 2) return parts;
  const after = parts.slice(joined + 1);
  return [bare(left.slice(0, placeAfter(left, letters(left) - lettersOf(after)))), ...after];
}
