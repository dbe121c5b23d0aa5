/** Segments of a recording, in seconds to the millisecond, in the order of time; pure. */
import type { Answer, ProjectDetail } from '../../wire';
import type { Attributes } from '../attributes/attributes';

export interface Segment {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly transcript?: string;
  readonly attributes?: Attributes;
}

export type Stretch = Pick<Segment, 'start' | 'end'>;

/** Shorter ones are slips. */
export const SHORTEST = 0.02;

export const segmentsOf = (answer: Answer | null): readonly Segment[] =>
  (answer?.segments as Segment[] | undefined) ?? [];

export const hasTranscripts = (project: ProjectDetail): boolean => project.options.transcript === true;
export const mayOverlap = (project: ProjectDetail): boolean => project.options.overlap !== false;

export const milli = (seconds: number): number => Math.round(seconds * 1000) / 1000;

export const inOrder = <T extends Stretch>(segments: readonly T[]): T[] =>
  [...segments].sort((a, b) => a.start - b.start || a.end - b.end);

export const overlaps = (a: Stretch, b: Stretch): boolean => a.start < b.end && b.start < a.end;

/** A stretch within a recording, its ends in order; null where nothing is left of it. */
export function within({ start, end }: Stretch, duration: number): Stretch | null {
  const [from, to] = [Math.max(0, Math.min(start, end)), Math.min(duration, Math.max(start, end))];
  return to - from >= SHORTEST ? { start: milli(from), end: milli(to) } : null;
}

/** As much of a stretch as others leave free: the free place that holds most of it; null where there is none. */
export function fitted(wanted: Stretch, others: readonly Stretch[], duration: number): Stretch | null {
  const ends = [0, ...others.map(({ end }) => end)];
  const free = ends.map((from) => ({
    start: Math.max(from, wanted.start),
    end: Math.min(wanted.end, duration, ...others.filter(({ end }) => end > from).map(({ start }) => start)),
  }));
  const longest = free.reduce((best, one) => (one.end - one.start > best.end - best.start ? one : best));
  return longest.end - longest.start >= SHORTEST
    ? { start: milli(longest.start), end: milli(longest.end) }
    : null;
}

/** A lane for each segment, so that those which overlap lie beside each other. */
export function lanesOf(segments: readonly Stretch[]): { lanes: number[]; count: number } {
  const ends: number[] = [];
  const lanes = segments.map(({ start, end }) => {
    const free = ends.findIndex((last) => last <= start);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = end;
    return lane;
  });
  return { lanes, count: Math.max(1, ends.length) };
}

/** The two parts of a segment; the words stay with the first. */
export function parted(segment: Segment, at: number): [Segment, Segment] | null {
  if (at - segment.start < SHORTEST || segment.end - at < SHORTEST) return null;
  const { transcript, ...rest } = segment;
  const second = { ...rest, start: milli(at) };
  return [{ ...segment, end: milli(at) }, transcript === undefined ? second : { ...second, transcript: '' }];
}

/** Two segments as one, from the start of the first to the end of the last, with the words of both. */
export function joined(first: Segment, second: Segment): Segment {
  const words = [first.transcript, second.transcript].filter(Boolean).join(' ');
  const whole = { ...first, end: Math.max(first.end, second.end) };
  return first.transcript === undefined ? whole : { ...whole, transcript: words };
}

/** A time as people write it: 1:05.250, with hours where there are any. */
export function clock(seconds: number, digits = 3): string {
  const units = 10 ** digits;
  const all = Math.round(Math.max(0, seconds) * units);
  const [whole, part] = [Math.floor(all / units), String(all % units).padStart(digits, '0')];
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  const head = hours ? `${hours}:${two(minutes)}` : String(minutes);
  return `${head}:${two(rest)}${digits ? `.${part}` : ''}`;
}

const STEPS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1800, 3600];

/** The times that a ruler names, at least `apart` pixels from each other. */
export function ticks(from: number, to: number, width: number, apart = 80): { at: number; text: string }[] {
  const perSecond = width / (to - from);
  if (!Number.isFinite(perSecond) || perSecond <= 0) return [];
  const step = STEPS.find((each) => each * perSecond >= apart) ?? 7200;
  const digits = step >= 1 ? 0 : step >= 0.1 ? 1 : 2;
  const first = Math.ceil(from / step - 1e-6);
  const count = Math.floor(to / step + 1e-6) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, each) => {
    const at = (first + each) * step;
    return { at, text: clock(at, digits) };
  });
}
