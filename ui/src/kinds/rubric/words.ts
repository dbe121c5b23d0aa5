import { words } from '../../messages/words';

export const w = words({
  en: {
    title: 'Rate each on its own',
    titleOne: 'Rate it',
    /** What a scale is of: a criterion, for one of several things. */
    of: (criterion: string, what: string) => `${criterion}, ${what}`,
    step: (step: string, label: string) => `${step}, ${label}`,
    range: (low: string, high: string) => `${low} to ${high}`,
    right: 'right answer',
    why: 'Why?',
    whyOptional: 'Why? (optional)',
    count: (words: string) => `${words} words`,
    countOf: (words: string, least: string) => `${words} of ${least} words`,
    left: (n: string) => `Rate every criterion: ${n} to go`,
    lacks: (n: string) => `Say why: ${n} more words`,
    lacksOne: 'Say why: one more word',
    keys: {
      criteria: 'To the next rating that is missing',
      why: 'To the words that say why',
      digits: 'Set the rating that has the focus',
    },
  },
  it: {
    title: 'Valuta ciascuna da sola',
    titleOne: 'Valuta',
    of: (criterion, what) => `${criterion}, ${what}`,
    step: (step, label) => `${step}, ${label}`,
    range: (low, high) => `da ${low} a ${high}`,
    right: 'risposta giusta',
    why: 'Perché?',
    whyOptional: 'Perché? (facoltativo)',
    count: (n) => `${n} parole`,
    countOf: (n, least) => `${n} di ${least} parole`,
    left: (n) => `Valuta ogni criterio: ne mancano ${n}`,
    lacks: (n) => `Scrivi perché: mancano ${n} parole`,
    lacksOne: 'Scrivi perché: manca una parola',
    keys: {
      criteria: 'Al prossimo voto mancante',
      why: 'Al testo che spiega perché',
      digits: 'Dà il voto che ha il fuoco',
    },
  },
});
