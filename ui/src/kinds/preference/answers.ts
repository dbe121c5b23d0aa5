/** What is said of responses: which is best, in which order they stand, how much better one of two is. Pure. */
import { number } from '../../messages/index.svelte';
import type { Answer, ProjectDetail, Task } from '../../wire';
import { promptOf, responsesOf, type Response } from '../conversation/record';
import { criteriaOf, unrated, whyOf, wordsMissing, type Ratings } from '../rubric/rubric';
import { w as rubric } from '../rubric/words';
import { shuffled } from './order';
import { w } from './words';

export type Mode = 'choose' | 'rank' | 'grade';

/** Best first; those of one group are equally good. While it is made, some are missing. */
export type Ranking = string[][];

/** A response as it stands on the screen. */
export interface Shown extends Response {
  /** A, B, C from the left. */
  sign: string;
}

export const modeOf = (project: ProjectDetail): Mode =>
  (project.options.mode as Mode | undefined) ?? 'choose';
export const mayTie = (project: ProjectDetail): boolean => project.options.ties === true;
export const mostOf = (project: ProjectDetail): number => (project.options.grades as number | undefined) ?? 3;

export const composed = (project: ProjectDetail): boolean =>
  modeOf(project) === 'rank' || criteriaOf(project).length > 0 || whyOf(project).asked;

export const blank = (_: Task, project: ProjectDetail): Answer | null => (composed(project) ? {} : null);

export function shownOf(task: Task): Shown[] {
  const responses = shuffled(promptOf(task), responsesOf(task));
  return responses.map((one, place) => ({ ...one, sign: String.fromCharCode(65 + place) }));
}

export const rankingOf = (answer: Answer | null): Ranking => (answer?.ranking as Ranking | undefined) ?? [];
export const gradeOf = (answer: Answer | null): number | null =>
  (answer?.grade as number | undefined) ?? null;
export const rubricOf = (answer: Answer | null): Readonly<Record<string, Ratings>> =>
  (answer?.rubric as Record<string, Ratings> | undefined) ?? {};
export const reasonOf = (answer: Answer | null): string =>
  (answer?.justification as string | undefined) ?? '';

// ── choosing and ranking ──

/** The best, and all others; none for all equally good. */
export function chosen(ids: string[], best: string | null): Ranking {
  if (best === null) return [[...ids].sort()];
  return [[best], ids.filter((id) => id !== best).sort()];
}

/** Stands for all of them in the place of the best one: no response has this id. */
export const TIE = '';

/** What was chosen: the id of a response, `TIE`, or nothing yet. */
export function choiceOf(ranking: Ranking): string | null {
  if (ranking.length === 1) return TIE;
  return ranking[0]?.[0] ?? null;
}

const ranked = (ranking: Ranking, id: string): boolean => ranking.some((group) => group.includes(id));
const without = (ranking: Ranking, id: string): Ranking =>
  ranking.map((group) => group.filter((one) => one !== id)).filter((group) => group.length > 0);

/** Put a response in the next place, or take it out again. The last one's place is clear without asking. */
export function placed(ranking: Ranking, id: string, ids: string[]): Ranking {
  if (ranked(ranking, id)) return without(ranking, id);
  const next = [...ranking, [id]];
  const left = ids.filter((one) => !ranked(next, one));
  return left.length === 1 ? [...next, left] : next;
}

/** Make the group at a place and the one after it equally good, or part them again. */
export function tied(ranking: Ranking, place: number): Ranking {
  const [group, next] = [ranking[place], ranking[place + 1]];
  if (!group || !next) return ranking;
  return [...ranking.slice(0, place), [...group, ...next], ...ranking.slice(place + 2)];
}

export function parted(ranking: Ranking, place: number, id: string): Ranking {
  const group = ranking[place] ?? [];
  const before = group.slice(0, group.indexOf(id));
  return [...ranking.slice(0, place), before, group.slice(before.length), ...ranking.slice(place + 1)];
}

