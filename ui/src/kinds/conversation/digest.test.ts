import { expect, test } from 'vitest';
import { uuidOf } from './digest';

test('the same text has the same key, and others have others', () => {
  const texts = Array.from({ length: 20_000 }, (_, n) => `[1,${n % 100},"message ${n}"]`);
  const keys = texts.map(uuidOf);
  expect(new Set(keys).size).toBe(texts.length);
  expect(texts.slice(0, 100).map(uuidOf)).toEqual(keys.slice(0, 100));
  for (const key of keys.slice(0, 500))
    expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
