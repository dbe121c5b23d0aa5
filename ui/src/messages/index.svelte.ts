/** The words on screen, in the person's language. A language is one file here that fills `Messages`. */
import { preferences } from '../preferences.svelte';
import { en, type Messages } from './en';
import { it } from './it';

export const languages = { en, it } satisfies Record<string, Messages>;
export type Language = keyof typeof languages;

/** The chosen language, else the first of the browser's that we have, else English. */
export function language(): Language {
  const wanted = [preferences.language, ...navigator.languages].map((tag) => tag.slice(0, 2));
  return (wanted.find((tag) => tag in languages) ?? 'en') as Language;
}

export const m = (): Messages => languages[language()];

export const number = (value: number): string => new Intl.NumberFormat(language()).format(value);

/** A share of one as a percentage; never 100 % or 0 % unless it is. */
export function percent(share: number): string {
  const rounded = Math.round(share * 100);
  const shown = share < 1 ? Math.min(99, share > 0 ? Math.max(1, rounded) : 0) : 100;
  return new Intl.NumberFormat(language(), { style: 'percent' }).format(shown / 100);
}
