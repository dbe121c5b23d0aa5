/** Who said what, where a kind shows an earlier answer beside what is right. */
import { words } from '../messages/words';

export const toldWords = words({
  en: {
    rightAnswer: 'Right answer',
    yourAnswer: 'Your answer',
    reviewer: 'Reviewer',
  },
  it: {
    rightAnswer: 'Risposta giusta',
    yourAnswer: 'La tua risposta',
    reviewer: 'Revisore',
  },
});
