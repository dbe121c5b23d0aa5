/** What an item was rated, and why. */
import { list, number, percent } from '../../messages/index.svelte';
import type { Answer, ProjectDetail, Task } from '../../wire';
import { criteriaOf, unrated, whyOf, wordsMissing, type Ratings } from '../rubric/rubric';
import { w as rubric } from '../rubric/words';
import { overall } from './steps';
import { w } from './words';

export const ratingsOf = (answer: Answer | null): Ratings => (answer?.ratings as Ratings | undefined) ?? {};

export const reasonOf = (answer: Answer | null): string =>
  (answer?.justification as string | undefined) ?? '';

/** One criterion and nothing to write: a key gives the answer. */
export const composed = (project: ProjectDetail): boolean =>
  criteriaOf(project).length > 1 || whyOf(project).asked;

export const blank = (_: Task, project: ProjectDetail): Answer | null =>
  composed(project) ? { ratings: {} } : null;

export function missing(draft: Answer, _: Task, project: ProjectDetail): string | null {
  const criteria = criteriaOf(project);
  const open = unrated(criteria, ratingsOf(draft));
  if (open) return rubric().left(number(open));
  const words = wordsMissing(whyOf(project), reasonOf(draft));
  if (!words) return null;
  return words === 1 ? rubric().lacksOne : rubric().lacks(number(words));
}

export function summary(answer: Answer, project: ProjectDetail): string {
  const criteria = criteriaOf(project);
  const ratings = ratingsOf(answer);
  const [first] = criteria;
  if (criteria.length === 1 && first) return w().one(first.name, number(ratings[first.name] ?? 0));
  const whole = overall(criteria, ratings);
  const each = criteria.flatMap(({ name }) =>
    ratings[name] === undefined ? [] : [w().one(name, number(ratings[name]))],
  );
  return whole === null ? list(each) : w().whole(percent(whole), list(each));
}
