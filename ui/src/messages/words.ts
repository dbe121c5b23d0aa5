/** The words of one area (a label kind, a page): loaded with it, so that the shell stays small. */
import { language, type Language } from './index.svelte';

/**
 * Words in every language; English says which there are. Call the result for those of now.
 *
 *     export const w = words({ en: { count: (n: number) => `${n} spans` }, it: { count: (n) => `${n} porzioni` } });
 */
export function words<T>(of: { en: T } & Record<Exclude<Language, 'en'>, NoInfer<T>>): () => T {
  return () => of[language()];
}
