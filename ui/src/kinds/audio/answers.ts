/** What segments of recordings say of their answers. */
import { number } from '../../messages/index.svelte';
import type { Answer, ProjectDetail, Task } from '../../wire';
import { specsOf, unfit } from '../attributes/attributes';
import { w as of } from '../attributes/words';
import { inOrder, mayOverlap, overlaps, segmentsOf } from './segment';
import { counted } from '../marks/count';
import { w } from './words';

export const composed = (): boolean => true;
export const blank = (): Answer => ({ segments: [] });

export const summary = (answer: Answer, project: ProjectDetail): string =>
  counted(segmentsOf(answer), project) || w().none;

export const missing = (draft: Answer, _: Task, project: ProjectDetail): string | null =>
  firstLacking(draft, project)?.words ?? null;

/** The first segment that is not as it must be, by its place in time, and what it lacks. */
export function firstLacking(
  draft: Answer | null,
  project: ProjectDetail,
): { at: number; words: string } | null {
  const segments = inOrder(segmentsOf(draft));
  for (const [at, segment] of segments.entries()) {
    const what = () => w().missing.segment(number(at + 1), segment.label);
    const found = unfit(segment.attributes, specsOf(project, segment.label));
    if (found) return { at, words: of().lacks(what(), found.name, found.problem) };
    const next = segments[at + 1];
    if (!mayOverlap(project) && next && overlaps(segment, next))
      return { at: at + 1, words: w().missing.overlap(number(at + 1), number(at + 2)) };
  }
  return null;
}
