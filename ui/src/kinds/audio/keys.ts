/** Every key of the screen, by group. */
import type { Binding } from '../../work/keys';
import { habits, RATES } from './habits.svelte';
import type { Player } from './player.svelte';
import { clock } from './segment';
import type { Marked, Track } from './track.svelte';
import { w as of } from '../marks/words';
import { w } from './words';

/** Seconds by arrow: of the playhead, and of an edge; with Shift ten times as much. */
const SEEK = 0.5;
const NUDGE = 0.01;
const FAR = 10;

export interface Desk {
  track: Track;
  player: Player;
  /** Words for those who listen. */
  say: (words: string) => void;
  playPicked: () => void;
  toTranscript: (() => void) | null;
  toAttributes: (() => void) | null;
  /** Show or hide what others say. */
  compare: (() => void) | null;
}

export const playBindings = (desk: Desk): Binding[] => {
  const { player, track, compare } = desk;
  return [
    { keys: [' '], label: w().key.play, run: () => player.toggle() },
    { keys: ['p'], label: w().key.stretch, run: desk.playPicked },
    { keys: ['l'], label: w().key.loop, run: () => (habits.loop = !habits.loop) },
    { keys: ['arrows'], label: w().key.seek, run: () => {} },
    {
      keys: ['arrowleft', 'arrowright'],
      label: null,
      held: true,
      run: ({ key, shiftKey }) => {
        const steps = (key === 'ArrowLeft' ? -1 : 1) * (shiftKey ? FAR : 1);
        if (track.edge && track.one) track.nudge(steps * NUDGE);
        else player.seek(player.time + steps * SEEK);
      },
    },
    {
      keys: ['<', '>'],
      label: w().key.slower,
      run: ({ key }) => player.setRate(rateBeside(key === '>' ? 1 : -1)),
    },
    { keys: ['+', '='], label: w().zoomIn, run: () => player.zoom(1.5), held: true },
    { keys: ['-'], label: w().zoomOut, run: () => player.zoom(1 / 1.5), held: true },
    { keys: ['0'], label: w().all, run: () => player.fit() },
    { keys: ['.'], label: w().key.next, run: () => pickNext(desk, 1), held: true },
    { keys: [','], label: w().key.previous, run: () => pickNext(desk, -1), held: true },
    ...(compare ? [{ keys: ['z'], label: of().compare, run: compare }] : []),
  ];
};

export const segmentBindings = (desk: Desk): Binding[] => {
  const { track, player, say } = desk;
  const { toTranscript, toAttributes } = desk;
  return [
    { keys: ['i'], label: w().key.begin, run: () => begin(desk) },
    { keys: ['o'], label: w().key.end, run: () => end(desk) },
    { keys: ['v'], label: w().key.take, run: () => track.one && track.pick(track.picked) },
    {
      keys: ['j'],
      label: w().key.edge,
      run: ({ shiftKey }) => track.nextEdge(shiftKey ? -1 : 1),
      held: true,
    },
    { keys: ['x'], label: w().key.part, run: () => track.part(player.time) },
    { keys: ['u'], label: w().key.join, run: () => track.join() },
    {
      keys: ['delete', 'backspace'],
      label: w().key.remove,
      run: () => track.remove() && say(w().now.removed),
    },
    ...(toTranscript
      ? [
          { keys: ['t'], label: w().key.words, run: toTranscript },
          { keys: ['ctrl+ '], label: w().key.playHere, run: desk.playPicked },
        ]
      : []),
    ...(toAttributes ? [{ keys: ['a'], label: w().key.attributes, run: toAttributes }] : []),
  ];
};

/** With something begun or picked, Escape lets go of it, step by step. */
export const holdingBindings = ({ track }: Desk): Binding[] => [
  {
    keys: ['escape'],
    label: w().key.drop,
    run: () => {
      if (track.begun !== null) track.begun = null;
      else if (track.edge) track.edge = null;
      else track.pick(null);
    },
  },
];

export function describe(one: Marked, track: Track): string {
  const { label, start, end } = one.segment;
  return w().now.picked(track.all.indexOf(one) + 1, label, clock(start), clock(end));
}

function pickNext({ track, player, say }: Desk, by: 1 | -1): void {
  const one = track.pickNext(by, player.time);
  if (!one) return;
  if (!player.playing) player.seek(one.segment.start);
  player.show(one.segment);
  say(describe(one, track));
}

function begin({ track, player, say }: Desk): void {
  track.begin(player.time);
  if (track.begun !== null) say(w().now.begun(clock(track.begun)));
}

function end({ track, player, say }: Desk): void {
  const begun = track.begun !== null;
  const made = track.end(player.time);
  if (begun) say(made ? w().now.marked(track.all.length) : w().now.taken);
}

function rateBeside(by: 1 | -1): number {
  const at = RATES.indexOf(habits.rate);
  return RATES[Math.max(0, Math.min(RATES.length - 1, at + by))] ?? 1;
}
