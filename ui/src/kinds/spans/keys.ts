/** The keys of marking spans. */
import type { Binding } from '../../work/keys';
import type { Marking, Step } from './marking.svelte';
import { w } from './words';

/** Letters that are no keys of labels. */
export const RESERVED = 'lo';

export function spanKeys(marking: Marking): Binding[] {
  const words = w().keys;
  const across =
    (step: Step) =>
    ({ shiftKey }: KeyboardEvent) =>
      shiftKey ? marking.extend(step) : marking.move(step);
  return [
    { keys: ['arrows'], label: words.word, run: () => {} },
    { keys: ['arrowright'], label: null, run: across(1), held: true },
    { keys: ['arrowleft'], label: null, run: across(-1), held: true },
    { keys: ['arrowdown'], label: null, run: () => marking.moveLine(1), held: true },
    { keys: ['arrowup'], label: null, run: () => marking.moveLine(-1), held: true },
    { keys: ['shift+arrows'], label: words.extend, run: () => {} },
    { keys: ['ctrl+arrows'], label: words.nudge, run: () => {} },
    { keys: ['ctrl+arrowright'], label: null, run: () => marking.nudge(1), held: true },
    { keys: ['ctrl+arrowleft'], label: null, run: () => marking.nudge(-1), held: true },
    { keys: ['o'], label: words.turn, run: () => marking.turn() },
    { keys: ['home', 'end'], label: words.ends, run: ({ key }) => marking.moveToEnd(key === 'End' ? 1 : -1) },
    { keys: [',', '.'], label: words.next, run: ({ key }) => marking.walk(key === '.' ? 1 : -1) },
    { keys: ['delete'], label: words.remove, run: () => marking.remove(marking.pickedId) },
    { keys: ['backspace'], label: null, run: () => marking.remove(marking.pickedId) },
    { keys: ['l'], label: marking.kinds.length ? words.relate : null, run: marking.relate },
    { keys: ['escape'], label: words.letGo, run: () => {} },
  ];
}
