/** What a person prefers in this browser. */

export interface Preferences {
  theme: 'auto' | 'light' | 'dark';
  /** A language tag; empty follows the browser. */
  language: string;
  /** Choosing only marks a class, and Enter gives the answer. */
  confirm: boolean;
  guideOpen: boolean;
  /** The instructions version last opened, by project id. */
  guideSeen: Record<string, number>;
  /** Projects where one was asked what content one agrees to be shown. */
  contentAsked: Record<string, boolean>;
}

/** A screen without a mouse: no keys are shown. */
export const touch = matchMedia('(hover: none)').matches;

const KEY = 'groundswell.preferences';
const initial: Preferences = {
  theme: 'auto',
  language: '',
  confirm: false,
  guideOpen: true,
  guideSeen: {},
  contentAsked: {},
};

function stored(): Partial<Preferences> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>;
  } catch {
    return {};
  }
}

export const preferences = $state<Preferences>({ ...initial, ...stored() });

/** Write changes to storage and to the document. Call once, from a component's start. */
export function keepPreferences(): void {
  $effect(() => {
    const json = JSON.stringify(preferences);
    try {
      localStorage.setItem(KEY, json);
    } catch {
      // A browser that stores nothing still works; it only forgets.
    }
  });
  $effect(() => void (document.documentElement.dataset.theme = preferences.theme));
}
