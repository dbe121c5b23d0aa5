/** The recording as it is seen and heard: wavesurfer.js, with its state for the screen. */
import WaveSurfer from 'wavesurfer.js';
import RegionsPlugin from 'wavesurfer.js/plugins/regions';
import { habits } from './habits.svelte';
import type { Stretch } from './segment';

export type Regions = ReturnType<typeof RegionsPlugin.create>;

const HEIGHT = 168;
/** Pixels of a second, at most. */
const NEAREST = 1200;
/** How near the end playing stopped of itself, in seconds. */
const AT_END = 0.15;

export class Player {
  phase = $state<'loading' | 'ready' | 'failed'>('loading');
  /** How much of it has come, 0 to 100. */
  loaded = $state(0);
  playing = $state(false);
  time = $state(0);
  duration = $state(0);
  /** What is in sight, in seconds. */
  sight = $state.raw<Stretch>({ start: 0, end: 0 });
  /** Width of the place in pixels. */
  width = $state(0);
  /** Pixels of a second; 0 shows all of it. */
  #near = $state(0);

  #surfer: WaveSurfer | null = null;
  regions: Regions | null = null;
  #stretch: (() => Stretch | null) | null = null;

  readonly isFit = $derived(this.#near === 0);

  /** Draw into a place, and load; call the result to end it. */
  attach(place: HTMLElement, url: string): () => void {
    // Made apart from the page, it can be given its style in a way that the page's policy allows.
    const apart = document.createElement('div');
    const surfer = WaveSurfer.create({
      container: apart,
      height: HEIGHT,
      normalize: true,
      cursorWidth: 2,
      ...colours(place),
    });
    adoptStyle(surfer);
    place.append(apart);
    this.#surfer = surfer;
    this.regions = surfer.registerPlugin(RegionsPlugin.create());
    this.#listen(surfer);
    surfer.load(url).catch(() => undefined); // told by its event
    return () => {
      this.#stretch = null;
      surfer.destroy();
      apart.remove();
      this.#surfer = this.regions = null;
    };
  }

  #listen(surfer: WaveSurfer): void {
    surfer.on('loading', (percent) => (this.loaded = percent));
    surfer.on('ready', (duration) => {
      this.duration = duration;
      this.phase = 'ready';
      this.setRate(habits.rate);
      this.#look(surfer);
    });
    surfer.on('error', () => (this.phase = this.phase === 'ready' ? 'ready' : 'failed'));
    surfer.on('play', () => (this.playing = true));
    surfer.on('pause', () => this.#stopped());
    // While it stands still we know better: what is told late would put the playhead back.
    surfer.on('timeupdate', (time) => this.playing && (this.time = time));
    surfer.on('interaction', (time) => (this.time = time));
    surfer.on('scroll', (start, end) => (this.sight = { start, end }));
    surfer.on('redraw', () => this.#look(surfer));
  }

  #look(surfer: WaveSurfer): void {
    this.width = surfer.getWidth();
    const perSecond = surfer.getWrapper().clientWidth / this.duration;
    if (!perSecond) return;
    const start = surfer.getScroll() / perSecond;
    this.sight = { start, end: Math.min(this.duration, start + this.width / perSecond) };
  }

  /** A segment that was played to its end begins anew, where that is wanted. */
  #stopped(): void {
    this.playing = false;
    const stretch = this.#stretch?.();
    this.time = this.#surfer?.getCurrentTime() ?? 0;
    if (stretch && habits.loop && Math.abs(this.time - stretch.end) < AT_END) this.#begin(stretch);
    else this.#stretch = null;
  }

  #begin({ start, end }: Stretch): void {
    this.#surfer?.play(start, end).catch(() => undefined);
  }

  /** Hear of clicks: the time, and the height as a share from the top. */
  onClick(heard: (time: number, height: number) => void): void {
    this.#surfer?.on('click', (x, y) => heard(x * this.duration, y));
  }

  /** Play on, or pause. */
  toggle(): void {
    if (this.phase !== 'ready') return;
    this.#stretch = null;
    this.#surfer?.playPause().catch(() => undefined);
  }

  /** Play a stretch, which may change while it is played; once more pauses. */
  playStretch(stretch: () => Stretch | null): void {
    const now = stretch();
    if (this.phase !== 'ready' || !now) return;
    if (this.playing) return this.pause();
    this.#stretch = stretch;
    this.#begin(now);
  }

  pause(): void {
    this.#stretch = null;
    this.#surfer?.pause();
  }

  seek(seconds: number): void {
    if (this.phase !== 'ready') return;
    this.time = Math.max(0, Math.min(this.duration, seconds));
    this.#surfer?.setTime(this.time);
  }

  setRate(rate: number): void {
    habits.rate = rate;
    this.#surfer?.setPlaybackRate(rate);
  }

  /** Zoom about a time, the playhead unless given, which stays where it is on the screen. */
  zoom(factor: number, about = this.time): void {
    const surfer = this.#surfer;
    if (!surfer || this.phase !== 'ready') return;
    const fit = this.width / this.duration;
    const now = this.#near || fit;
    const near = Math.min(NEAREST, now * factor);
    const x = about * now - surfer.getScroll();
    this.#near = near <= fit * 1.01 ? 0 : near;
    surfer.zoom(this.#near);
    surfer.setScroll(about * (this.#near || fit) - Math.max(0, Math.min(this.width, x)));
    this.#look(surfer);
  }

  fit(): void {
    this.zoom(0);
  }

  /** Scroll by pixels. */
  pan(pixels: number): void {
    const surfer = this.#surfer;
    surfer?.setScroll(surfer.getScroll() + pixels);
  }

  /** Bring a stretch in sight. */
  show({ start, end }: Stretch): void {
    const surfer = this.#surfer;
    if (!surfer || this.isFit || (start >= this.sight.start && end <= this.sight.end)) return;
    surfer.setScrollTime(Math.max(0, start - (this.sight.end - this.sight.start) / 8));
  }

  /** The colours of the page have changed. */
  recolour(place: HTMLElement): void {
    this.#surfer?.setOptions(colours(place));
  }

  /** The time at a place of the screen. */
  timeAt(clientX: number): number {
    const { left, width } = this.#surfer?.getWrapper().getBoundingClientRect() ?? { left: 0, width: 1 };
    return ((clientX - left) / width) * this.duration;
  }
}

/** A canvas needs colours and not names of them: the place says them in properties that the browser resolves. */
function colours(place: HTMLElement) {
  const { color, caretColor, outlineColor } = getComputedStyle(place);
  return { waveColor: color, progressColor: outlineColor, cursorColor: caretColor };
}

/** Its style is in a style element, which a strict policy refuses; a constructed sheet with the same rules is let in. */
function adoptStyle(surfer: WaveSurfer): void {
  const root = surfer.getWrapper().getRootNode() as ShadowRoot;
  const style = root.querySelector('style');
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style?.textContent ?? '');
  root.adoptedStyleSheets = [sheet];
  style?.remove();
}
