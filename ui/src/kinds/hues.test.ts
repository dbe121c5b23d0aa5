import { expect, test } from 'vitest';
import { hueOf } from './hues';

const apart = (one: number, other: number) => Math.min((one - other + 360) % 360, (other - one + 360) % 360);

test('neighbouring classes are far apart, and the first twelve all differ', () => {
  const hues = Array.from({ length: 12 }, (_, place) => hueOf(place));
  for (let place = 1; place < 12; place += 1)
    expect(apart(hues[place - 1] ?? 0, hues[place] ?? 0)).toBeGreaterThanOrEqual(50);
  hues.forEach((one, place) =>
    hues.slice(place + 1).forEach((other) => expect(apart(one, other)).toBeGreaterThanOrEqual(20)),
  );
});

test('forty classes have forty hues', () => {
  expect(new Set(Array.from({ length: 40 }, (_, place) => hueOf(place))).size).toBe(40);
});
