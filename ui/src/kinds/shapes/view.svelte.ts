/** Where the image lies on its stage, and how large: pixels of the image to pixels of the screen and back. */
import { fitScale, moved, START, zoomed, type Size } from '../choice/zoom';
import type { Rect } from './geometry';
import type { Point } from './shape';

/** How large a pixel of the image can be drawn at least, in pixels of the screen, however large the image is. */
const LARGEST = 32;

export class View {
  stage = $state<Size>({ width: 0, height: 0 });
  image = $state.raw<Size | null>(null);
  #view = $state.raw(START);

  readonly place = $derived<Rect>({
    left: 0,
    top: 0,
    right: this.image?.width ?? 0,
    bottom: this.image?.height ?? 0,
  });
  readonly #fit = $derived(this.image && this.stage.width ? fitScale(this.image, this.stage) : 1);
  /** Screen pixels of one image pixel. */
  readonly scale = $derived(this.#fit * this.#view.scale);
  /** Where the image's top left corner is on the stage. */
  readonly origin = $derived<Point>([
    this.stage.width / 2 + this.#view.x - (this.place.right * this.scale) / 2,
    this.stage.height / 2 + this.#view.y - (this.place.bottom * this.scale) / 2,
  ]);
  readonly isFit = $derived(this.#view.scale === 1);

  toScreen = ([x, y]: Point): Point => [this.origin[0] + x * this.scale, this.origin[1] + y * this.scale];
  toImage = ([x, y]: Point): Point => [(x - this.origin[0]) / this.scale, (y - this.origin[1]) / this.scale];

  /** Zoom about a place of the stage, its middle unless given. */
  zoom(factor: number, [x, y]: Point = [this.stage.width / 2, this.stage.height / 2]): void {
    const most = Math.max(40, LARGEST / this.#fit);
    this.#view = zoomed(this.#view, factor, x - this.stage.width / 2, y - this.stage.height / 2, most);
  }

  pan(dx: number, dy: number): void {
    if (!this.isFit) this.#view = moved(this.#view, dx, dy, this.stage);
  }

  fit(): void {
    this.#view = START;
  }

  /** Show a part of the image as large as it fits, with some room around it. */
  frame({ left, top, right, bottom }: Rect): void {
    const { width, height } = this.stage;
    const room = Math.min(width / Math.max(right - left, 8), height / Math.max(bottom - top, 8));
    const scale = Math.max(1, (0.6 * room) / this.#fit);
    const middle: Point = [(left + right) / 2, (top + bottom) / 2];
    this.fit();
    this.zoom(scale, this.toScreen(middle));
    const [x, y] = this.toScreen(middle);
    this.pan(width / 2 - x, height / 2 - y);
  }
}
