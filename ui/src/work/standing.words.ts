/** Words, loaded with what says them. */
import { words } from '../messages/words';

export const standingWords = words({
  en: {
    done: 'All done for now',
    doneLead: 'No task is waiting for you. New ones appear here by themselves.',
    complete: 'This project is complete',
    completeLead: 'Every task has its label. Thank you.',
    pausedTitle: 'This project is paused',
    pausedLead: 'A manager has stopped it for now. Work goes on here by itself when it is resumed.',
    draftTitle: 'This project has not started',
    draftLead: 'Tasks appear here when a manager starts it.',
    offlineTitle: 'No connection',
    offlineLead: 'Everything you answered is kept in this browser. We try again by ourselves.',
    troubleTitle: 'The server has trouble',
    barred: 'No work for you here now',
    session: (n: string) => `You gave ${n} answers this time.`,
    sessionOne: 'You gave one answer this time.',
  },
  it: {
    done: 'Per ora è tutto',
    doneLead: 'Nessun compito ti aspetta. Quelli nuovi appariranno qui da soli.',
    complete: 'Questo progetto è completo',
    completeLead: 'Ogni compito ha la sua etichetta. Grazie.',
    pausedTitle: 'Questo progetto è sospeso',
    pausedLead: 'Un responsabile l’ha fermato per ora. Quando riprende, il lavoro continua qui da solo.',
    draftTitle: 'Questo progetto non è ancora iniziato',
    draftLead: 'I compiti appariranno quando un responsabile lo avvia.',
    offlineTitle: 'Nessuna connessione',
    offlineLead: 'Tutte le tue risposte sono conservate in questo browser. Riproviamo da soli.',
    troubleTitle: 'Il server ha un problema',
    barred: 'Ora non c’è lavoro per te qui',
    session: (n) => `Questa volta hai dato ${n} risposte.`,
    sessionOne: 'Questa volta hai dato una risposta.',
  },
});
