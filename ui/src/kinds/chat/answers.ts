/** What is made of a conversation: messages that are written, edited or chosen, steps that are marked. Pure. */
import { number } from '../../messages/index.svelte';
import type { Answer, ProjectDetail, Task } from '../../wire';
import { messagesOf, type Message } from '../conversation/record';
import { criteriaOf, unrated, whyOf, wordsMissing, type Ratings } from '../rubric/rubric';
import { w as rubric } from '../rubric/words';
import { rest, type Step } from './steps';
import { w } from './words';

export type Mode = 'write' | 'edit' | 'continue' | 'steps';

/** A message of the answer: who wrote it first, and whether a model's was changed. */
export interface Said extends Message {
  from: 'worker' | 'model';
  edited?: boolean;
}

type Rated = { message: number } & Ratings;

const MOST_TURNS = 50;
const SHOWN_WORDS = 60;

export const modeOf = (project: ProjectDetail): Mode => (project.options.mode as Mode | undefined) ?? 'write';
export const leastTurns = (project: ProjectDetail): number =>
  (project.options.least_turns as number | undefined) ?? 1;
export const mostTurns = (project: ProjectDetail): number =>
  (project.options.most_turns as number | undefined) ?? MOST_TURNS;
export const mayChangeSystem = (project: ProjectDetail): boolean => project.options.system === true;

export const composed = (): boolean => true;

/** The message that is edited, or whose steps are marked: the last of the item. */
export const judgedOf = (task: Task): string => messagesOf(task).at(-1)?.content ?? '';

export function blank(task: Task, project: ProjectDetail): Answer {
  if (modeOf(project) === 'steps') return { steps: [] };
  if (modeOf(project) === 'continue') return { messages: [] };
  const edited = modeOf(project) === 'edit';
  const message: Said = {
    role: 'assistant',
    content: edited ? judgedOf(task) : '',
    from: edited ? 'model' : 'worker',
  };
  return { messages: [message] };
}

export const messagesIn = (answer: Answer | null): Said[] => (answer?.messages as Said[] | undefined) ?? [];
export const stepsIn = (answer: Answer | null): Step[] => (answer?.steps as Step[] | undefined) ?? [];
export const reasonIn = (answer: Answer | null): string =>
  (answer?.justification as string | undefined) ?? '';
const ratedIn = (answer: Answer | null): Rated[] => (answer?.ratings as Rated[] | undefined) ?? [];

/** The system message that the answer has instead of the item's, null for the item's own. */
export function systemIn(answer: Answer | null): Said | null {
  const first = messagesIn(answer)[0];
  return first?.role === 'system' ? first : null;
}

/** The messages after it. */
export const turnsIn = (answer: Answer | null): Said[] =>
  messagesIn(answer).filter(({ role }) => role !== 'system');

/** How a turn was rated. */
export function ratingsIn(answer: Answer | null, turn: number): Ratings | undefined {
  const place = turn + (systemIn(answer) ? 1 : 0);
  const found = ratedIn(answer).find(({ message }) => message === place);
  if (!found) return undefined;
  return Object.fromEntries(Object.entries(found).filter(([name]) => name !== 'message'));
}

/** An answer with these messages; ratings stay with the turns that are still there. */
function withMessages(answer: Answer, system: Said | null, turns: Said[]): Answer {
  const shift = system ? 1 : 0;
  const ratings = turns.flatMap((_, turn) => {
    const given = ratingsIn(answer, turn);
    return given ? [{ message: turn + shift, ...given }] : [];
  });
  const { ratings: _, ...others } = answer;
  return { ...others, messages: [...(system ? [system] : []), ...turns], ...(ratings.length && { ratings }) };
}

export const withTurns = (answer: Answer, turns: Said[]): Answer =>
  withMessages(answer, systemIn(answer), turns);

