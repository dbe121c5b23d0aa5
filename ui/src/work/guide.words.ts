/** Words, loaded with what says them. */
import { words } from '../messages/words';

export const guideWords = words({
  en: {
    find: 'Find in the instructions',
    found: (at: number, of: number) => (of ? `${at} of ${of}` : 'not there'),
    title: 'Instructions',
    version: (n: number) => `Version ${n}`,
    none: 'This project has no instructions. Use your own judgement, and skip what you cannot tell.',
  },
  it: {
    find: 'Cerca nelle istruzioni',
    found: (at, of) => (of ? `${at} di ${of}` : 'non c’è'),
    title: 'Istruzioni',
    version: (n) => `Versione ${n}`,
    none: 'Questo progetto non ha istruzioni. Usa il tuo giudizio e salta ciò che non riesci a capire.',
  },
});
