import { expect, test } from 'vitest';
import { extended, nudged, selecting, stepped, turned, type Selection } from './selection';
import { nextWord, previousWord, snapped, trimmed, wordAt, wordsOf } from './text';

const text = 'Marie Curie 👩‍🔬 was born in Warsaw, 1867.';
const words = wordsOf(text, 'en');
const read = (selection: Selection | null) => selection && text.slice(selection.start, selection.end);
const of = (part: string) => selecting({ start: text.indexOf(part), end: text.indexOf(part) + part.length });

test('words and symbols are stops; space and punctuation are passed over', () => {
  expect(words.map(({ start, end }) => text.slice(start, end))).toEqual([
    'Marie',
    'Curie',
    '👩‍🔬',
    'was',
    'born',
    'in',
    'Warsaw',
    '1867',
  ]);
});

test('languages without spaces have words too', () => {
  const japanese = '彼女はワルシャワで生まれた';
  expect(wordsOf(japanese, 'ja').length).toBeGreaterThan(3);
});

test('a word is found from any of its letters, and none between words', () => {
  const comma = text.indexOf(',');
  expect(wordAt(words, comma - 1)).toEqual(words[6]);
  expect(wordAt(words, comma)).toBeNull();
  expect(nextWord(words, comma)).toEqual(words[7]);
  expect(previousWord(words, comma)).toEqual(words[6]);
  expect([previousWord(words, 0), nextWord(words, text.length)]).toEqual([null, null]);
});

test('a ragged selection snaps to whole words, without the comma and the space', () => {
  const start = text.indexOf('urie');
  expect(read(selecting(snapped(words, { start, end: start + 1 })))).toBe('Curie');
  expect(
    read(selecting(snapped(words, { start: text.indexOf(' in') + 2, end: text.indexOf(' 1867') }))),
  ).toBe('in Warsaw');
  const comma = { start: text.indexOf(','), end: text.indexOf(',') + 1 };
  expect(snapped(words, comma)).toEqual(comma);
});

test('space at the ends is no part of a selection; of space alone nothing is left', () => {
  expect(trimmed(text, { start: 5, end: 12 })).toEqual({ start: 6, end: 11 });
  expect(trimmed(text, { start: 5, end: 6 })).toBeNull();
});

test('arrows go word by word and stay at the ends', () => {
  let at = stepped(null, words, 1);
  expect(read(at)).toBe('Marie');
  expect(stepped(at, words, -1)).toEqual(at);
  for (let count = 0; count < 20; count += 1) at = stepped(at, words, 1);
  expect(read(at)).toBe('1867');
});

test('extending goes on by words, back over them, and across the first one', () => {
  let at = of('Curie');
  expect(read((at = extended(at, words, 1)))).toBe('Curie 👩‍🔬');
  expect(read((at = extended(at, words, -1)))).toBe('Curie');
  expect(read((at = extended(at, words, -1)))).toBe('Marie Curie');
  expect(read((at = extended(at, words, 1)))).toBe('Curie');
  expect(extended(of('Marie'), words, -1)).toEqual(of('Marie'));
});

test('turned round, the start moves: a forename is added to a surname, and taken from it', () => {
  const both = extended(turned(of('Curie')), words, -1);
  expect(read(both)).toBe('Marie Curie');
  expect(read(extended(both, words, 1))).toBe('Curie');
});

test('nudging goes by characters as people see them, and leaves one', () => {
  expect(read(nudged(of('Curie '), text, 1))).toBe('Curie 👩‍🔬');
  expect(read(nudged(of('Curie 👩‍🔬'), text, -1))).toBe('Curie ');
  expect(read(nudged(of('M'), text, -1))).toBe('M');
  expect(read(nudged(turned(of('Marie')), text, 1))).toBe('arie');
  expect(read(nudged(of('.'), text, 1))).toBe('.');
});
