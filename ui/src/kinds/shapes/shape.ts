/** What a shape is: as it crosses the wire, in pixels of the original image. */
import type { Answer, ProjectDetail } from '../../wire';

export type Point = readonly [number, number];

export type ShapeType =
  'box' | 'rotated_box' | 'polygon' | 'line' | 'keypoints' | 'ellipse' | 'point' | 'cuboid';

export interface Shape {
  readonly type: ShapeType;
  readonly label: string;
  /** What they mean is the type's; null is a joint that is not seen. */
  readonly points: readonly (Point | null)[];
  /** Of an ellipse, in degrees clockwise. */
  readonly rotation?: number;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export interface Skeleton {
  joints: string[];
  edges?: [number, number][];
}

/** The types there are, in the order of their tools. A type more is a form in `forms/` and its name here. */
export const TYPES: ShapeType[] = [
  'box',
  'rotated_box',
  'polygon',
  'line',
  'keypoints',
  'ellipse',
  'point',
  'cuboid',
];

/** What a project says of its shapes, as `label/kinds/image_shapes.py` defines it. */
export interface Rules {
  shapes?: ShapeType[];
  shapes_of?: Record<string, ShapeType[]>;
  skeletons?: Record<string, Skeleton>;
  least?: number;
  most?: number;
  least_width?: number;
  least_height?: number;
  /** Of a polygon or a line. */
  least_points?: number;
  most_points?: number;
  connections?: Connection[];
}

/** Labels of points that are shown joined. */
export interface Connection {
  pair: [string, string];
  /** The attribute that links those which are joined to one and the same shape; without it all are. */
  by?: string;
}

export const rulesOf = (project: ProjectDetail): Rules => project.options as Rules;

/** The types that may be drawn in a project. */
export function typesOf(project: ProjectDetail): ShapeType[] {
  const allowed = rulesOf(project).shapes ?? ['box'];
  return TYPES.filter((type) => allowed.includes(type));
}

/** The types that a label may be drawn as. */
export const typesOfLabel = (project: ProjectDetail, label: string): ShapeType[] =>
  rulesOf(project).shapes_of?.[label] ?? typesOf(project);

export const shapesOf = (answer: Answer | null): readonly Shape[] =>
  (answer?.shapes as Shape[] | undefined) ?? [];

export const isPlaced = (point: Point | null): point is Point => point !== null;

/** The points that are there. */
export const placed = (shape: Pick<Shape, 'points'>): Point[] => shape.points.filter(isPlaced);

/** Coordinates are kept to the hundredth of a pixel. */
export const round = (value: number): number => Math.round(value * 100) / 100;
export const rounded = ([x, y]: Point): Point => [round(x), round(y)];
