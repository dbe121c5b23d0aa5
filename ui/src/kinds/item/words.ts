import { words } from '../../messages/words';

export const w = words({
  en: {
    stage: { text: 'Text', image: 'Image', audio: 'Recording', record: 'Record' },
    beside: 'For reference',
  },
  it: {
    stage: { text: 'Testo', image: 'Immagine', audio: 'Registrazione', record: 'Scheda' },
    beside: 'Per riferimento',
  },
});
