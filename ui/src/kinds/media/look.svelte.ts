import type { Keys } from '../../work/keys';
import { START, type View } from '../choice/zoom';
import { mediaKeys } from './keys';
import { mediaIn } from './media';
import { w } from './words';

/** How the images on one screen are looked at: all alike, so that the same place of each is compared. */
export class Look {
  view = $state.raw<View>(START);

  reset(): void {
    this.view = START;
  }
}

interface Looked {
  /** What names the media. */
  record: () => unknown;
  /** Null where there are none, as on a page that only shows it. */
  keys: () => Keys | null;
  /** The element that holds all of them. */
  screen: () => Element | null;
  /** Whatever differs for another task: that one is looked at from the start. */
  task?: () => unknown;
}

/** How the media of a record are looked at, with the keys for it; to be called while a component is made. */
export function looking({ record, keys, screen, task }: Looked): Look {
  const look = new Look();
  const media = $derived(mediaIn(record()));
  $effect.pre(() => {
    void task?.();
    look.reset();
  });
  $effect(() => keys()?.add(w().keys.group, mediaKeys(media, screen, look)));
  return look;
}
