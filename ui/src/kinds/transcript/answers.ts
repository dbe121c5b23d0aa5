/** What was written down. */
import { number } from '../../messages/index.svelte';
import type { Answer, ProjectDetail, Task } from '../../wire';
import { w } from './words';

/** What a project without a limit of its own takes. */
const MOST_CHARACTERS = 200_000;

export const composed = () => true;

export const textOf = (answer: Answer | null): string => (answer?.text as string | undefined) ?? '';

export const mostOf = (project: ProjectDetail): number =>
  (project.options.most_characters as number | undefined) ?? MOST_CHARACTERS;

/** Characters as the server counts them: code points. */
export const lengthOf = (text: string): number => [...text].length;

export function missing(draft: Answer, _: Task, project: ProjectDetail): string | null {
  const over = lengthOf(textOf(draft).trim()) - mostOf(project);
  return over > 0 ? w().tooLong(number(over)) : null;
}

const LONGEST = 60;

export function summary(answer: Answer): string {
  const text = textOf(answer).replace(/\s+/g, ' ').trim();
  if (!text) return w().nothing;
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
