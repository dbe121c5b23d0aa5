/**
 * In which order responses stand on the screen: shuffled by what the record says, so that no place is anybody's, and the
 * same for everybody, so that who analyses the answers knows who saw what first. `shown_order` in Python says the same.
 */
import { digest } from '../conversation/digest';
import type { Message, Response } from '../conversation/record';
import type { Medium } from '../media/media';

const PARTS = '\u001f';

/** Numbers of 32 bits that follow from a seed (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** What a message or a response says: its text, and the digest of its medium. */
const said = (text: string, medium?: Medium | null): string =>
  medium ? [text, medium.digest].filter(Boolean).join(PARTS) : text;

/** The responses of a record from left to right. */
export function shuffled(prompt: Message[], responses: Response[]): Response[] {
  const asked = prompt.map(({ content, medium }) => said(content, medium));
  const answered = responses.map(({ text, medium }) => said(text, medium));
  const next = numbers(digest([...asked, ...answered].join(PARTS)));
  const shown = [...responses];
  for (let last = shown.length - 1; last > 0; last--) {
    const place = Math.floor((next() / 2 ** 32) * (last + 1));
    [shown[last], shown[place]] = [shown[place] as Response, shown[last] as Response];
  }
  return shown;
}
