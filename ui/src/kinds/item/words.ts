import { words } from '../../messages/words';

export const w = words({
  en: {
    stage: { text: 'Text', image: 'Image', audio: 'Recording', record: 'Record' },
  },
  it: {
    stage: { text: 'Testo', image: 'Immagine', audio: 'Registrazione', record: 'Scheda' },
  },
});
