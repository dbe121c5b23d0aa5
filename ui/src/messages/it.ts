import type { Messages } from './en';

const s = (n: number, one: string, many: string) => (n === 1 ? one : many);

export const it: Messages = {
  loading: 'Caricamento…',
  close: 'Chiudi',
  dismiss: 'Ho capito',
  reload: 'Ricarica la pagina',
  tryAgain: 'Riprova',
  settings: { theme: 'Tema', auto: 'Come il sistema', light: 'Chiaro', dark: 'Scuro', language: 'Lingua' },

  signIn: {
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

  projects: {
    title: 'Progetti',
    label: 'Etichetta',
    open: 'Apri',
    pause: 'Sospendi',
    resume: 'Riprendi',
    start: 'Avvia',
    signOut: 'Esci',
    more: 'Mostra altri',
    failed: 'Non è stato possibile caricare i progetti.',
    emptyTitle: 'Ancora nessun progetto',
    emptyLead:
      'Un progetto nasce da una cartella di immagini o da un file di testi. Esegui questo dove si trovano i dati:',
    emptyEnd: 'Apparirà qui appena creato.',
    copy: 'Copia',
    copied: 'Copiato',
    dataset: (name, version) => `${name} v${version}`,
    tasks: (done, total) => `${done} compiti su ${total}`,
    answers: (n) => s(n, 'risposta', 'risposte'),
    people: (n) => s(n, 'persona', 'persone'),
    agreement: 'accordo',
    model: (version) => `modello v${version}`,
    accuracy: (share) => `accurato al ${share}`,
    noModel: 'Ancora nessun modello',
    notMeasured: 'non ancora misurato',
    state: { draft: 'Bozza', active: 'Attivo', paused: 'Sospeso', done: 'Concluso' },
    kind: { text_choice: 'Testo, una classe', image_choice: 'Immagine, una classe' },
    leftovers: (n) =>
      `${n} ${s(n, 'risposta è conservata', 'risposte sono conservate')} qui e non ancora ${s(n, 'inviata', 'inviate')}.`,
  },

  work: {
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
    stage: { text: 'Testo da etichettare', image: 'Immagine da etichettare' },
    pick: 'Scegline una',
    proposal: (choice, share, version) => `Il modello v${version} propone ${choice}, ${share}`,
    proposed: 'Proposta',
    noProposal: 'Nessuna proposta per questo',
    filter: 'Cerca una classe',
    noClass: 'Nessuna classe ha questo nome.',
    submit: 'Invia',
    undo: 'Indietro',
    undoLast: 'ultima:',
    skipped: 'saltato',
    skip: 'Salta',
    guide: 'Istruzioni',
    keys: 'Tasti',
    image: 'Immagine senza descrizione',
    imageFailed: 'Non è stato possibile caricare l’immagine. Riprova, oppure salta questo compito.',
    zoom: { in: 'Ingrandisci', out: 'Rimpicciolisci', reset: 'Adatta alla finestra' },
    now: {
      gave: (choice) => `Risposta: ${choice}.`,
      skipped: 'Saltato.',
      back: 'Sei tornato al compito precedente.',
    },
  },

  skip: {
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

  guide: {
    title: 'Istruzioni',
    version: (n) => `Versione ${n}`,
    none: 'Questo progetto non ha istruzioni. Usa il tuo giudizio e salta ciò che non riesci a capire.',
    fresh: 'nuove',
  },

  keys: {
    title: 'Tasti e impostazioni',
    touchTitle: 'Opzioni',
    groups: { work: 'Area di lavoro', classes: 'Classi', view: 'Immagine' },
    classes: 'Scegli una classe',
    accept: 'Accetta la proposta, o invia',
    back: 'Torna al compito precedente',
    settings: 'Impostazioni',
    confirm: 'Conferma con Invio',
    confirmHelp: 'La scelta segna una classe e Invio la manda. Se è spento, la scelta parte subito.',
    names: { enter: 'Invio', arrows: 'Frecce' },
    pan: 'Sposta l’immagine',
  },

  empty: {
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
    session: (n) => `Questa volta hai dato ${n} risposte.`,
    sessionOne: 'Questa volta hai dato una risposta.',
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
