/** Seconds as a person says them: 45 s, 12 min, 3.5 h. */
import { number } from '../messages/index.svelte';
import { w } from './words';

export function duration(seconds: number): string {
  if (seconds < 60) return w().task.seconds(number(Math.round(seconds)));
  if (seconds < 3600) return w().minutes(number(Math.round(seconds / 60)));
  return w().hours(number(Math.round(seconds / 360) / 10));
}
