/** What the kinds of choice say of their answers: one class, or with the option `multiple` several. */
import { list } from '../../messages/index.svelte';
import type { Answer, ProjectDetail } from '../../wire';
import { w } from './words';

export const composed = (project: ProjectDetail): boolean => project.options.multiple === true;

/** The classes that an answer names. */
export function namesOf(answer: Answer | null): string[] {
  if (!answer) return [];
  return (answer.choices as string[] | undefined) ?? (answer.choice ? [answer.choice as string] : []);
}

export function summary(answer: Answer): string {
  const names = namesOf(answer);
  return names.length ? list(names) : w().none;
}
