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

/** The places of points that are shown joined, two by two, each two once: a help to see what belongs together. */
export function joined(project: ProjectDetail, shapes: readonly Shape[]): [number, number][] {
  const { connections = [] } = rulesOf(project);
  const places = connections.length ? shapes.flatMap(({ type }, at) => (type === 'point' ? [at] : [])) : [];
  const belong = (one: Shape, other: Shape): boolean =>
    connections.some(({ pair: [from, to], by }) => {
      const named = (one.label === from && other.label === to) || (one.label === to && other.label === from);
      const its = by && one.attributes?.[by];
      return named && (!by || (typeof its === 'number' && its === other.attributes?.[by]));
    });
  return places.flatMap((one, n) =>
    places
      .slice(n + 1)
      .flatMap((other): [number, number][] =>
        belong(shapes[one] as Shape, shapes[other] as Shape) ? [[one, other]] : [],
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
