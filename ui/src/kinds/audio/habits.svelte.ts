/** How somebody works on recordings: it stays from task to task, until the page is left. */
export const habits = $state({
  label: null as string | null,
  /** Playing a segment begins anew at its end. */
  loop: false,
  rate: 1,
});

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2];
