/** How somebody works on images: it stays from task to task, until the page is left. */
import type { Shape, ShapeType } from './shape';

export const habits = $state({
  tool: null as ShapeType | 'pick' | null,
  label: null as string | null,
  crosshair: true,
  snapping: true,
  tags: true,
  /** 1 shows the image as it is. */
  brightness: 1,
  contrast: 1,
});

/** What was copied, and from which task. */
export const clipboard: { shapes: readonly Shape[]; task: number } = { shapes: [], task: 0 };
