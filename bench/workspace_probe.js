// Times key presses in the page, for bench/workspace.py, whose docstring says what counts.
globalThis.probe = (() => {
  const ITEM = '[data-testid=item-text], [data-testid=item-image]';
  const events = [];
  const painted = new WeakMap();
  let shows = () => '';
  let submits = false;
  const probe = { seen: null, watch, expect };

  // The browser tells when it has painted a press or an item only of what it is asked to observe.
  new PerformanceObserver((list) => events.push(...list.getEntries())).observe({
    type: 'event',
    durationThreshold: 16,
  });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.element) painted.set(entry.element, entry.renderTime);
  }).observe({ type: 'element' });
  const mark = () => document.querySelector(ITEM)?.setAttribute('elementtiming', 'item');
  new MutationObserver(mark).observe(document, { childList: true, subtree: true });

  const frame = () => new Promise(requestAnimationFrame);
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const item = () => document.querySelector(ITEM);
  const isWhole = (node) =>
    node.tagName !== 'IMG' || (node.complete && getComputedStyle(node).visibility === 'visible');

  function watch(expression) {
    shows = new Function(`return ${expression}`);
  }

  // Says what is there before the press that comes next, and times that press.
  function expect(submitting) {
    submits = submitting;
    const before = submits ? item() : shows();
    const isShown = submits
      ? () => item() && item() !== before && isWhole(item())
      : () => shows() !== before;
    probe.seen = new Promise((resolve) => {
      addEventListener('keydown', ({ timeStamp }) => resolve(time(timeStamp, isShown)), {
        capture: true,
        once: true,
      });
    });
  }

  async function time(pressed, isShown) {
    do await frame();
    while (!isShown());
    await frame();
    const frames = performance.now() - pressed;
    await pause(50); // the browser reports a while after it has painted
    const event = events.find(({ name, startTime }) => name === 'keydown' && Math.abs(startTime - pressed) < 1);
    const end = submits ? painted.get(item()) : event && event.startTime + event.duration;
    events.length = 0;
    return { frames, browser: end ? end - pressed : null, submits };
  }
  return probe;
})();
