import { expect, test, vi } from 'vitest';
import { chordOf, classKeys, Keys } from './keys';

const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
  ({
    key,
    code: '',
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    preventDefault: vi.fn(),
    target: null,
    ...more,
  }) as unknown as KeyboardEvent;

vi.stubGlobal('Element', class {});

test('classes get 1 to 9, then letters that the workspace does not use', () => {
  const keys = classKeys(Array.from({ length: 40 }, (_, i) => `class ${i}`));
  const used = keys.filter((key) => key !== null);
  expect(keys.slice(0, 11)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', 'q', 'w']);
  expect(new Set(used).size).toBe(used.length);
  expect(used).not.toContain('s');
  expect(used).not.toContain('g');
  expect(used).not.toContain('r');
  expect(used).not.toContain('m');
  expect(keys[39]).toBeNull();
});

test('letters that a kind needs for itself are no keys of classes', () => {
  expect(
    classKeys(
      Array.from({ length: 12 }, (_, i) => `class ${i}`),
      'qe',
    ).slice(9),
  ).toEqual(['w', 't', 'y']);
});

test('a class that is a digit has that digit as its key', () => {
  expect(classKeys(['0', '1', '7'])).toEqual(['0', '1', '7']);
  expect(classKeys(['7', 'seven'])).toEqual(['1', '2']);
});

test('digits are read from their place on layouts that shift them', () => {
  expect(chordOf(press('&', { code: 'Digit1' }))).toBe('1');
  expect(chordOf(press('?', { code: 'Minus', shiftKey: true }))).toBe('?');
  expect(chordOf(press('z', { metaKey: true }))).toBe('ctrl+z');
  expect(chordOf(press('Z', { ctrlKey: true, shiftKey: true }))).toBe('ctrl+shift+z');
});

test('a key that is held down acts once', () => {
  const run = vi.fn();
  const keys = new Keys();
  keys.add('classes', [{ keys: ['1'], label: null, run }]);
  keys.handle(press('1'));
  keys.handle(press('1', { repeat: true }));
  expect(run).toHaveBeenCalledOnce();
});

test('a key that moves something acts as long as it is held down, and is told how it was pressed', () => {
  const run = vi.fn();
  const keys = new Keys();
  keys.add('shapes', [{ keys: ['arrowleft'], label: null, run, held: true }]);
  keys.handle(press('ArrowLeft'));
  keys.handle(press('ArrowLeft', { repeat: true, shiftKey: true }));
  expect(run.mock.calls.map(([event]) => event.shiftKey)).toEqual([false, true]);
});

test("a kind's key wins over the workspace's, until the kind is gone", () => {
  const keys = new Keys();
  const [ours, theirs] = [vi.fn(), vi.fn()];
  keys.add('work', [{ keys: ['0'], label: 'fit', run: ours }]);
  const remove = keys.add('classes', [{ keys: ['0'], label: null, run: theirs }]);
  keys.handle(press('0'));
  remove();
  keys.handle(press('0'));
  expect([ours.mock.calls.length, theirs.mock.calls.length]).toEqual([1, 1]);
});
