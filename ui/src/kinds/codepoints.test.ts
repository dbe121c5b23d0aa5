import { expect, test } from 'vitest';
import { Offsets } from './codepoints';

const text = 'a 🧪 in 👩‍🔬 é𝒳';

test('after an emoji the wire counts less than JavaScript', () => {
  const offsets = new Offsets(text);
  const at = text.indexOf('in');
  expect(at).toBe(5);
  expect(offsets.pointAt(at)).toBe(4);
  expect(offsets.unitAt(4)).toBe(at);
});

test('every code point goes to its unit and back', () => {
  const offsets = new Offsets(text);
  const points = [...text];
  points.forEach((character, point) => {
    const unit = offsets.unitAt(point);
    expect(text.slice(unit, unit + character.length)).toBe(character);
    expect(offsets.pointAt(unit)).toBe(point);
  });
  expect(offsets.pointAt(text.length)).toBe(points.length);
  expect(offsets.unitAt(points.length)).toBe(text.length);
});

test('what is beyond the end is the end, what is inside a character is that character', () => {
  const offsets = new Offsets('x🧪');
  expect(offsets.unitAt(99)).toBe(3);
  expect(offsets.pointAt(2)).toBe(1);
  expect(new Offsets('plain').pointAt(99)).toBe(5);
});

test('texts without such characters need no table, the empty one included', () => {
  expect(new Offsets('plain').unitAt(3)).toBe(3);
  expect(new Offsets('').unitAt(0)).toBe(0);
});
