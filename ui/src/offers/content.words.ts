/** Words, loaded with the pages that say them. */
import { words } from '../messages/words';

export const contentWords = words({
  en: {
    title: 'Decide what you see',
    lead: 'Some tasks hold things that can be hard to look at. You are shown them only if you agree, here and in every project.',
    limit: (day: string, week: string) => `At most ${day} a day and ${week} in seven days.`,
    seen: (today: string) => `${today} today.`,
    free: 'You can take this back at any time. Skipping a task is never held against you.',
    agree: (content: string) => `Show me ${content}`,
    save: 'Save',
    notNow: 'Not now',
    failed: (detail: string) => `This could not be saved: ${detail}.`,
  },
  it: {
    title: 'Decidi che cosa vedere',
    lead: 'Alcuni compiti contengono cose difficili da guardare. Ti vengono mostrate solo se accetti, qui e in ogni progetto.',
    limit: (day, week) => `Al massimo ${day} al giorno e ${week} in sette giorni.`,
    seen: (today) => `Oggi ${today}.`,
    free: 'Puoi cambiare idea in qualsiasi momento. Saltare un compito non viene mai contato contro di te.',
    agree: (content) => `Mostrami: ${content}`,
    save: 'Salva',
    notNow: 'Non ora',
    failed: (detail) => `Non è stato possibile salvare: ${detail}.`,
  },
});
