/** Fields of a form: which are shown, what may be in them, and what is wrong. As the server checks them. Pure. */
import { number } from '../../messages/index.svelte';
import { w } from './words';

export type FieldKind =
  | 'text'
  | 'number'
  | 'whole'
  | 'choice'
  | 'choices'
  | 'flag'
  | 'date'
  | 'datetime'
  | 'url'
  | 'file'
  | 'rank'
  | 'scale'
  | 'rows'
  | 'link';

export type Condition =
  { field: string; is: (string | number | boolean)[] } | { all: Condition[] } | { any: Condition[] };

export interface Field {
  name: string;
  kind: FieldKind;
  title?: string;
  hint?: string;
  required?: boolean;
  values?: (string | { value: string; title?: string })[];
  low?: number;
  high?: number;
  /** Characters of a text, values of choices, or entries where there are several. */
  least?: number;
  most?: number;
  pattern?: string;
  when?: Condition;
  several?: boolean;
  /** Of each row. */
  fields?: Field[];
}

export type Values = Readonly<Record<string, unknown>>;

export const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

export const titleOf = ({ title, name }: Field): string => title || name;

/** What may be chosen, with the words for it. */
export const optionsOf = ({ values = [] }: Field): { value: string; title: string }[] =>
  values.map((one) =>
    typeof one === 'string'
      ? { value: one, title: one }
      : { value: one.value, title: one.title || one.value },
  );

/** The field of one entry, where a field takes several: its bounds are of the list. */
export function entryOf(field: Field): Field {
  const { least: _, most: __, several: ___, required: ____, ...entry } = field;
  return entry;
}

/** Whether a condition holds over the values of fields before it; one of a field that is empty or hidden does not. */
export function isMet(condition: Condition | undefined, filled: Values): boolean {
  if (!condition) return true;
  if ('all' in condition) return condition.all.every((part) => isMet(part, filled));
  if ('any' in condition) return condition.any.some((part) => isMet(part, filled));
  const value = filled[condition.field];
  const said = Array.isArray(value) ? value : [value];
  return said.some((one) => condition.is.includes(one as string));
}

/** The fields that are shown, and their values: those that are hidden or empty have none. */
export function settled(fields: Field[], values: Values): { shown: Field[]; filled: Values } {
  const filled: Record<string, unknown> = {};
  const shown = fields.filter((field) => {
    if (!isMet(field.when, filled)) return false;
    if (!isEmpty(values[field.name])) filled[field.name] = values[field.name];
    return true;
  });
  return { shown, filled };
}

// ── what is wrong ──

const PATTERNS: Record<string, RegExp> = {
  email: /^[^\s@<>]{1,64}@[A-Za-z0-9.-]{1,253}$/,
  phone: /^\+?[0-9][0-9 ()/.-]{2,29}$/,
  zip: /^[A-Za-z0-9][A-Za-z0-9 -]{1,11}$/,
  number: /^[+-]?[0-9]{1,30}(\.[0-9]{1,30})?$/,
};

/** Whether the value of a file is the digest of one that was handed in, and no address. */
export const isDigest = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

/** What is wrong with the value of a field that is shown, as part of a sentence; null where it is right. */
export function problemOf(field: Field, value: unknown): string | null {
  if (isEmpty(value)) return field.required ? w().wrong.empty : null;
  if (field.kind === 'rows') return wrongRows(field, value as Values[]);
  if (!field.several) return wrongWith(field, value);
  const entries = (value as unknown[]).filter((one) => !isEmpty(one));
  const count = countProblem(entries.length, field.least ?? 0, field.most ?? Infinity, w().wrong.entries);
  const entry = entryOf(field);
  return count ?? entries.map((one) => wrongWith(entry, one)).find((found) => found !== null) ?? null;
}

/** What is wrong with the first row and cell in which something is. */
function wrongRows({ fields = [], least = 0, most = Infinity }: Field, rows: Values[]): string | null {
  const count = countProblem(rows.length, least, most, w().wrong.rows);
  if (count) return count;
  for (const [place, row] of rows.entries()) {
    const { shown, filled } = settled(fields, row);
    for (const field of shown) {
      const problem = problemOf(field, filled[field.name]);
      if (problem) return w().wrong.cell(number(place + 1), titleOf(field), problem);
    }
  }
  return null;
}

function countProblem(
  count: number,
  least: number,
  most: number,
  words: { least: (n: string) => string; most: (n: string) => string },
): string | null {
  if (count < least) return words.least(number(least));
  return count > most ? words.most(number(most)) : null;
}

function wrongWith(field: Field, value: unknown): string | null {
  const { kind } = field;
  if (kind === 'text') return wrongText(field, String(value).trim());
  if (kind === 'number' || kind === 'whole' || kind === 'scale') return wrongNumber(field, value);
  if (kind === 'choices')
    return countProblem(
      (value as string[]).length,
      field.least ?? 0,
      field.most ?? Infinity,
      w().wrong.values,
    );
  if (kind === 'rank') return (value as string[]).length < optionsOf(field).length ? w().wrong.order : null;
  if (kind === 'url') return isAddress(String(value)) ? null : w().wrong.url;
  if (kind === 'file') return isDigest(value) || isAddress(String(value)) ? null : w().wrong.file;
  return null;
}

function wrongText({ pattern, least = 0, most = 10_000 }: Field, text: string): string | null {
  if (pattern && !PATTERNS[pattern]?.test(text)) return w().wrong.pattern(pattern);
  return countProblem([...text].length, least, most, w().wrong.characters);
}

function wrongNumber({ kind, low = -Infinity, high = Infinity }: Field, value: unknown): string | null {
  if (kind !== 'number' && !Number.isInteger(value)) return w().wrong.whole;
  if (typeof value !== 'number') return w().wrong.number;
  if (value < low) return w().wrong.low(number(low));
  return value > high ? w().wrong.high(number(high)) : null;
}

function isAddress(text: string): boolean {
  if (/\s/.test(text.trim())) return false;
  const parsed = URL.canParse(text) ? new URL(text) : null;
  return parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.hostname !== '';
}

/** A number as people write it, with a point or a comma; what is none stays as it was written. */
export function readNumber(text: string): number | string {
  const written = text.trim();
  const plain = /^[+-]?\d*,\d+$/.test(written) ? written.replace(',', '.') : written;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : text;
}

/** The next field that is empty after a place, going round; null where all that are shown say something. */
export function nextEmpty(shown: Field[], filled: Values, after: string | null): Field | null {
  const at = shown.findIndex(({ name }) => name === after);
  const order = [...shown.slice(at + 1), ...shown.slice(0, at + 1)];
  return order.find(({ name }) => filled[name] === undefined && name !== after) ?? null;
}
