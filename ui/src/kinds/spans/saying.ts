/** What the workspace asks of an answer with spans. */
import { number } from '../../messages/index.svelte';
import type { Answer, ProjectDetail, Task } from '../../wire';
import { counted } from '../marks/count';
import { MOST_SPANS, relationKinds, spansOf } from './answers';
import { w } from './words';

export const composed = () => true;

/** Nothing marked is an answer, too. */
export const blank = (_: Task, project: ProjectDetail): Answer =>
  relationKinds(project).length ? { spans: [], relations: [] } : { spans: [] };

export const missing = (draft: Answer): string | null =>
  spansOf(draft).length > MOST_SPANS ? w().tooMany(number(MOST_SPANS)) : null;

export function summary(answer: Answer, project: ProjectDetail): string {
  const spans = spansOf(answer);
  return spans.length ? w().counts(w().spans(spans.length), counted(spans, project)) : w().spans(0);
}
