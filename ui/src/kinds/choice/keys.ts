import type { ProjectDetail } from '../../wire';
import { classKeys } from '../../work/keys';

/** The key of each class of a project, in the order of its classes. */
export const choiceKeys = (project: ProjectDetail): (string | null)[] =>
  classKeys(project.classes.map((option) => option.name));
