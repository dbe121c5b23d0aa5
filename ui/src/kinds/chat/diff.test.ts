import { expect, test } from 'vitest';
import { changes, type Part } from './diff';

const without = (parts: Part[], kind: string) =>
  parts
    .filter((one) => one.kind !== kind)
    .map(({ text }) => text)
    .join('');
const only = (parts: Part[], kind: string) =>
  parts.filter((one) => one.kind === kind).map(({ text }) => text);

test('words that went and words that came are told from those that stayed', () => {
  const parts = changes('The cat sat down.', 'The big cat stood.');
  expect(without(parts, 'in')).toBe('The cat sat down.');
  expect(without(parts, 'out')).toBe('The big cat stood.');
  expect(only(parts, 'in').map((text) => text.trim())).toEqual(['big', 'stood']);
});

test('texts that are the same have no changes, and empty ones none but all', () => {
  expect(changes('so', 'so')).toEqual([{ text: 'so', kind: 'same' }]);
  expect(changes('', 'new 🎉')).toEqual([{ text: 'new 🎉', kind: 'in' }]);
  expect(changes('old', '')).toEqual([{ text: 'old', kind: 'out' }]);
  expect(changes('', '')).toEqual([]);
});

test('whatever two texts are, both can be read from their changes, long ones too', () => {
  let seed = 7;
  const next = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  const text = (words: number) =>
    Array.from({ length: words }, () => ['a', 'b', 'c.', '\n', '🎉'][next(5)]).join(' ');
  for (let turn = 0; turn < 60; turn++) {
    const [earlier, later] = [text(next(30)), text(next(30))];
    const parts = changes(earlier, later);
    expect([without(parts, 'in'), without(parts, 'out')]).toEqual([earlier, later]);
  }
  const [long, other] = [text(4000), text(4000)];
  const started = performance.now();
  expect(without(changes(long, other), 'out')).toBe(other);
  expect(performance.now() - started).toBeLessThan(1000);
});
