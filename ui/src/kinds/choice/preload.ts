import type { Task } from '../../wire';
import { mediaIn } from '../media/media';

/** Images on their way, kept so that the browser does not drop them before they are shown. */
const coming: HTMLImageElement[] = [];
const MOST = 32;

/** Load and decode the images of a task before it is shown: its own, or those that its record names. */
export function preloadImages({ item }: Task): void {
  const named = mediaIn(item.record).filter(({ kind }) => kind === 'image');
  for (const src of item.url ? [item.url] : named.map(({ src }) => src)) {
    const image = new Image();
    image.src = src;
    image.decode().catch(() => undefined);
    coming.push(image);
    if (coming.length > MOST) coming.shift();
  }
}
