/**
 * Colours of classes: hues of one lightness, so that no class looks more important than another, and neighbours in a list
 * far apart on the circle. A class is never told by its colour alone: its name or its key is beside it.
 */

const HUES = [25, 245, 145, 305, 75, 195, 345, 110, 270, 50, 170, 220];
/** After a round, the hues between those before. */
const SHIFT = 13;

/** The hue of a class by its place among the classes, in degrees. */
export function hueOf(place: number): number {
  const round = Math.floor(place / HUES.length);
  return ((HUES[place % HUES.length] ?? 0) + round * SHIFT) % 360;
}

/** The hue of a label by name; a label that the project does not know has the first. */
export const hueOfLabel = (label: string, classes: readonly { name: string }[]): number =>
  hueOf(
    Math.max(
      0,
      classes.findIndex(({ name }) => name === label),
    ),
  );

const both = (light: string, dark: string, hue: number) =>
  `light-dark(oklch(${light} ${hue}), oklch(${dark} ${hue}))`;

/** Behind text. */
export const softOf = (place: number): string => both('92.5% 0.052', '36% 0.06', hueOf(place));
/** Lines and dots: three to one on the surface and on `softOf`. */
export const lineOf = (place: number): string => both('58% 0.15', '72% 0.13', hueOf(place));
/** Words. */
export const inkOf = (place: number): string => both('44% 0.12', '85% 0.09', hueOf(place));
