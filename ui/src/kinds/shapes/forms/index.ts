import type { Shape, ShapeType } from '../shape';
import { box } from './box';
import { cuboid } from './cuboid';
import { ellipse } from './ellipse';
import type { Form } from './form';
import { keypoints, line, point, polygon } from './points';
import { rotatedBox } from './rotated_box';

const FORMS: Record<ShapeType, Form> = {
  box,
  rotated_box: rotatedBox,
  polygon,
  line,
  keypoints,
  ellipse,
  point,
  cuboid,
};

export const formOf = ({ type }: Pick<Shape, 'type'>): Form => FORMS[type];
