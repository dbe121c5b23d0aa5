import { words } from '../../messages/words';

export const w = words({
  en: {
    roles: { system: 'System', user: 'User', assistant: 'Assistant' },
    prompt: 'What was asked',
    references: (n: string) => `References (${n})`,
    grow: 'Show all of what was asked, or less',
    more: 'Show all',
    less: 'Show less',
    plain: 'As plain text',
    plainHelp: 'Letter by letter, with every sign of formatting',
  },
  it: {
    roles: { system: 'Sistema', user: 'Utente', assistant: 'Assistente' },
    prompt: 'La richiesta',
    references: (n) => `Riferimenti (${n})`,
    grow: 'Mostra tutta la richiesta, o meno',
    more: 'Mostra tutto',
    less: 'Mostra meno',
    plain: 'Come testo semplice',
    plainHelp: 'Lettera per lettera, con ogni segno di formattazione',
  },
});
