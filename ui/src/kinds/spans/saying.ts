/** What the workspace asks of an answer with spans. */
import { list, number } from '../../messages/index.svelte';
import type { Answer, ProjectDetail, Task } from '../../wire';
import { MOST_SPANS, relationKinds, spansOf } from './answers';
import { w } from './words';

export const composed = () => true;

/** Nothing marked is an answer, too. */
export const blank = (_: Task, project: ProjectDetail): Answer =>
  relationKinds(project).length ? { spans: [], relations: [] } : { spans: [] };

export const missing = (draft: Answer): string | null =>
  spansOf(draft).length > MOST_SPANS ? w().tooMany(number(MOST_SPANS)) : null;

export function summary(answer: Answer): string {
  const spans = spansOf(answer);
  const counts = new Map<string, number>();
  for (const { label } of spans) counts.set(label, (counts.get(label) ?? 0) + 1);
  const each = [...counts].map(([label, count]) => w().each(label, count));
  return each.length ? w().counts(w().spans(spans.length), list(each)) : w().spans(0);
}