/** Move a response one group up (-1) or down (1); out of a tie it gets a place of its own. */
export function moved(ranking: Ranking, id: string, step: -1 | 1): Ranking {
  const at = ranking.findIndex((group) => group.includes(id));
  const alone = ranking[at]?.length === 1;
  if (at < 0 || (alone && !ranking[at + step])) return ranking;
  const rest = without(ranking, id);
  const place = alone ? at + step : step < 0 ? at : at + 1;
  return [...rest.slice(0, place), [id], ...rest.slice(place)];
}

// ── grades: on the screen below 0 is for the left one, in the answer for the first of the record ──

export function levels(project: ProjectDetail): number[] {
  const most = mostOf(project);
  const all = Array.from({ length: 2 * most + 1 }, (_, place) => place - most);
  return mayTie(project) ? all : all.filter((level) => level !== 0);
}

const turns = (task: Task): boolean => shownOf(task)[0]?.id !== responsesOf(task)[0]?.id;

/** From the screen to the answer, and back. */
export const turned = (level: number, task: Task): number => (turns(task) && level !== 0 ? -level : level);

// ── verdicts of one press ──

/** The answer to an option: the id of a response, `TIE`, or a level as it is on the screen. */
export function said(option: string, project: ProjectDetail, task: Task): Answer {
  if (modeOf(project) === 'grade') return { grade: turned(Number(option), task) };
  const ids = responsesOf(task).map(({ id }) => id);
  return { ranking: chosen(ids, option === TIE ? null : option) };
}

/** The option that an answer stands for; null where it says none. */
export function picked(answer: Answer | null, project: ProjectDetail, task: Task): string | null {
  if (modeOf(project) === 'rank' || !answer) return null;
  if (modeOf(project) === 'choose') return choiceOf(rankingOf(answer));
  const grade = gradeOf(answer);
  return grade === null ? null : String(turned(grade, task));
}

/** The response that an answer puts first; null where it puts none. */
export function bestOf(answer: Answer | null, task: Task): string | null {
  const grade = gradeOf(answer);
  if (grade !== null) return grade === 0 ? null : (responsesOf(task)[grade < 0 ? 0 : 1]?.id ?? null);
  const ranking = rankingOf(answer);
  return ranking[0]?.length === 1 ? (ranking[0][0] ?? null) : null;
}

// ── in words ──

export function nameOfLevel(level: number, most: number, signs: [string, string]): string {
  if (level === 0) return w().equal;
  const name = w().grades[most - 1]?.[Math.abs(level) - 1] ?? w().better;
  return name(signs[level < 0 ? 0 : 1]);
}

function inOrder(ranking: Ranking, sign: (id: string) => string): string {
  return ranking.map((group) => group.map(sign).sort().join(' = ')).join(' > ');
}

/** An answer in a few words. Without the task nobody knows what stood where, so that ids are named. */
export function summary(answer: Answer, project: ProjectDetail, task?: Task | null): string {
  const shown = task ? shownOf(task) : [];
  const sign = (id: string) => shown.find((one) => one.id === id)?.sign ?? id;
  const grade = gradeOf(answer);
  if (grade !== null) {
    const level = task ? turned(grade, task) : grade;
    const signs = task ? (['A', 'B'] as const) : ([w().first, w().second] as const);
    return nameOfLevel(level, mostOf(project), [...signs]);
  }
  const ranking = rankingOf(answer);
  if (!ranking.length) return w().nothing;
  if (modeOf(project) === 'rank') return inOrder(ranking, sign);
  const choice = choiceOf(ranking);
  return choice === TIE ? w().equal : w().best(sign(choice ?? ''));
}

export function missing(draft: Answer, task: Task, project: ProjectDetail): string | null {
  const ids = responsesOf(task).map(({ id }) => id);
  if (modeOf(project) === 'grade' ? gradeOf(draft) === null : rankingOf(draft).flat().length < ids.length)
    return w().missing[modeOf(project)];
  const criteria = criteriaOf(project);
  const left = ids.reduce((sum, id) => sum + unrated(criteria, rubricOf(draft)[id]), 0);
  if (left) return rubric().left(number(left));
  const words = wordsMissing(whyOf(project), reasonOf(draft));
  return words ? (words === 1 ? rubric().lacksOne : rubric().lacks(number(words))) : null;
}
