/** Attributes of what somebody marks (a shape, a segment): more than its label, as the project asks for it. */
import type { ProjectDetail } from '../../wire';

export interface Spec {
  name: string;
  kind: 'choice' | 'choices' | 'number' | 'flag' | 'text';
  values?: (string | { value: string; title?: string })[];
  low?: number;
  high?: number;
  least?: number;
  most?: number;
  required?: boolean;
  /** The labels that have it; all where none are named. */
  of?: string[];
}

export type Attributes = Readonly<Record<string, unknown>>;

/** The attributes that a label has. */
export function specsOf(project: ProjectDetail, label: string): Spec[] {
  const specs = (project.options.attributes as Spec[] | undefined) ?? [];
  return specs.filter(({ of }) => !of || of.includes(label));
}

/** What may be chosen, by value and title. */
export const valuesOf = ({ values = [] }: Spec): { value: string; title: string }[] =>
  values.map((one) => (typeof one === 'string' ? { value: one, title: one } : { title: one.value, ...one }));

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

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

/** Whether a value is as its attribute asks. An empty one is, unless it is required. */
export function fits(spec: Spec, value: unknown): boolean {
  if (isEmpty(value)) return !spec.required;
  const size = spec.kind === 'number' ? (value as number) : ((value as string | string[]).length ?? 0);
  if (spec.kind === 'number') return size >= (spec.low ?? -Infinity) && size <= (spec.high ?? Infinity);
  if (spec.kind === 'flag' || spec.kind === 'choice') return true;
  return size >= (spec.least ?? 0) && size <= (spec.most ?? Infinity);
}

/** The first attribute that is missing or not as it is asked for. */
export const unfit = (attributes: Attributes | undefined, specs: Spec[]): Spec | null =>
  specs.find((spec) => !fits(spec, attributes?.[spec.name])) ?? null;

/** Attributes in a few words: `red, parked`. */
export function inWords(attributes: Attributes | undefined, specs: Spec[]): string {
  const said = specs.flatMap((spec) => {
    const value = attributes?.[spec.name];
    if (isEmpty(value) || value === false) return [];
    if (value === true) return [spec.name];
    const title = (one: unknown) => valuesOf(spec).find(({ value: name }) => name === one)?.title;
    return [value].flat().map((one) => title(one) ?? String(one));
  });
  return said.join(', ');
}
