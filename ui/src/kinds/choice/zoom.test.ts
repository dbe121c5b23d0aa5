import { expect, test } from 'vitest';
import { fitScale, moved, START, zoomed } from './zoom';

const box = { width: 1000, height: 800 };

test('an icon of 8 pixels is drawn large, a large picture never overflows', () => {
  expect(fitScale({ width: 8, height: 8 }, box)).toBe(60);
  expect(fitScale({ width: 4000, height: 400 }, box) * 4000).toBeLessThanOrEqual(box.width);
});

test('the point under the pointer stays under it', () => {
  const [x, y] = [120, -40];
  const before = zoomed(START, 2, 10, 10);
  const after = zoomed(before, 3, x, y);
  const inImage = (view: typeof START) => [(x - view.x) / view.scale, (y - view.y) / view.scale];
  expect(inImage(after)[0]).toBeCloseTo(inImage(before)[0] as number);
  expect(inImage(after)[1]).toBeCloseTo(inImage(before)[1] as number);
});

test('zooming out of the fit and dragging far away both keep the image in view', () => {
  expect(zoomed(zoomed(START, 2, 50, 50), 0.1, 0, 0)).toEqual(START);
  expect(moved({ scale: 2, x: 0, y: 0 }, 9999, -9999, box)).toEqual({ scale: 2, x: 1000, y: -800 });
});
