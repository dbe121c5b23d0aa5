/** Where the line under each span runs, and the place of its label above the text. Pure; lengths are CSS pixels. */
import { overlap, type Stretch } from './text';

/**
 * The lane of each span under the text, 0 next to it: spans that overlap never share one, and the shorter is nearer to its
 * text, so that what is nested lies inside.
 */
export function lanesOf(spans: Stretch[]): number[] {
  const lanes = new Array<number>(spans.length).fill(0);
  for (const cluster of clustersOf(spans)) {
    const placed: number[] = [];
    for (const index of cluster.sort((a, b) => length(spans[a]) - length(spans[b]) || a - b)) {
      const span = spans[index] as Stretch;
      const taken = new Set(
        placed.filter((other) => overlap(span, spans[other] as Stretch)).map((o) => lanes[o]),
      );
      let lane = 0;
      while (taken.has(lane)) lane += 1;
      lanes[index] = lane;
      placed.push(index);
    }
  }
  return lanes;
}

const length = (span: Stretch | undefined) => (span ? span.end - span.start : 0);

/** Groups of spans that hang together by overlaps, as places in the list; alone where there are none. */
function clustersOf(spans: Stretch[]): number[][] {
  const order = spans.map((_, index) => index);
  order.sort((a, b) => (spans[a]?.start ?? 0) - (spans[b]?.start ?? 0));
  const clusters: number[][] = [];
  let until = -1;
  for (const index of order) {
    const { start, end } = spans[index] as Stretch;
    if (start < until) clusters.at(-1)?.push(index);
    else clusters.push([index]);
    until = Math.max(until, end);
  }
  return clusters;
}

/** A label that wants a place: where its span begins, on which line, and how wide it is in full. */
export interface Wish {
  x: number;
  /** The top of the line; labels with the same one share it. */
  line: number;
  width: number;
}

export interface Place {
  x: number;
  width: number;
}

const GAP = 6;
/** Less of a label says nothing. */
const NARROWEST = 16;

/**
 * Side by side on each line, none over another, as near as may be to where their spans begin. Where labels are crowded they
 * are cut short to what there is up to the next; at the right edge they move back to the left.
 */
export function placed(wishes: Wish[], room: number): Place[] {
  const places = wishes.map(({ x, width }) => ({ x, width }));
  const rows = new Map<number, Place[]>();
  places.forEach((place, index) => {
    const line = wishes[index]?.line ?? 0;
    rows.set(line, [...(rows.get(line) ?? []), place]);
  });
  for (const row of rows.values()) {
    row.sort((one, other) => one.x - other.x);
    placeRow(row, room);
  }
  return places;
}

function placeRow(row: Place[], room: number): void {
  const starts = row.map(({ x }) => x);
  let from = 0;
  row.forEach((place, index) => {
    const next = starts.slice(index + 1).find((x) => x > place.x);
    place.x = Math.max(place.x, from);
    if (next !== undefined) place.width = Math.min(place.width, Math.max(NARROWEST, next - GAP - place.x));
    from = place.x + place.width + GAP;
  });
  let until = room;
  for (let index = row.length - 1; index >= 0; index -= 1) {
    const [before, place] = [row[index - 1], row[index] as Place];
    const free = before ? before.x + before.width + GAP : 0;
    place.x = Math.min(place.x, Math.max(free, until - place.width));
    place.width = Math.max(NARROWEST, Math.min(place.width, until - place.x));
    place.x = Math.max(0, Math.min(place.x, until - place.width));
    until = place.x - GAP;
  }
}
