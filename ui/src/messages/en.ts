const s = (n: number, one: string, many: string) => (n === 1 ? one : many);

export const en = {
  loading: 'Loading…',
  close: 'Close',
  dismiss: 'Dismiss',
  reload: 'Reload the page',
  tryAgain: 'Try again',

  work: {
    sentBack: 'Sent back',
    later: 'Later',
    reveal: 'Show it',
    veiled: (content: string) => `This may show ${content}.`,
    veiledSkip: 'Skipping is never held against you.',
    comment: 'Comment or flag',
    history: 'My earlier answers',
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
    submit: 'Submit',
    undo: 'Back',
    undoLast: 'last:',
    undoStep: 'Undo',
    redo: 'Redo',
    takeProposal: 'Use the proposal',
    proposalOf: (share: string, version: number) =>
      `Model v${version}, ${share} sure. Correct it before you submit.`,
    skipped: 'skipped',
    skip: 'Skip',
    guide: 'Instructions',
    keys: 'Keys',
    now: {
      gave: (choice: string) => `${choice} given.`,
      skipped: 'Skipped.',
      back: 'Back at the last task.',
      proposal: 'The proposal is here to be corrected.',
    },
  },

  pay: {
    cents: (n: string) => `${n}¢`,
    each: (price: string) => `${price} an answer`,
    task: (price: string) => `${price} for this`,
    today: (sum: string) => `${sum} today`,
    todayLabel: 'Earned today, all projects',
  },

  lesson: {
    checking: 'Checking…',
    right: 'Right',
    wrong: (choice: string) => `Not quite: it is ${choice}`,
    score: (right: string, judged: string) => `${right} of ${judged} right`,
    next: 'Next',
  },

  guide: {
    fresh: 'new',
  },

  keys: {
    touchTitle: 'Settings',
    groups: {
      work: 'Workspace',
      classes: 'Classes',
      view: 'Image',
      lesson: 'Training',
      returned: 'Sent back',
    } as Record<string, string>,
    classes: 'Pick a class',
    accept: 'Accept the proposal, or submit',
    back: 'Undo, or back to the last task',
    redo: 'Redo',
    proposal: 'Take over the proposal, to correct it',
    returned: 'What reviewers have sent back',
    later: 'Back to the work',
    goOn: 'Go on after an answer was judged',
    names: { enter: 'Enter', arrows: 'Arrows' },
    pan: 'Move the image',
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
