/** Keys of labels where letters are taken by tools: 1 to 9, and for all of them a search. */
const DIGITS = [...'123456789'];

/** The key of each label, in order; those past the last have none. A label that is a digit has that digit. */
export function labelKeys(names: string[]): (string | null)[] {
  if (names.every((name) => /^\d$/.test(name))) return names;
  return names.map((_, at) => DIGITS[at] ?? null);
}
