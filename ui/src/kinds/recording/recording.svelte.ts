/** A recording that is played by keys: on and back by some seconds, slower and faster. */
import type { Binding } from '../../work/keys';
import { chordOf } from '../../work/keys';
import { peaksOf } from './peaks';
import { w } from './words';

const STEP_S = 2;
const RATES = [0.5, 0.6, 0.75, 0.9, 1, 1.15, 1.3, 1.5, 1.75, 2];
const BARS = 400;
/** Longer recordings are played without their shape: all of it would have to be unpacked at once. */
const LONGEST_S = 1_200;
/** Enough to see words apart; the browser unpacks to this rate. */
const RATE_HZ = 8_000;

export class Recording {
  playing = $state(false);
  time = $state(0);
  duration = $state(0);
  rate = $state(1);
  failed = $state(false);
  /** How loud it is from moment to moment, 0 to 1; empty until that is known. */
  peaks = $state.raw<number[]>([]);
  /** How far back it goes when it plays on after a pause, so that the last word is heard whole. */
  readonly #rewindS: number;
  #element: HTMLAudioElement | null = null;

  constructor({ rewindS = 0 } = {}) {
    this.#rewindS = rewindS;
  }

  /** Listen to an element; call the result when it goes. */
  attach = (element: HTMLAudioElement): (() => void) => {
    this.#element = element;
    const heard: Partial<Record<keyof HTMLMediaElementEventMap, () => void>> = {
      play: () => (this.playing = true),
      pause: () => (this.playing = false),
      timeupdate: () => (this.time = element.currentTime),
      seeking: () => (this.time = element.currentTime),
      durationchange: () => (this.duration = Number.isFinite(element.duration) ? element.duration : 0),
      ratechange: () => (this.rate = element.playbackRate),
      error: () => (this.failed = true),
      loadedmetadata: () => void this.#look(element.src),
    };
    const entries = Object.entries(heard);
    for (const [name, listener] of entries) element.addEventListener(name, listener);
    return () => {
      element.pause();
      for (const [name, listener] of entries) element.removeEventListener(name, listener);
      this.#element = null;
      this.playing = this.failed = false;
      this.time = this.duration = 0;
      this.peaks = [];
    };
  };

  toggle = (): void => {
    const element = this.#element;
    if (!element) return;
    if (!element.paused) return element.pause();
    if (this.#rewindS && element.currentTime < element.duration) this.move(-this.#rewindS);
    void element.play().catch(() => (this.failed = element.error !== null));
  };

  /** Go to a moment, in seconds from the start. */
  seek(seconds: number): void {
    if (this.#element) this.#element.currentTime = Math.max(0, Math.min(this.duration, seconds));
  }

  move(seconds: number): void {
    this.seek((this.#element?.currentTime ?? 0) + seconds);
  }

  /** The next slower or faster rate. */
  shift(step: 1 | -1): void {
    const at = RATES.findIndex((rate) => rate >= this.rate);
    const rate = RATES[Math.max(0, Math.min(RATES.length - 1, (at < 0 ? RATES.length - 1 : at) + step))];
    if (this.#element && rate) this.#element.playbackRate = rate;
  }

  retry(): void {
    this.failed = false;
    this.#element?.load();
  }

  /** What keys do, for the panel and the workspace. The second chord of each works while one types, too. */
  bindings(): Binding[] {
    const keys = w().keys;
    return [
      { keys: [' ', 'escape'], label: keys.play, run: this.toggle },
      { keys: ['j', 'f1'], label: keys.back, run: () => this.move(-STEP_S), held: true },
      { keys: ['l', 'f2'], label: keys.on, run: () => this.move(STEP_S), held: true },
      { keys: ['-', 'f3'], label: keys.slower, run: () => this.shift(-1) },
      { keys: ['+', 'f4'], label: keys.faster, run: () => this.shift(1) },
    ];
  }

  /** Escape and F1 to F4 while one types: transcribers know them from their other tools. */
  typed = (event: KeyboardEvent): void => {
    const chord = chordOf(event);
    const binding = chord && this.bindings().find(({ keys }) => keys[1] === chord);
    if (!binding || event.defaultPrevented) return;
    event.preventDefault();
    if (binding.held || !event.repeat) binding.run(event);
  };

  async #look(url: string): Promise<void> {
    if (this.duration > LONGEST_S) return;
    try {
      const bytes = await (await fetch(url)).arrayBuffer();
      const unpacked = await new OfflineAudioContext(1, 1, RATE_HZ).decodeAudioData(bytes);
      if (this.#element?.src === url) this.peaks = peaksOf(unpacked.getChannelData(0), BARS);
    } catch {
      // It plays all the same; only its shape is not seen.
    }
  }
}
