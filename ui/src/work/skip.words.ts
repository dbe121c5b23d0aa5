/** Words, loaded with the pages that say them. */
import { words } from '../messages/words';

export const skipWords = words({
  en: {
    title: 'Skip this task',
    lead: 'Somebody else will get it. Why?',
    reasons: {
      unclear: 'I cannot tell',
      no_class: 'No class fits',
      broken: 'Broken or unreadable',
      sensitive: 'I would rather not see this',
      other: 'Something else',
    },
  },
  it: {
    title: 'Salta questo compito',
    lead: 'Andrà a un’altra persona. Perché?',
    reasons: {
      unclear: 'Non riesco a capire',
      no_class: 'Nessuna classe è adatta',
      broken: 'Guasto o illeggibile',
      sensitive: 'Preferisco non vederlo',
      other: 'Altro',
    },
  },
});
