/** The words of choosing classes. */
import { words } from '../../messages/words';

export const w = words({
  en: {
    stage: { text: 'Text to label', image: 'Image to label' },
    pick: 'Pick one',
    proposal: (choice: string, share: string, version: number) =>
      `Model v${version} proposes ${choice}, ${share}`,
    proposed: 'Proposed',
    noProposal: 'No proposal for this one',
    filter: 'Find a class',
    noClass: 'No class has this name.',
    image: 'Image without a description',
    imageFailed: 'The image could not be loaded. Try again, or skip this task as broken.',
    zoom: { in: 'Zoom in', out: 'Zoom out', reset: 'Fit to the window' },
    none: 'none of them',
    several: 'Pick all that apply',
  },
  it: {
    stage: { text: 'Testo da etichettare', image: 'Immagine da etichettare' },
    pick: 'Scegline una',
    proposal: (choice, share, version) => `Il modello v${version} propone ${choice}, ${share}`,
    proposed: 'Proposta',
    noProposal: 'Nessuna proposta per questo',
    filter: 'Cerca una classe',
    noClass: 'Nessuna classe ha questo nome.',
    image: 'Immagine senza descrizione',
    imageFailed: 'Non è stato possibile caricare l’immagine. Riprova, oppure salta questo compito.',
    zoom: { in: 'Ingrandisci', out: 'Rimpicciolisci', reset: 'Adatta alla finestra' },
    none: 'nessuna',
    several: 'Scegli tutte quelle che valgono',
  },
});
