/** The words of changing classes. */
import { words } from '../../messages/words';
import { list } from '../../messages/index.svelte';
import type { Operation } from './change.svelte';

const s = (n: number, one: string, many: string) => (n === 1 ? one : many);

const english = (one: Operation): string => {
  switch (one.op) {
    case 'rename':
      return `${one.old} is called ${one.new}`;
    case 'merge':
      return `${list(one.classes)} become ${one.into}`;
    case 'split':
      return `${one.old} becomes ${list(one.parts)}`;
    case 'add':
      return `${one.name} is added`;
    case 'remove':
      return `${one.name} is removed`;
  }
};

const italian = (one: Operation): string => {
  switch (one.op) {
    case 'rename':
      return `${one.old} si chiama ${one.new}`;
    case 'merge':
      return `${list(one.classes)} diventano ${one.into}`;
    case 'split':
      return `${one.old} diventa ${list(one.parts)}`;
    case 'add':
      return `si aggiunge ${one.name}`;
    case 'remove':
      return `si toglie ${one.name}`;
  }
};

export const classWords = words({
  en: {
    title: 'Classes',
    help: 'Nothing changes before you have seen what it does. Answers keep the classes that they were given under.',
    change: 'Change',
    ops: {
      rename: 'Rename a class',
      merge: 'Merge classes',
      split: 'Split a class',
      add: 'Add a class',
      remove: 'Remove a class',
    } as Record<Operation['op'], string>,
    class: 'Class',
    which: 'Classes to merge',
    name: 'New name',
    parts: 'Its parts, one on each line',
    plan: 'See what it does',
    drop: (what: string) => `Leave out: ${what}`,
    planned: 'Planned',
    says: english,
    back: (version: number) => `Version ${version} comes back`,
    effects: 'What happens to the answers',
    was: 'Class',
    becomes: 'Becomes',
    answers: 'Answers',
    labels: 'Labels',
    gold: 'Known',
    again: 'asked again',
    none: 'none',
    cost: (tasks: number, answers: number, cents: string) =>
      tasks
        ? `${tasks} ${s(tasks, 'task is', 'tasks are')} asked again: up to ${answers} ${s(answers, 'answer', 'answers')}, ${cents}.`
        : 'No task is asked again.',
    leases: (n: number) =>
      `${n} ${s(n, 'task is', 'tasks are')} in somebody’s hands and will be answered in the old classes.`,
    reopens: 'The project is done and will be open again.',
    make: 'Make this change',
    made: 'The classes are changed.',
    history: 'Versions',
    version: (n: number) => `Version ${n}`,
    restores: (n: number) => `version ${n} came back`,
    first: 'as it was made',
    takeBack: (n: number) => `Back to version ${n}`,
  },
  it: {
    title: 'Classi',
    help: 'Nulla cambia prima che tu abbia visto che cosa comporta. Le risposte conservano le classi con cui sono state date.',
    change: 'Modifica',
    ops: {
      rename: 'Rinomina una classe',
      merge: 'Unisci classi',
      split: 'Dividi una classe',
      add: 'Aggiungi una classe',
      remove: 'Togli una classe',
    },
    class: 'Classe',
    which: 'Classi da unire',
    name: 'Nuovo nome',
    parts: 'Le sue parti, una per riga',
    plan: 'Guarda che cosa comporta',
    drop: (what) => `Lascia fuori: ${what}`,
    planned: 'Previsto',
    says: italian,
    back: (version) => `Torna la versione ${version}`,
    effects: 'Che cosa succede alle risposte',
    was: 'Classe',
    becomes: 'Diventa',
    answers: 'Risposte',
    labels: 'Etichette',
    gold: 'Note',
    again: 'si richiede',
    none: 'nessuna',
    cost: (tasks, answers, cents) =>
      tasks
        ? `${tasks} ${s(tasks, 'compito si richiede', 'compiti si richiedono')}: fino a ${answers} ${s(answers, 'risposta', 'risposte')}, ${cents}.`
        : 'Nessun compito si richiede.',
    leases: (n) =>
      `${n} ${s(n, 'compito è in mano a qualcuno e avrà risposta', 'compiti sono in mano a qualcuno e avranno risposta')} nelle vecchie classi.`,
    reopens: 'Il progetto è concluso e si riaprirà.',
    make: 'Applica questa modifica',
    made: 'Le classi sono cambiate.',
    history: 'Versioni',
    version: (n) => `Versione ${n}`,
    restores: (n) => `è tornata la versione ${n}`,
    first: 'come è nata',
    takeBack: (n) => `Torna alla versione ${n}`,
  },
});