/** Another system message; null for the item's own. */
export function withSystem(answer: Answer, content: string | null): Answer {
  const system: Said | null = content === null ? null : { role: 'system', content, from: 'worker' };
  return withMessages(answer, system, turnsIn(answer));
}

/** The content of a turn, changed. A model's counts as edited, unless it is what the model wrote again. */
export function written(answer: Answer, turn: number, content: string, original: string | null): Answer {
  const turns = turnsIn(answer).map((one, place): Said => {
    if (place !== turn) return one;
    const { edited: _, ...plain } = one;
    const edited = one.from === 'model' && content !== original;
    return { ...plain, content, ...(edited && { edited }) };
  });
  return withTurns(answer, turns);
}

export function withRatings(answer: Answer, turn: number, ratings: Ratings): Answer {
  const place = turn + (systemIn(answer) ? 1 : 0);
  const others = ratedIn(answer).filter(({ message }) => message !== place);
  const all = [...others, { message: place, ...ratings } as Rated].sort((a, b) => a.message - b.message);
  return { ...answer, ratings: all };
}

/** The conversation as a model is to go on with it: the messages of the answer, and no more of them than that. */
export const asked = (answer: Answer | null): Message[] =>
  messagesIn(answer).map(({ role, content }) => ({ role, content }));

/** Who spoke last, in the answer or in the item. */
export function lastSpeaker(answer: Answer | null, task: Task): Message['role'] | null {
  return turnsIn(answer).at(-1)?.role ?? messagesOf(task).at(-1)?.role ?? null;
}

export const answersIn = (answer: Answer | null): number =>
  turnsIn(answer).filter(({ role }) => role === 'assistant').length;

// ── in words ──

export function summary(answer: Answer, project: ProjectDetail): string {
  if (modeOf(project) === 'steps') {
    const steps = stepsIn(answer);
    const bad = steps.findIndex(({ verdict }) => verdict === 'bad');
    return bad < 0 ? w().summary.good(number(steps.length)) : w().summary.bad(number(bad + 1));
  }
  if (modeOf(project) === 'continue') {
    const count = answersIn(answer);
    return count === 1 ? w().summary.answersOne : w().summary.answers(number(count));
  }
  const words = turnsIn(answer)[0]?.content.replace(/\s+/g, ' ').trim() ?? '';
  return words.length > SHOWN_WORDS ? `${words.slice(0, SHOWN_WORDS)}…` : words;
}

export function missing(draft: Answer, task: Task, project: ProjectDetail): string | null {
  const lacks = modeOf(project) === 'steps' ? stepsMissing(draft, task) : turnsMissing(draft, task, project);
  if (lacks) return lacks;
  const words = wordsMissing(whyOf(project), reasonIn(draft));
  return words ? (words === 1 ? rubric().lacksOne : rubric().lacks(number(words))) : null;
}

function stepsMissing(draft: Answer, task: Task): string | null {
  const steps = stepsIn(draft);
  const left = rest(judgedOf(task), steps);
  const stopped = steps.at(-1)?.verdict === 'bad';
  return left && !stopped ? w().missing.steps : null;
}

function turnsMissing(draft: Answer, task: Task, project: ProjectDetail): string | null {
  const mode = modeOf(project);
  const turns = turnsIn(draft);
  const words = w().missing;
  if (systemIn(draft)?.content.trim() === '') return words.system;
  if (mode === 'continue' && (lastSpeaker(draft, task) !== 'assistant' || !turns.length)) return words.last;
  if (turns.some(({ content }) => !content.trim())) return mode === 'edit' ? words.edit : words.write;
  const more = mode === 'continue' ? leastTurns(project) - answersIn(draft) : 0;
  if (more > 0) return more === 1 ? words.moreOne : words.more(number(more));
  const criteria = criteriaOf(project);
  const open = turns.reduce(
    (sum, { role }, turn) => sum + (role === 'assistant' ? unrated(criteria, ratingsIn(draft, turn)) : 0),
    0,
  );
  return open ? rubric().left(number(open)) : null;
}
