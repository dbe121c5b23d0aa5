/** Marks as they are drawn: where their lines and labels lie, and the curves of their relations. Lengths are CSS pixels. */
import type { Relation } from './answers';
import { lanesOf, placed } from './lanes';
import type { Mark } from './marks';
import type { Fragment } from './measure';
import type { Stretch } from './text';

export interface Drawn extends Mark {
  /** Where it is, line by line. */
  fragments: Fragment[];
  /** How far under the text its line runs. */
  lane: number;
  /** Its label as it is written, where that begins, and how much of it fits. */
  words: string;
  x: number;
  room: number;
}

export const LABEL_FONT = '600 11px';
const LABEL_MOST = 150;
const LABEL_HEIGHT = 15;
/** More lines under one text run into the labels of the next line. */
const LANES_MOST = 3;
const SIGNS = { right: '✓ ', wrong: '✗ ' };

interface Measuring {
  measure: (stretch: Stretch) => Fragment[];
  widthOf: (words: string) => number;
  /** The width of the text. */
  room: number;
}

export function drawnOf(marks: Mark[], { measure, widthOf, room }: Measuring): Drawn[] {
  const lanes = lanesOf(marks);
  const found = marks
    .map((mark, place) => ({
      ...mark,
      fragments: measure(mark),
      lane: Math.min(lanes[place] ?? 0, LANES_MOST),
      words: (mark.judged ? SIGNS[mark.judged] : '') + mark.label,
    }))
    .filter(({ fragments }) => fragments.length > 0);
  const wishes = found.map(({ fragments: [first], words }) => ({
    x: first?.x ?? 0,
    line: first?.y ?? 0,
    width: Math.min(LABEL_MOST, Math.ceil(widthOf(words)) + 1),
  }));
  const places = placed(wishes, room);
  return found.map((mark, index) => ({
    ...mark,
    x: places[index]?.x ?? 0,
    room: places[index]?.width ?? 0,
  }));
}

/** Where the label of a mark is, from the top of the text. */
export const topOf = (mark: Drawn): number => (mark.fragments[0]?.y ?? 0) - LABEL_HEIGHT;

interface Point {
  x: number;
  y: number;
}

interface Curve extends Relation {
  path: string;
  end: Point;
  /** Whether it leads from or to the mark that is picked. */
  strong: boolean;
}

export function curvesOf(links: Relation[], drawn: Drawn[], picked: string | null): Curve[] {
  const byId = new Map(drawn.map((mark) => [mark.id, mark]));
  return links.flatMap((link) => {
    const [from, to] = [byId.get(link.from), byId.get(link.to)];
    if (!from || !to) return [];
    const [start, end] = [anchorOf(from), anchorOf(to)];
    const strong = link.from === picked || link.to === picked;
    return [{ ...link, path: curve(start, end), end, strong }];
  });
}

const anchorOf = (mark: Drawn): Point => ({ x: mark.x + mark.room / 2, y: topOf(mark) - 1 });

/** From the top of one label to the top of another, and a tip on it. */
function curve(start: Point, end: Point): string {
  const rise = Math.min(40, 10 + Math.abs(start.x - end.x) / 16 + Math.abs(start.y - end.y) / 8);
  return (
    `M${start.x} ${start.y} C${start.x} ${start.y - rise}, ${end.x} ${end.y - rise}, ${end.x} ${end.y} ` +
    `m-3.5 -5 l3.5 5 l3.5 -5`
  );
}
