/** What image shapes say of their answers. */
import { number } from '../../messages/index.svelte';
import type { Answer, ProjectDetail, Task } from '../../wire';
import { specsOf, unfit } from '../attributes/attributes';
import { w as of } from '../attributes/words';
import { formOf } from './forms';
import { boundsOf, distance } from './geometry';
import { wrongLink } from './links';
import { rulesOf, shapesOf, type Point, type Rules, type Shape } from './shape';
import { counted } from '../marks/count';
import { w } from './words';

/** What the server allows for rounding. */
const SLACK = 0.005;

export const composed = (): boolean => true;
export const blank = (): Answer => ({ shapes: [] });

export const summary = (answer: Answer, project: ProjectDetail): string =>
  counted(shapesOf(answer), project) || w().none;

export function missing(draft: Answer, _: Task, project: ProjectDetail): string | null {
  const shapes = shapesOf(draft);
  const { least = 0, most = Infinity } = rulesOf(project);
  if (shapes.length < least) return w().missing.least(least);
  if (shapes.length > most) return w().missing.most(most);
  return firstLacking(shapes, project)?.words ?? null;
}

/** The first shape that is not as it must be, by its place, and what it lacks. */
export function firstLacking(
  shapes: readonly Shape[],
  project: ProjectDetail,
): { at: number; words: string } | null {
  for (const [at, shape] of shapes.entries()) {
    const words = lacking(shape, at, project) ?? linkedWrongly(shapes, at, project);
    if (words) return { at, words };
  }
  return null;
}

function lacking(shape: Shape, at: number, project: ProjectDetail): string | null {
  const what = () => w().missing.shape(number(at + 1), shape.label);
  const found = unfit(shape.attributes, specsOf(project, shape.label));
  if (found) return of().lacks(what(), found.name, found.problem);
  return tooSmall(shape, what, rulesOf(project)) ?? ofOtherPoints(shape, what, rulesOf(project));
}

function linkedWrongly(shapes: readonly Shape[], at: number, project: ProjectDetail): string | null {
  const name = wrongLink(project, shapes, at);
  const what = w().missing.shape(number(at + 1), (shapes[at] as Shape).label);
  return name && of().lacks(what, name, of().wrongLink);
}

function tooSmall(
  shape: Shape,
  what: () => string,
  { least_width = 0, least_height = 0 }: Rules,
): string | null {
  const size = sizeOf(shape);
  if (!size) return null;
  if (size[0] < least_width - SLACK) return w().missing.wide(what(), number(least_width));
  if (size[1] < least_height - SLACK) return w().missing.high(what(), number(least_height));
  return null;
}

function ofOtherPoints(
  { type, points }: Shape,
  what: () => string,
  { least_points = 0, most_points = Infinity }: Rules,
): string | null {
  if (type !== 'polygon' && type !== 'line') return null;
  if (points.length < least_points) return w().missing.few(what(), least_points);
  if (points.length > most_points) return w().missing.many(what(), most_points);
  return null;
}

/** Width and height as the server takes them; null where a type has none. */
export function sizeOf(shape: Shape): Point | null {
  if (shape.type === 'rotated_box') {
    const [a, b, c] = shape.points as [Point, Point, Point];
    return [distance(a, b), distance(b, c)];
  }
  if (!formOf(shape).closed) return null;
  const { left, top, right, bottom } = boundsOf(formOf(shape).outline(shape));
  return [right - left, bottom - top];
}
