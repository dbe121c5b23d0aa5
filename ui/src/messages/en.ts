const s = (n: number, one: string, many: string) => (n === 1 ? one : many);

export const en = {
  loading: 'Loading…',
  close: 'Close',
  dismiss: 'Dismiss',
  reload: 'Reload the page',
  tryAgain: 'Try again',
  settings: { theme: 'Theme', auto: 'Like the system', light: 'Light', dark: 'Dark', language: 'Language' },

  signIn: {
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

  projects: {
    title: 'Projects',
    label: 'Label',
    open: 'Open',
    pause: 'Pause',
    resume: 'Resume',
    start: 'Start',
    signOut: 'Sign out',
    more: 'Show more',
    failed: 'The projects could not be loaded.',
    emptyTitle: 'No projects yet',
    emptyLead: 'A project is made from a folder of images or a file of texts. Run this where the data is:',
    emptyEnd: 'It opens here as soon as it is made.',
    copy: 'Copy',
    copied: 'Copied',
    dataset: (name: string, version: number | string) => `${name} v${version}`,
    tasks: (done: string, total: string) => `${done} of ${total} tasks`,
    answers: (n: number) => s(n, 'answer', 'answers'),
    people: (n: number) => s(n, 'person', 'people'),
    agreement: 'agreement',
    model: (version: number) => `model v${version}`,
    accuracy: (share: string) => `${share} accurate`,
    noModel: 'No model yet',
    notMeasured: 'not measured yet',
    state: { draft: 'Draft', active: 'Active', paused: 'Paused', done: 'Done' },
    kind: { text_choice: 'Text, one class', image_choice: 'Image, one class' } as Record<string, string>,
    leftovers: (n: number) => `${n} ${s(n, 'answer is', 'answers are')} kept here and could not be sent yet.`,
  },

  work: {
    back: 'All projects',
    progress: (done: string, total: string) => `${done} of ${total}`,
    progressLabel: 'Tasks completed in this project',
    mine: (n: string) => `${n} by you`,
    session: (n: string) => `${n} this session`,
    pace: (n: string) => `${n} a minute`,
    saved: 'Saved',
    saving: (n: number) => `Saving ${n}…`,
    offline: (n: number) => (n ? `Offline: ${n} ${s(n, 'answer', 'answers')} kept here` : 'Offline'),
    trouble: (n: number) => (n ? `Not saved yet: ${n} kept here` : 'Server trouble'),
    refused: (detail: string) => `An answer was not taken. ${detail}`,
    server: (detail: string) => `The server could not take that: ${detail}. We go on trying.`,
    journal:
      'This browser refuses to store data, so unsent answers live in this tab only. Keep it open until it says Saved.',
    stage: { text: 'Text to label', image: 'Image to label' },
    pick: 'Pick one',
    proposal: (choice: string, share: string, version: number) =>
      `Model v${version} proposes ${choice}, ${share}`,
    proposed: 'Proposed',
    noProposal: 'No proposal for this one',
    filter: 'Find a class',
    noClass: 'No class has this name.',
    submit: 'Submit',
    undo: 'Back',
    undoLast: 'last:',
    skipped: 'skipped',
    skip: 'Skip',
    guide: 'Instructions',
    keys: 'Keys',
    image: 'Image without a description',
    imageFailed: 'The image could not be loaded. Try again, or skip this task as broken.',
    zoom: { in: 'Zoom in', out: 'Zoom out', reset: 'Fit to the window' },
    now: {
      gave: (choice: string) => `${choice} given.`,
      skipped: 'Skipped.',
      back: 'Back at the last task.',
    },
  },

  skip: {
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

  guide: {
    title: 'Instructions',
    version: (n: number) => `Version ${n}`,
    none: 'This project has no instructions. Use your own judgement, and skip what you cannot tell.',
    fresh: 'new',
  },

  keys: {
    title: 'Keys and settings',
    touchTitle: 'Settings',
    groups: { work: 'Workspace', classes: 'Classes', view: 'Image' } as Record<string, string>,
    classes: 'Pick a class',
    accept: 'Accept the proposal, or submit',
    back: 'Back to the last task',
    settings: 'Settings',
    confirm: 'Confirm with Enter',
    confirmHelp: 'Choosing marks a class; Enter gives the answer. Off: choosing gives it at once.',
    names: { enter: 'Enter', arrows: 'Arrows' },
    pan: 'Move the image',
  },

  empty: {
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
    session: (n: string) => `You gave ${n} answers this time.`,
    sessionOne: 'You gave one answer this time.',
  },

  failed: {
    notFound: 'There is nothing here',
    notFoundLead: 'The address is not complete, or the project belongs to another organization.',
    project: 'The project could not be opened',
    kind: (kind: string) =>
      `This page does not know the kind “${kind}”. The server may be newer than the page: reload it.`,
    home: 'See all projects',
  },
};

export type Messages = typeof en;
