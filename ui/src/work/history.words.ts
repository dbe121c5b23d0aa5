/** The words of going back to earlier answers. */
import { words } from '../messages/words';

export const w = words({
  en: {
    title: 'My answers of this sitting',
    none: 'None yet that the server has stored.',
    all: 'All of them',
    save: 'Save the change',
    saved: 'Changed. What you said before stays on record.',
  },
  it: {
    title: 'Le mie risposte di questa sessione',
    none: 'Ancora nessuna che il server abbia salvato.',
    all: 'Tutte',
    save: 'Salva la modifica',
    saved: 'Modificata. Ciò che avevi detto prima resta agli atti.',
  },
});
