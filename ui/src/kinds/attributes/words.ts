import { words } from '../../messages/words';

export const w = words({
  en: {
    attributes: 'Attributes',
    required: 'required',
    yes: 'Yes',
    no: 'No',
    pick: 'Pick…',
    linked: (n: string) => `→ ${n}`,
    wrongLink: 'it is linked to what it may not be',
    range: (low: string, high: string) => `${low} to ${high}`,
    from: (low: string) => `from ${low}`,
    to: (high: string) => `up to ${high}`,
    lacks: (what: string, name: string, problem: string) => `${what}, “${name}”: ${problem}.`,
  },
  it: {
    attributes: 'Attributi',
    required: 'obbligatorio',
    yes: 'Sì',
    no: 'No',
    pick: 'Scegli…',
    linked: (n) => `→ ${n}`,
    wrongLink: 'è collegato a ciò a cui non può esserlo',
    range: (low, high) => `da ${low} a ${high}`,
    from: (low) => `da ${low}`,
    to: (high) => `fino a ${high}`,
    lacks: (what, name, problem) => `${what}, “${name}”: ${problem}.`,
  },
});
