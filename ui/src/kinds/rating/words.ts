import { words } from '../../messages/words';

export const w = words({
  en: {
    title: 'Rate it',
    one: (criterion: string, step: string) => `${criterion} ${step}`,
    whole: (share: string, each: string) => `${share} (${each})`,
    weight: (weight: string) => `counts ${weight}×`,
    overall: 'Overall',
    open: 'not rated',
    now: (criterion: string, step: string) => `${criterion}: ${step}.`,
    proposed: 'proposed',
    keys: {
      group: 'Ratings',
      rate: 'Rate, and on to the next',
      criterion: 'To the criterion above or below',
      step: 'A step less or more',
      why: 'To the words that say why',
    },
  },
  it: {
    title: 'Valuta',
    one: (criterion, step) => `${criterion} ${step}`,
    whole: (share, each) => `${share} (${each})`,
    weight: (weight) => `conta ${weight}×`,
    overall: 'In tutto',
    open: 'senza voto',
    now: (criterion, step) => `${criterion}: ${step}.`,
    proposed: 'proposto',
    keys: {
      group: 'Voti',
      rate: 'Dà un voto e passa al prossimo',
      criterion: 'Al criterio sopra o sotto',
      step: 'Un passo in meno o in più',
      why: 'Al testo che spiega perché',
    },
  },
});
