/** Criteria as projects define them, what was rated so far, and what is missing. */
import type { ProjectDetail } from '../../wire';

export interface Criterion {
  name: string;
  low: number;
  high: number;
  /** One for each step, or for both ends. */
  labels?: string[];
  description?: string;
}

/** Steps by the name of their criterion. */
export type Ratings = Readonly<Record<string, number>>;

/** More steps than this are written, not picked. */
const MOST_PICKED = 11;

export const criteriaOf = (project: ProjectDetail): Criterion[] =>
  (project.options.criteria as Criterion[] | undefined) ?? [];

export const stepsOf = ({ low, high }: Criterion): number[] =>
  Array.from({ length: high - low + 1 }, (_, step) => low + step);

export const isPicked = ({ low, high }: Criterion): boolean => high - low < MOST_PICKED;

/** What a step is called: the labels of the ends are those of the first and the last. */
export function labelOf(criterion: Criterion, step: number): string {
  const { low, high, labels = [] } = criterion;
  if (labels.length === high - low + 1) return labels[step - low] ?? '';
  return (step === low ? labels[0] : step === high ? labels[1] : '') ?? '';
}

/** The step that a digit stands for: its number, or on scales with other numbers its place. */
export function stepOf(criterion: Criterion, digit: number): number | null {
  const { low, high } = criterion;
  const step = low >= 0 && high <= 9 ? digit : low - 1 + digit;
  return step >= low && step <= high ? step : null;
}

/** Ratings with one more, in the order of the criteria. */
export function rated(criteria: Criterion[], ratings: Ratings, name: string, step: number): Ratings {
  const all = { ...ratings, [name]: step };
  const given = criteria.map((one) => one.name).filter((one) => all[one] !== undefined);
  return Object.fromEntries(given.map((one) => [one, all[one] as number]));
}

export const unrated = (criteria: Criterion[], ratings: Ratings | undefined): number =>
  criteria.filter(({ name }) => ratings?.[name] === undefined).length;

// ── why ──

export interface Why {
  asked: boolean;
  required: boolean;
  leastWords: number;
}

export function whyOf(project: ProjectDetail): Why {
  const { justification = 'none', least_words: leastWords = 1 } = project.options as {
    justification?: string;
    least_words?: number;
  };
  return { asked: justification !== 'none', required: justification === 'required', leastWords };
}

export const wordsIn = (text: string): number => text.trim().split(/\s+/).filter(Boolean).length;

/** How many words a justification lacks; none where it may be left out. */
export function wordsMissing(why: Why, text: string): number {
  if (!why.asked || (!why.required && text.trim() === '')) return 0;
  return Math.max(0, why.leastWords - wordsIn(text));
}
