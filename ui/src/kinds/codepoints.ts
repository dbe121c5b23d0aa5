/**
 * Offsets into a text: the wire counts Unicode code points, as Python does; JavaScript and the DOM count UTF-16 units.
 * They part at the first character outside the basic plane, an emoji for example. Converted here and nowhere else.
 */

const BEYOND_BASIC_PLANE = /[\ud800-\udfff]/;

/** The offsets of one text. A unit in the middle of a character stands for the character it is in. */
export class Offsets {
  /** The unit at which each code point starts, and the length; null where every character is one unit. */
  readonly #starts: Uint32Array | null;
  readonly #length: number;

  constructor(text: string) {
    this.#length = text.length;
    this.#starts = BEYOND_BASIC_PLANE.test(text) ? startsOf(text) : null;
  }

  /** The unit at which a code point starts; offsets beyond the text are its end. */
  unitAt(point: number): number {
    if (!this.#starts) return Math.min(point, this.#length);
    return this.#starts[Math.min(point, this.#starts.length - 1)] ?? 0;
  }

  /** How many code points come before a unit. */
  pointAt(unit: number): number {
    if (!this.#starts) return Math.min(unit, this.#length);
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= unit) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function startsOf(text: string): Uint32Array {
  const starts: number[] = [];
  let unit = 0;
  for (const character of text) {
    starts.push(unit);
    unit += character.length;
  }
  starts.push(unit);
  return Uint32Array.from(starts);
}
