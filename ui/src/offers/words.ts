/** Words, loaded with the pages that say them. */
import { words } from '../messages/words';

export const offerWords = words({
  en: {
    start: 'Start working',
    startLead: 'We open the project that needs you most.',
    none: 'There is no work for you right now. Look in again later.',
    elsewhere: 'Work in another project',
    qualification: (name: string) => `Take the test “${name}”`,
    training: (name: string) => `Do the training “${name}”`,
    purpose: { qualification: 'Entry test', training: 'Training', production: '' },
    shows: (content: string) => `May show ${content}`,
    decide: 'Decide what you see',
    undecided: (content: string) =>
      `Some of these tasks may show ${content}. They are kept from you unless you agree to see them.`,
    spent: (content: string) =>
      `You have seen as much of ${content} as one person should for now. More later.`,
    restricted: (until: string) => `You are given no new work until ${until}.`,
    reason: 'Reason',
    reasons: {
      quality: 'Too many wrong answers',
      spam: 'Answers that look like spam',
      account_sharing: 'An account used by several people',
      confidentiality: 'Confidentiality',
      conduct: 'Conduct',
    } as Record<string, string>,
    evidence: 'What it rests on',
    appeal: 'If you think this is wrong, turn to',
    kept: 'What you earned stays yours.',
  },
  it: {
    start: 'Inizia a lavorare',
    startLead: 'Apriamo il progetto che ha più bisogno di te.',
    none: 'Ora non c’è lavoro per te. Torna a guardare più tardi.',
    elsewhere: 'Lavora in un altro progetto',
    qualification: (name) => `Fai la prova «${name}»`,
    training: (name) => `Fai l’addestramento «${name}»`,
    purpose: { qualification: 'Prova d’ingresso', training: 'Addestramento', production: '' },
    shows: (content) => `Può mostrare: ${content}`,
    decide: 'Decidi che cosa vedere',
    undecided: (content) =>
      `Alcuni di questi compiti possono mostrare: ${content}. Non ti vengono dati finché non accetti di vederli.`,
    spent: (content) => `Per ora hai visto quanto basta a una persona di: ${content}. Il resto più avanti.`,
    restricted: (until) => `Non ricevi nuovo lavoro fino al ${until}.`,
    reason: 'Motivo',
    reasons: {
      quality: 'Troppe risposte sbagliate',
      spam: 'Risposte che sembrano spam',
      account_sharing: 'Un account usato da più persone',
      confidentiality: 'Riservatezza',
      conduct: 'Condotta',
    },
    evidence: 'Su che cosa si basa',
    appeal: 'Se pensi che sia sbagliato, rivolgiti a',
    kept: 'Ciò che hai guadagnato resta tuo.',
  },
});
