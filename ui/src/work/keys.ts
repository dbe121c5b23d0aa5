/** Keys of the workspace: one table which both runs the actions and fills the panel that explains them. */

export interface Binding {
  /** As `chordOf` spells it: `s`, `1`, `enter`, `ctrl+z`, `?`. */
  keys: string[];
  /** What the panel says; null keeps it out of the panel. */
  label: string | null;
  run: (event: KeyboardEvent) => void;
  /** Whether a key held down acts again and again, as for moving something; otherwise it acts once. */
  held?: boolean;
}

/** The keys for classes after 1 to 9: rows of the keyboard, without those that the workspace uses. */
const LETTERS = 'qwetyuiopadfjklzxbn';

/**
 * The key of each class, in order; classes past the last key have none. Where every class is a digit
 * (reading handwritten numbers), its key is that digit: pressing 7 for the label 6 would be a trap.
 * Letters that a kind needs for something else are `taken`.
 */
export function classKeys(names: string[], taken = ''): (string | null)[] {
  if (names.every((name) => /^\d$/.test(name))) return names;
  const keys = [...'123456789', ...LETTERS].filter((key) => !taken.includes(key));
  return names.map((_, index) => keys[index] ?? null);
}

type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** A key press as one word. Digits are read from their place, so that 1 is 1 on layouts that shift it. */
export function chordOf(event: Pressed): string | null {
  if (event.altKey) return null;
  const digit = /^Digit(\d)$/.exec(event.code)?.[1];
  const key = digit && !event.shiftKey ? digit : event.key.toLowerCase();
  if (!event.ctrlKey && !event.metaKey) return key;
  return event.shiftKey && /^[a-z]$/.test(key) ? `ctrl+shift+${key}` : `ctrl+${key}`;
}

const TYPING = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]';
const PRESSED_BY_ENTER = 'a[href], button, summary';

/** Whether a key press belongs to the thing that has the focus, not to the workspace. */
export function belongsToTarget(target: Element | null, chord: string): boolean {
  if (!target) return false;
  if (target.closest('dialog[open]')) return true;
  if (target.matches(TYPING)) return chord !== 'ctrl+enter';
  return (chord === 'enter' || chord === ' ') && target.closest(PRESSED_BY_ENTER) !== null;
}

export class Keys {
  readonly #groups = new Map<string, Binding[]>();

  /** Add a group of bindings; call the result to remove it. Later groups win over earlier ones. */
  add(name: string, bindings: Binding[]): () => void {
    this.#groups.delete(name);
    this.#groups.set(name, bindings);
    return () => this.#groups.get(name) === bindings && this.#groups.delete(name);
  }

  find(chord: string): Binding | null {
    const all = [...this.#groups.values()].reverse().flat();
    return all.find((binding) => binding.keys.includes(chord)) ?? null;
  }

  /** The groups as the panel shows them. */
  get groups(): { name: string; bindings: Binding[] }[] {
    const shown = [...this.#groups].map(([name, all]) => ({
      name,
      bindings: all.filter((b) => b.label !== null),
    }));
    return shown.filter((group) => group.bindings.length > 0);
  }

  /** Run what a key press asks for. A key held down mostly counts once: a label for each repeat would be a disaster. */
  handle = (event: KeyboardEvent): void => {
    const chord = chordOf(event);
    if (!chord || event.isComposing || event.defaultPrevented) return;
    if (belongsToTarget(event.target instanceof Element ? event.target : null, chord)) return;
    const binding = this.find(chord);
    if (!binding) return;
    event.preventDefault();
    if (binding.held || !event.repeat) binding.run(event);
  };
}
