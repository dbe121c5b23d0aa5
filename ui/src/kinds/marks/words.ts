import { words } from '../../messages/words';

export const w = words({
  en: {
    takeOne: (label: string) => `Take over this proposal: ${label}`,
    yours: 'Your answer',
    right: 'Right answer',
    theirs: 'What the reviewer marked',
    takeTheirs: "Take the reviewer's answer",
    lacksSome: 'An attribute is missing',
    markAs: 'Label of what you mark next',
    rename: 'Label of what is picked',
    next: (label: string, key: string) =>
      `Next: ${label}. To rename what you just marked, press ${key} first.`,
    compare: 'Show or hide the other answer',
  },
  it: {
    takeOne: (label) => `Accetta questa proposta: ${label}`,
    yours: 'La tua risposta',
    right: 'Risposta giusta',
    theirs: 'Ciò che ha segnato il revisore',
    takeTheirs: 'Prendi la risposta del revisore',
    lacksSome: 'Manca un attributo',
    markAs: 'Etichetta di ciò che segni',
    rename: 'Etichetta di ciò che è selezionato',
    next: (label, key) => `Poi: ${label}. Per rinominare ciò che hai appena segnato, premi prima ${key}.`,
    compare: "Mostra o nascondi l'altra risposta",
  },
});
