import { words } from '../../messages/words';

export const w = words({
  en: {
    attributes: 'Attributes',
    required: 'required',
    yes: 'Yes',
    no: 'No',
    pick: 'Pick…',
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
    range: (low, high) => `da ${low} a ${high}`,
    from: (low) => `da ${low}`,
    to: (high) => `fino a ${high}`,
    lacks: (what, name, problem) => `${what}, “${name}”: ${problem}.`,
  },
});
