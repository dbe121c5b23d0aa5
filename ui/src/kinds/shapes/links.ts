/** Links between shapes: attributes whose value is the place of another shape in the answer. Pure. */
import type { ProjectDetail } from '../../wire';
import { specsOf, withAttribute, type Spec } from '../attributes/attributes';
import { rulesOf, type Shape } from './shape';

/** The attributes that link shapes of a label to others. */
export const linksOf = (project: ProjectDetail, label: string): Spec[] =>
  specsOf(project, label).filter(({ kind }) => kind === 'link');

/** A shape whose links lead to where `to` says; those for which it says nothing are gone. The same one where none moves. */
export function withLinks(
  project: ProjectDetail,
  shape: Shape,
  to: (place: number) => number | undefined,
): Shape {
  return linksOf(project, shape.label).reduce((now, spec) => {
    const place = now.attributes?.[spec.name];
    if (typeof place !== 'number' || to(place) === place) return now;
    return withAttribute(now, spec, to(place));
  }, shape);
}

/** The places of points that are shown joined, two by two: a help to see what belongs together. */
export function joined(project: ProjectDetail, shapes: readonly Shape[]): [number, number][] {
  const points = shapes.flatMap((shape, at) => (shape.type === 'point' ? [{ shape, at }] : []));
  return (rulesOf(project).connections ?? []).flatMap(({ pair: [from, to], by }) =>
    points.flatMap((one) =>
      points.flatMap((other): [number, number][] => {
        const twice = from === to && one.at >= other.at;
        if (one.shape.label !== from || other.shape.label !== to || twice) return [];
        const [its, others] = [one, other].map(({ shape }) => by && shape.attributes?.[by]);
        return !by || (typeof its === 'number' && its === others) ? [[one.at, other.at]] : [];
      }),
    ),
  );
}

/** The places of shapes that one may be linked to. */
export const linkable = (shapes: readonly Shape[], spec: Spec, at: number): number[] =>
  shapes.flatMap(({ label }, place) =>
    place !== at && (!spec.to || spec.to.includes(label)) ? [place] : [],
  );

/** The first attribute of a shape that links it to one that it may not be linked to: one that was named anew since. */
export function wrongLink(project: ProjectDetail, shapes: readonly Shape[], at: number): string | null {
  const shape = shapes[at] as Shape;
  const wrong = linksOf(project, shape.label).find((spec) => {
    const place = shape.attributes?.[spec.name];
    return typeof place === 'number' && !linkable(shapes, spec, at).includes(place);
  });
  return wrong?.name ?? null;
}
