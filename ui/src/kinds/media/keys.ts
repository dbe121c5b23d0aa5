/** Keys for the media of a record: images are zoomed and moved together, recordings are played one at a time. */
import { m } from '../../messages/index.svelte';
import { moved, zoomed } from '../choice/zoom';
import { w as choice } from '../choice/words';
import type { Binding } from '../../work/keys';
import type { Look } from './look.svelte';
import type { Medium } from './media';
import { playOrPause } from './playing';
import { w } from './words';

const STEP = 60;
const FACTOR = 1.5;
const ARROWS: Readonly<Record<string, [number, number]>> = {
  arrowleft: [STEP, 0],
  arrowright: [-STEP, 0],
  arrowup: [0, STEP],
  arrowdown: [0, -STEP],
};

/**
 * What keys do with some media. They give way to those of the kind.
 *
 * @param screen the element that holds all of them.
 */
export function mediaKeys(media: Medium[], screen: () => Element | null, look: Look): Binding[] {
  const zoom = (factor: number) => (look.view = zoomed(look.view, factor, 0, 0));
  function pan(dx: number, dy: number) {
    const box = screen()?.querySelector('.picture')?.getBoundingClientRect();
    if (box && look.view.scale > 1) look.view = moved(look.view, dx, dy, box);
  }
  const ofImages = [
    { keys: ['+', '='], label: choice().zoom.in, run: () => zoom(FACTOR) },
    { keys: ['-'], label: choice().zoom.out, run: () => zoom(1 / FACTOR) },
    { keys: ['f'], label: choice().zoom.reset, run: () => look.reset() },
    { keys: ['ctrl+arrows'], label: m().keys.pan, run: () => {} },
    ...Object.entries(ARROWS).map(([key, by]) => ({
      keys: [`ctrl+${key}`],
      label: null,
      held: true,
      run: () => pan(...by),
    })),
  ];
  const play = () => playOrPause(screen() ?? document.body);
  return [
    ...(media.some(({ kind }) => kind === 'image') ? ofImages : []),
    ...(media.some(({ kind }) => kind === 'audio') ? [{ keys: [' '], label: w().keys.play, run: play }] : []),
  ];
}
