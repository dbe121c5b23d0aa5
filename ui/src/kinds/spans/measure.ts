/** Where stretches of a text are on screen. The only part of spans that reads the layout. */
import type { Stretch } from './text';

/** A part of a stretch on one line, in CSS pixels from the top left of the text. */
export interface Fragment {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The fragments of a stretch, line by line. */
export function fragmentsOf(node: Text, { start, end }: Stretch): Fragment[] {
  const parent = node.parentElement;
  if (!parent || end > node.length) return [];
  const range = document.createRange();
  range.setStart(node, start);
  range.setEnd(node, end);
  const origin = parent.getBoundingClientRect();
  const lines: Fragment[] = [];
  for (const { left, top, width, height } of range.getClientRects()) {
    if (width < 1) continue;
    const part = { x: left - origin.left, y: top - origin.top, width, height };
    const last = lines.at(-1);
    if (last && Math.abs(last.y - part.y) < height / 2) join(last, part);
    else lines.push(part);
  }
  return lines;
}

/** Scripts that run both ways, and other fonts, part a line. */
function join(line: Fragment, part: Fragment): void {
  const right = Math.max(line.x + line.width, part.x + part.width);
  line.x = Math.min(line.x, part.x);
  line.width = right - line.x;
}

/** The place in the text that a caret would take at a point of the window; null where there is no text. */
export function caretAt(node: Text, x: number, y: number): number | null {
  if (document.caretPositionFromPoint) {
    const found = document.caretPositionFromPoint(x, y);
    return found?.offsetNode === node ? found.offset : null;
  }
  const found = document.caretRangeFromPoint(x, y);
  return found?.startContainer === node ? found.startOffset : null;
}

/** The place of the character that is drawn at a point of the window; null beside the text. */
export function unitAt(node: Text, x: number, y: number): number | null {
  const caret = caretAt(node, x, y);
  const origin = node.parentElement?.getBoundingClientRect();
  if (caret === null || !origin) return null;
  const isThere = (at: number) =>
    fragmentsOf(node, { start: at, end: at + 1 }).some(
      (part) =>
        part.x <= x - origin.left &&
        x - origin.left <= part.x + part.width &&
        part.y <= y - origin.top &&
        y - origin.top <= part.y + part.height,
    );
  return [caret, caret - 1].find((at) => at >= 0 && at < node.length && isThere(at)) ?? null;
}

/** What the mouse or the finger has selected of a text; null where that is nothing. */
export function nativeRange(node: Text): Stretch | null {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(node)) return null;
  const start = range.startContainer === node ? range.startOffset : 0;
  const end = range.endContainer === node ? range.endOffset : node.length;
  return start < end ? { start, end } : null;
}

let pen: CanvasRenderingContext2D | null = null;

/** How wide words are in a font, as the `font` property names it. */
export function widthOf(words: string, font: string): number {
  pen ??= document.createElement('canvas').getContext('2d');
  if (!pen) return words.length * 7;
  if (pen.font !== font) pen.font = font;
  return pen.measureText(words).width;
}
