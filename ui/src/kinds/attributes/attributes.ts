/** Attributes of what somebody marks (a shape, a segment): more than its label, as the project asks for it. */
import { number } from '../../messages/index.svelte';
import type { ProjectDetail } from '../../wire';
import { isEmpty, optionsOf, problemOf, type Field } from '../form/fields';
import { w } from './words';

/** A field of the kinds choice, choices, number, flag, text or link, of some labels. */
export interface Spec extends Field {
  /** The labels that have it; all where none are named. */
  of?: string[];
  /** The labels that a link may lead to; all where none are named. */
  to?: string[];
}

export type Attributes = Readonly<Record<string, unknown>>;

/** The attributes that a label has. */
export function specsOf(project: ProjectDetail, label: string): Spec[] {
  const specs = (project.options.attributes as Spec[] | undefined) ?? [];
  return specs.filter(({ of }) => !of || of.includes(label));
}

/** What is marked, with one attribute changed; an empty one is left out, and so are attributes when none is left. */
export function withAttribute<T extends { attributes?: Attributes }>(mark: T, spec: Spec, value: unknown): T {
  const rest = Object.entries(mark.attributes ?? {}).filter(([name]) => name !== spec.name);
  return withAttributes(mark, Object.fromEntries(isEmpty(value) ? rest : [...rest, [spec.name, value]]));
}

/** What is marked, without attributes that its label does not have. */
export function withKnown<T extends { attributes?: Attributes }>(mark: T, specs: Spec[]): T {
  const known = Object.entries(mark.attributes ?? {}).filter(([name]) => specs.some((s) => s.name === name));
  return withAttributes(mark, Object.fromEntries(known));
}

function withAttributes<T extends { attributes?: Attributes }>(mark: T, attributes: Attributes): T {
  const { attributes: _, ...rest } = mark;
  return (Object.keys(attributes).length ? { ...rest, attributes } : rest) as T;
}

/** The first attribute that is missing or not as it is asked for, and what is wrong with it. */
export function unfit(
  attributes: Attributes | undefined,
  specs: Spec[],
): { name: string; problem: string } | null {
  for (const spec of specs) {
    const problem = problemOf(spec, attributes?.[spec.name]);
    if (problem) return { name: spec.name, problem };
  }
  return null;
}

/** Attributes in a few words: `red, parked`. */
export function inWords(attributes: Attributes | undefined, specs: Spec[]): string {
  const said = specs.flatMap((spec) => {
    const value = attributes?.[spec.name];
    if (isEmpty(value) || value === false) return [];
    if (value === true) return [spec.name];
    if (spec.kind === 'link') return [w().linked(number((value as number) + 1))];
    const title = (one: unknown) => optionsOf(spec).find(({ value: name }) => name === one)?.title;
    return [value].flat().map((one) => title(one) ?? String(one));
  });
  return said.join(', ');
}
