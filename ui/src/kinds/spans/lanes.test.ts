import { expect, test } from 'vitest';
import { lanesOf, placed } from './lanes';

test('spans apart from each other all run next to the text', () => {
  expect(
    lanesOf([
      { start: 10, end: 12 },
      { start: 0, end: 5 },
      { start: 5, end: 10 },
    ]),
  ).toEqual([0, 0, 0]);
});

test('what is nested is nearer to the text than what is around it', () => {
  const spans = [
    { start: 0, end: 20 },
    { start: 2, end: 5 },
    { start: 6, end: 9 },
    { start: 2, end: 9 },
  ];
  expect(lanesOf(spans)).toEqual([2, 0, 0, 1]);
});

test('spans that overlap never share a lane', () => {
  const spans = Array.from({ length: 60 }, (_, n) => ({
    start: (n * 7) % 50,
    end: ((n * 7) % 50) + 1 + (n % 9),
  }));
  const lanes = lanesOf(spans);
  spans.forEach((one, a) =>
    spans.forEach((other, b) => {
      if (a < b && one.start < other.end && other.start < one.end) expect(lanes[a]).not.toBe(lanes[b]);
    }),
  );
});

test('labels with room stand where their spans begin', () => {
  const wishes = [
    { x: 0, line: 0, width: 40 },
    { x: 100, line: 0, width: 40 },
    { x: 100, line: 30, width: 40 },
  ];
  expect(placed(wishes, 500)).toEqual(wishes.map(({ x, width }) => ({ x, width })));
});

test('crowded labels are cut short, those of one start stand side by side, and none is over another', () => {
  const wishes = [
    { x: 10, line: 0, width: 60 },
    { x: 10, line: 0, width: 60 },
    { x: 30, line: 0, width: 60 },
    { x: 480, line: 0, width: 60 },
  ];
  const places = placed(wishes, 500);
  const sorted = [...places].sort((a, b) => a.x - b.x);
  sorted.forEach((place, index) => {
    expect(place.width).toBeGreaterThanOrEqual(16);
    const next = sorted[index + 1];
    if (next) expect(place.x + place.width).toBeLessThanOrEqual(next.x);
  });
  expect(places[0]?.x).toBe(10);
  expect(places[3]).toEqual({ x: 440, width: 60 });
});

test('a line full of labels keeps them all inside, none over another', () => {
  const wishes = Array.from({ length: 14 }, (_, n) => ({ x: n * 36, line: 0, width: 120 }));
  const places = placed(wishes, 500);
  places.forEach((place, index) => {
    expect(place.x).toBeGreaterThanOrEqual(0);
    expect(place.x + place.width).toBeLessThanOrEqual(places[index + 1]?.x ?? 500);
  });
});
