import type { Task } from '../../wire';

/** Images on their way, kept so that the browser does not drop them before they are shown. */
const coming: HTMLImageElement[] = [];

/** Load and decode the image of a task before it is shown. */
export function preloadImage(task: Task): void {
  if (!task.item.url) return;
  const image = new Image();
  image.src = task.item.url;
  image.decode().catch(() => undefined);
  coming.push(image);
  if (coming.length > 16) coming.shift();
}
