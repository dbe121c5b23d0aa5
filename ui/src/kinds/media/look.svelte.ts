import { START, type View } from '../choice/zoom';

/** How the images on one screen are looked at: all alike, so that the same place of each is compared. */
export class Look {
  view = $state.raw<View>(START);

  reset(): void {
    this.view = START;
  }
}
