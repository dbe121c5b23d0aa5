/** Words, loaded with the pages that say them. */
import { words } from '../messages/words';

const s = (n: number, one: string, many: string) => (n === 1 ? one : many);

export const signInWords = words({
  en: {
    title: 'Sign in',
    lead: 'Groundswell signs you in with a link. Nobody needs a password.',
    how: ['Find the link that', 'printed when it started, and open it in this browser.'],
    field: 'Or paste the link or its token here',
    button: 'Sign in',
    working: 'Signing you in…',
    refused: 'This link is not valid any more, or not complete.',
    refusedHelp:
      'Copy the newest link that the server printed, the whole of it. Starting the server again prints a new one.',
    unreachable: 'The server does not answer.',
    unreachableHelp: 'Check that it is running, then try again.',
    empty: 'Paste a link or a token first.',
    ended: (kept: number) =>
      kept
        ? `Your session has ended. ${kept} ${s(kept, 'answer is', 'answers are')} kept in this browser and will be sent when you sign in.`
        : 'Your session has ended. Sign in to go on.',
  },
  it: {
    title: 'Accedi',
    lead: 'A Groundswell si accede con un link. Nessuna password.',
    how: ['Cerca il link che', 'ha stampato all’avvio e aprilo in questo browser.'],
    field: 'Oppure incolla qui il link o il suo token',
    button: 'Accedi',
    working: 'Accesso in corso…',
    refused: 'Questo link non è più valido oppure è incompleto.',
    refusedHelp:
      'Copia per intero l’ultimo link stampato dal server. Riavviando il server ne ottieni uno nuovo.',
    unreachable: 'Il server non risponde.',
    unreachableHelp: 'Controlla che sia in funzione, poi riprova.',
    empty: 'Incolla prima un link o un token.',
    ended: (kept) =>
      kept
        ? `La sessione è scaduta. ${kept} ${s(kept, 'risposta è conservata', 'risposte sono conservate')} in questo browser: ${s(kept, 'partirà', 'partiranno')} al prossimo accesso.`
        : 'La sessione è scaduta. Accedi per continuare.',
  },
});
