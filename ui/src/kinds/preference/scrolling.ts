/** Scrolling by keys: what has the focus, or else all responses together, so that they are compared line by line. */

const STEP = 80;

export function scrollTogether(root: HTMLElement, event: KeyboardEvent): void {
  const texts = [...root.querySelectorAll<HTMLElement>('[data-response] .text, .prompt .scroll')];
  const focused = texts.find((one) => one.contains(document.activeElement));
  const stage = root.querySelector<HTMLElement>('[data-stage]');
  const page = event.key.startsWith('Page');
  const up = event.key.endsWith('Up');
  const all = focused ? [focused] : texts.filter((one) => one.matches('[data-response] *'));
  const able = all.filter((one) => one.scrollHeight > one.clientHeight + 1);
  const outer = [stage, root.querySelector<HTMLElement>('.work')];
  for (const one of able.length ? able : outer) {
    const step = page ? (one?.clientHeight ?? 0) * 0.8 : STEP;
    one?.scrollBy({ top: up ? -step : step });
  }
}
