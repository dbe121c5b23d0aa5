/** What lies on the waveform, kept as the page wants it: regions are made, changed and removed as segments are. */
import type { Regions } from './player.svelte';
import type { Stretch } from './segment';

type Region = ReturnType<Regions['getRegions']>[number];

export interface Wanted extends Stretch {
  id: string;
  text: string;
  hue: number;
  /** Where it lies, in percent of the height. */
  top: number;
  height: number;
  /** Picked, so that it can be moved and pulled. */
  picked: boolean;
  movable: boolean;
  /** Somebody else's. */
  ghost: boolean;
}

/** Make the regions those that are wanted. */
export function sync(regions: Regions, wanted: readonly Wanted[]): void {
  const there = new Map(regions.getRegions().map((region) => [region.id, region]));
  const ids = new Set(wanted.map(({ id }) => id));
  for (const [id, region] of there) if (!ids.has(id)) region.remove();
  for (const one of wanted) {
    const { id, start, end } = one;
    const region = there.get(id) ?? regions.addRegion({ id, start, end, color: colourOf(one) });
    dress(region, one);
  }
}

const colourOf = ({ hue, picked, ghost }: Wanted): string =>
  `oklch(68% 0.15 ${hue} / ${ghost ? 12 : picked ? 42 : 24}%)`;

function dress(region: Region, one: Wanted): void {
  const { start, end, picked, movable, hue, top, height } = one;
  region.setOptions({ start, end, color: colourOf(one), drag: movable, resize: movable });
  if (region.getContent(true) === undefined || region.element?.dataset.text !== one.text)
    region.setContent(one.text);
  const { element } = region;
  if (!element) return;
  element.dataset.text = one.text;
  const line = `oklch(62% 0.16 ${hue})`;
  Object.assign(element.style, {
    top: `${top}%`,
    height: `${height}%`,
    // What is not picked lets the pointer through: dragging there marks another segment, a click picks.
    pointerEvents: movable ? 'all' : 'none',
    border: one.ghost ? `1.5px dashed ${line}` : `${picked ? 2 : 1}px solid ${line}`,
    zIndex: picked ? '3' : '2',
    overflow: 'hidden',
    transition: 'none',
  });
}
