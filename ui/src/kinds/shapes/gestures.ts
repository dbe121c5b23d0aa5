/** Wheel, fingers and mouse as what they mean: pan and zoom for the view, all else for what points at shapes. */
import type { Pointing } from './pointing.svelte';
import type { Point } from './shape';
import type { View } from './view.svelte';

const NOT_THE_PRIMARY = [1, 2];

/** Attach to the stage. The wheel needs a listener that may prevent scrolling, so it is attached by hand. */
export const gestures =
  ({ view, pointing }: { view: View; pointing: Pointing }) =>
  (node: HTMLElement): (() => void) => {
    const fingers = new Map<number, PointerEvent>();
    const onStage = (event: { clientX: number; clientY: number }): Point => {
      const { left, top } = node.getBoundingClientRect();
      return [event.clientX - left, event.clientY - top];
    };
    const onImage = (event: { clientX: number; clientY: number }): Point => view.toImage(onStage(event));
    const isOurs = (event: Event) => !(event.target as Element).closest('button, input, label, .lens');

    function pinch(event: PointerEvent): void {
      const [a, b] = [...fingers.values()].map(onStage) as [Point, Point];
      fingers.set(event.pointerId, event);
      const [c, d] = [...fingers.values()].map(onStage) as [Point, Point];
      const middle: Point = [(c[0] + d[0]) / 2, (c[1] + d[1]) / 2];
      view.zoom(Math.hypot(c[0] - d[0], c[1] - d[1]) / Math.hypot(a[0] - b[0], a[1] - b[1]), middle);
      view.pan(middle[0] - (a[0] + b[0]) / 2, middle[1] - (a[1] + b[1]) / 2);
    }

    const listeners: { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void } = {
      wheel: (event) => {
        event.preventDefault();
        const unit = event.deltaMode ? 25 : 1;
        const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
        if (sideways) view.pan(-(event.deltaX || event.deltaY) * unit, 0);
        else view.zoom(Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.002)), onStage(event));
      },
      pointerdown: (event) => {
        if (!isOurs(event)) return;
        fingers.set(event.pointerId, event);
        node.setPointerCapture(event.pointerId);
        if (fingers.size > 1) pointing.cancel();
        else pointing.press(onImage(event), event, NOT_THE_PRIMARY.includes(event.button));
      },
      pointermove: (event) => {
        if (fingers.size > 1) return fingers.has(event.pointerId) ? pinch(event) : undefined;
        if (fingers.size || isOurs(event)) pointing.move(onImage(event), event);
        else pointing.leave();
      },
      pointerup: (event) => {
        const alone = fingers.size === 1;
        if (fingers.delete(event.pointerId) && alone) pointing.release(onImage(event), event);
      },
      pointercancel: (event) => {
        fingers.delete(event.pointerId);
        pointing.cancel();
      },
      pointerleave: () => pointing.leave(),
      dblclick: (event) => isOurs(event) && pointing.twice(onImage(event)),
      contextmenu: (event) => event.preventDefault(),
    };
    const entries = Object.entries(listeners) as [string, EventListener][];
    for (const [name, listener] of entries) node.addEventListener(name, listener, { passive: false });
    return () => entries.forEach(([name, listener]) => node.removeEventListener(name, listener));
  };
