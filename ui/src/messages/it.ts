import type { Messages } from './en';

const s = (n: number, one: string, many: string) => (n === 1 ? one : many);

export const it: Messages = {
  loading: 'Caricamento…',
  close: 'Chiudi',
  dismiss: 'Ho capito',
  reload: 'Ricarica la pagina',
  tryAgain: 'Riprova',

  work: {
    sentBack: 'Rimandate',
    later: 'Più tardi',
    reveal: 'Mostra',
    veiled: (content) => `Può mostrare ${content}.`,
    veiledSkip: 'Saltare non ti viene mai rinfacciato.',
    comment: 'Commenta o segnala',
    history: 'Le mie risposte precedenti',
    back: 'Tutti i progetti',
    progress: (done, total) => `${done} di ${total}`,
    progressLabel: 'Compiti completati in questo progetto',
    mine: (n) => `${n} tue`,
    session: (n) => `${n} in questa sessione`,
    pace: (n) => `${n} al minuto`,
    saved: 'Salvato',
    saving: (n) => `Salvataggio di ${n}…`,
    offline: (n) =>
      n ? `Senza rete: ${n} ${s(n, 'risposta conservata', 'risposte conservate')} qui` : 'Senza rete',
    trouble: (n) => (n ? `Non ancora salvate: ${n} conservate qui` : 'Problemi del server'),
    refused: (detail) => `Una risposta non è stata accettata. ${detail}`,
    server: (detail) => `Il server non ha potuto accettare: ${detail}. Continuiamo a provare.`,
    journal:
      'Questo browser non permette di conservare dati: le risposte non inviate vivono solo in questa scheda. Tienila aperta finché non dice Salvato.',
    submit: 'Invia',
    undo: 'Indietro',
    undoLast: 'ultima:',
    undoStep: 'Annulla',
    redo: 'Ripeti',
    takeProposal: 'Usa la proposta',
    proposalOf: (share, version) => `Modello v${version}, sicuro al ${share}. Correggila prima di inviare.`,
    skipped: 'saltato',
    skip: 'Salta',
    guide: 'Istruzioni',
    keys: 'Tasti',
    now: {
      gave: (choice) => `Risposta: ${choice}.`,
      skipped: 'Saltato.',
      back: 'Sei tornato al compito precedente.',
      proposal: 'La proposta è qui, da correggere.',
    },
  },

  pay: {
    cents: (n) => `${n} cent.`,
    each: (price) => `${price} a risposta`,
    task: (price) => `${price} per questo`,
    today: (sum) => `${sum} oggi`,
    todayLabel: 'Guadagno di oggi, in tutti i progetti',
  },

  lesson: {
    checking: 'Controllo…',
    right: 'Giusto',
    wrong: (choice) => `Non proprio: è ${choice}`,
    score: (right, judged) => `${right} giuste su ${judged}`,
    next: 'Avanti',
  },

  guide: {
    fresh: 'nuove',
  },

  keys: {
    touchTitle: 'Opzioni',
    groups: {
      work: 'Area di lavoro',
      classes: 'Classi',
      view: 'Immagine',
      lesson: 'Addestramento',
      returned: 'Rimandate',
    },
    classes: 'Scegli una classe',
    accept: 'Accetta la proposta, o invia',
    back: 'Annulla, o torna al compito precedente',
    redo: 'Ripeti',
    proposal: 'Riprendi la proposta, per correggerla',
    returned: 'Ciò che i revisori hanno rimandato',
    later: 'Torna al lavoro',
    goOn: 'Vai avanti dopo il giudizio',
    names: { enter: 'Invio', arrows: 'Frecce' },
    pan: 'Sposta l’immagine',
  },

  failed: {
    notFound: 'Qui non c’è nulla',
    notFoundLead: 'L’indirizzo è incompleto, oppure il progetto è di un’altra organizzazione.',
    project: 'Non è stato possibile aprire il progetto',
    kind: (kind) =>
      `Questa pagina non conosce il tipo «${kind}». Il server potrebbe essere più recente: ricaricala.`,
    home: 'Vedi tutti i progetti',
  },
};
