import { words } from '../../messages/words';

export const w = words({
  en: {
    group: 'Labels',
    choose: 'Choose a label',
    find: 'Find a label',
    none: 'No label has this name.',
    several: (n: number) => `${n} labels`,
  },
  it: {
    group: 'Etichette',
    choose: "Scegli un'etichetta",
    find: "Cerca un'etichetta",
    none: 'Nessuna etichetta ha questo nome.',
    several: (n) => `${n} etichette`,
  },
});
