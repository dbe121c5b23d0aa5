/** Scales whose steps are picked by a key each. Pure. */
import { stepsOf, type Criterion } from '../rubric/rubric';

export interface Weighted extends Criterion {
  /** How much it counts in the whole; 1 unless given. */
  weight?: number;
}

/** More steps than this have no key each: they are written. */
const MOST_KEYS = 11;

/**
 * The key of each step, in order: its digit, 0 for a ten that is last of ten, the Roman X for a ten beside a nought; on
 * scales of other numbers the digit of its place. None of a scale that is too long.
 */
export function stepKeys(criterion: Criterion): string[] {
  const steps = stepsOf(criterion);
  if (steps.length > MOST_KEYS) return [];
  const { low, high } = criterion;
  if (low >= 0 && high <= 9) return steps.map(String);
  if (low >= 0 && high === 10) return steps.map((step) => (step < 10 ? String(step) : low > 0 ? '0' : 'x'));
  return steps.length > 10 ? [] : steps.map((_, place) => String((place + 1) % 10));
}

/** The step of a key; null where the scale has no such step. */
export function stepOfKey(criterion: Criterion, key: string): number | null {
  const place = stepKeys(criterion).indexOf(key);
  return place < 0 ? null : criterion.low + place;
}

/** The step beside one, as arrows go; from nothing the lowest or the highest. */
export function stepBeside({ low, high }: Criterion, value: number | undefined, by: 1 | -1): number {
  if (value === undefined) return by > 0 ? low : high;
  return Math.max(low, Math.min(high, value + by));
}

/** The mean by the weights of the criteria, 0 (all lowest) to 1 (all highest); null until all are rated. */
export function overall(criteria: Weighted[], ratings: Readonly<Record<string, number>>): number | null {
  if (criteria.some(({ name }) => ratings[name] === undefined)) return null;
  const total = criteria.reduce((sum, { weight = 1 }) => sum + weight, 0);
  const share = ({ name, low, high }: Weighted) => ((ratings[name] ?? low) - low) / (high - low);
  return criteria.reduce((sum, one) => sum + (one.weight ?? 1) * share(one), 0) / total;
}
