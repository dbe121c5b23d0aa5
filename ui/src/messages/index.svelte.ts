/** The words on screen, in the person's language. English is always here; the others load when they are wanted. */
import { preferences } from '../preferences.svelte';
import { en, type Messages } from './en';

/** A language more is a file that fills `Messages`, and a line here. Names are written in their own language. */
export const languages = {
  en: { name: 'English', load: async () => en },
  it: { name: 'Italiano', load: async () => (await import('./it')).it },
} satisfies Record<string, { name: string; load: () => Promise<Messages> }>;
export type Language = keyof typeof languages;

const known = (tag: string): tag is Language => tag in languages;

/** The chosen language, else the first of the browser's that we have, else English. */
function wanted(): Language {
  const tags = [preferences.language, ...navigator.languages].map((tag) => tag.slice(0, 2));
  return tags.find(known) ?? 'en';
}

let shown = $state.raw<{ language: Language; words: Messages }>({ language: 'en', words: en });

export const m = (): Messages => shown.words;
export const language = (): Language => shown.language;

/** Load and show the language that is wanted now. Without its file the page stays as it is. */
export async function useLanguage(): Promise<void> {
  const tag = wanted();
  shown = { language: tag, words: await languages[tag].load().catch(() => shown.words) };
}

export const number = (value: number): string => new Intl.NumberFormat(shown.language).format(value);

/** A sum of cents. The API has no currency, so none is named. */
export const cents = (sum: number): string => m().pay.cents(number(sum));

export const day = (at: string): string =>
  new Intl.DateTimeFormat(shown.language, { dateStyle: 'long' }).format(new Date(at));

/** Words as a list: a, b and c. */
export const list = (words: string[]): string => new Intl.ListFormat(shown.language).format(words);

/** A share of one as a percentage; never 100 % or 0 % unless it is. */
export function percent(share: number): string {
  const rounded = Math.round(share * 100);
  const whole = share < 1 ? Math.min(99, share > 0 ? Math.max(1, rounded) : 0) : 100;
  return new Intl.NumberFormat(shown.language, { style: 'percent' }).format(whole / 100);
}
