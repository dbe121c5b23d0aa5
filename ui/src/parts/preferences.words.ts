/** Words, loaded with what says them. */
import { words } from '../messages/words';

export const preferencesWords = words({
  en: { theme: 'Theme', auto: 'Like the system', light: 'Light', dark: 'Dark', language: 'Language' },
  it: { theme: 'Tema', auto: 'Come il sistema', light: 'Chiaro', dark: 'Scuro', language: 'Lingua' },
});
