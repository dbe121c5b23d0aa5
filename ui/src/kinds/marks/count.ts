import { list, number } from '../../messages/index.svelte';
import type { ProjectDetail } from '../../wire';

/** How many marks there are of each label, in the order of the project: `2 × car and 1 × tree`. */
export function counted(marks: readonly { label: string }[], { classes }: ProjectDetail): string {
  const counts = classes.map(({ name }) => ({
    name,
    count: marks.filter(({ label }) => label === name).length,
  }));
  return list(counts.filter(({ count }) => count > 0).map(({ name, count }) => `${number(count)} × ${name}`));
}
