/** Several recordings on one screen: one is heard at a time, and one key plays them one after the other. */

const recordings = (root: Element): HTMLAudioElement[] => [...root.querySelectorAll('audio')];

/** The recordings that were played last on a screen. */
const last = new WeakMap<Element, HTMLAudioElement>();

/** Call for what begins to play: the others on its screen stop. */
export function heard(element: HTMLAudioElement): void {
  const root = element.closest('[data-kind]');
  if (!root) return;
  last.set(root, element);
  for (const one of recordings(root)) if (one !== element) one.pause();
}

/** Pause what plays on a screen; else play on what was played last, or the one after it where that has ended. */
export function playOrPause(within: Element): void {
  const root = within.closest('[data-kind]') ?? within;
  const all = recordings(root);
  const before = all.find((one) => one === last.get(root));
  if (before && !before.paused) return before.pause();
  const next = before?.ended ? all[(all.indexOf(before) + 1) % all.length] : (before ?? all[0]);
  void next?.play().catch(() => undefined);
}
