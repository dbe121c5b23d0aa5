/** What a form says in the end. */
import { list } from '../../messages/index.svelte';
import type { Answer, ProjectDetail, Task } from '../../wire';
import { isDigest, optionsOf, problemOf, settled, titleOf, type Field, type Values } from './fields';
import { w } from './words';

export const fieldsOf = (project: ProjectDetail): Field[] =>
  (project.options.fields as Field[] | undefined) ?? [];

export const valuesOf = (answer: Answer | null): Values => (answer?.fields as Values | undefined) ?? {};

export const composed = () => true;
export const blank = (): Answer => ({ fields: {} });

export function missing(draft: Answer, _: Task, project: ProjectDetail): string | null {
  const { shown, filled } = settled(fieldsOf(project), valuesOf(draft));
  for (const field of shown) {
    const problem = problemOf(field, filled[field.name]);
    if (problem) return w().problem(titleOf(field), problem);
  }
  return null;
}

/** The value of a field in words. */
export function wordsOf(field: Field, value: unknown): string {
  if (typeof value === 'boolean') return value ? w().yes : w().no;
  if (field.kind === 'rows') return (value as Values[]).map((row) => rowInWords(field, row)).join('; ');
  if (Array.isArray(value)) {
    const each = value.map((one) => wordsOf(field, one));
    return field.kind === 'rank' ? each.join(' › ') : list(each);
  }
  if (field.kind === 'file' && isDigest(value)) return w().file(value.slice(0, 8));
  return optionsOf(field).find((one) => one.value === value)?.title ?? String(value);
}

function rowInWords({ fields = [] }: Field, row: Values): string {
  const filled = fields.filter(({ name }) => row[name] !== undefined);
  return list(filled.map((field) => wordsOf(field, row[field.name])));
}

const FEW = 3;

export function summary(answer: Answer, project: ProjectDetail): string {
  const values = valuesOf(answer);
  const filled = fieldsOf(project).filter(({ name }) => values[name] !== undefined);
  if (!filled.length) return w().none;
  const each = filled
    .slice(0, FEW)
    .map((field) => w().one(titleOf(field).replace(/[?:.]$/, ''), wordsOf(field, values[field.name])));
  return list(filled.length > FEW ? [...each, w().more(filled.length - FEW)] : each);
}
