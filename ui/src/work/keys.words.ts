/** Words, loaded with what says them. */
import { words } from '../messages/words';

export const keysWords = words({
  en: {
    title: 'Keys and settings',
    settings: 'Settings',
    confirm: 'Confirm with Enter',
    confirmHelp: 'Choosing marks a class; Enter gives the answer. Off: choosing gives it at once.',
  },
  it: {
    title: 'Tasti e impostazioni',
    settings: 'Impostazioni',
    confirm: 'Conferma con Invio',
    confirmHelp: 'La scelta segna una classe e Invio la manda. Se è spento, la scelta parte subito.',
  },
});
