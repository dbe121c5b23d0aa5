/** The arithmetic of looking at an image. Lengths are CSS pixels; offsets are from the middle of the place. */

export interface Size {
  width: number;
  height: number;
}

export interface View {
  /** Relative to the size that fits, from 1. */
  scale: number;
  x: number;
  y: number;
}

export const START: View = { scale: 1, x: 0, y: 0 };
const MAX_SCALE = 40;

/** How large one image pixel is drawn so that the image fits. Icons grow to some 480 px, pictures at most threefold. */
export function fitScale(natural: Size, box: Size): number {
  const room = 0.95 * Math.min(box.width / natural.width, box.height / natural.height);
  const longest = Math.max(natural.width, natural.height);
  const largest = longest <= 64 ? 480 / longest : 3;
  return Math.max(0.01, Math.min(room, largest));
}

/** Zoom by a factor about a point, which stays where it is. Out beyond the fit means back to the fit. */
export function zoomed(view: View, factor: number, x: number, y: number, most = MAX_SCALE): View {
  const scale = Math.min(most, view.scale * factor);
  if (scale <= 1) return START;
  const ratio = scale / view.scale;
  return { scale, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio };
}

/** Move the image, never so far that its place is left empty. */
export function moved(view: View, dx: number, dy: number, box: Size): View {
  const limit = (value: number, length: number) => Math.max(-length, Math.min(length, value));
  const reach = view.scale / 2;
  return { ...view, x: limit(view.x + dx, box.width * reach), y: limit(view.y + dy, box.height * reach) };
}

export function toCss({ scale, x, y }: View): string | null {
  return scale === 1 ? null : `translate(${x}px, ${y}px) scale(${scale})`;
}
