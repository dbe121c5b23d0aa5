/** The colours of labels: hues of one lightness, so that none stands out, and far apart for those that come first. */

const HUES = [255, 55, 150, 350, 200, 110, 30, 285, 85, 320, 175, 225];

/** The hue of the label at a place in its project, in degrees of oklch; they come again after twenty-four. */
export function hueOf(place: number): number {
  const round = Math.floor(place / HUES.length) % 2;
  return ((HUES[Math.max(0, place) % HUES.length] as number) + round * 15) % 360;
}

/** The hue of a label by name; a label that the project does not know has the first. */
export const hueOfLabel = (label: string, classes: readonly { name: string }[]): number =>
  hueOf(classes.findIndex(({ name }) => name === label));
