import { words } from '../../messages/words';

export const w = words({
  en: {
    image: (of: string) => `Image: ${of}`,
    audio: (of: string) => `Recording: ${of}`,
    failed: 'It could not be loaded. Try again, or skip this task as broken.',
    keys: {
      group: 'Images and recordings',
      play: 'Play, pause; after the end the next recording',
    },
  },
  it: {
    image: (of) => `Immagine: ${of}`,
    audio: (of) => `Registrazione: ${of}`,
    failed: 'Non è stato possibile caricarlo. Riprova, o salta questo compito come rotto.',
    keys: {
      group: 'Immagini e registrazioni',
      play: 'Ascolta, pausa; dopo la fine la registrazione seguente',
    },
  },
});
