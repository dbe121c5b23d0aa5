import { expect, test } from 'vitest';
import { mediaIn, mediumOf } from './media';

const image = { media: 'a'.repeat(64), media_type: 'image/png', width: 30, height: 20 };
const sound = { media: 'b'.repeat(64), media_type: 'audio/wav', duration_seconds: 1.5 };

test('a medium is known by its digest and its type', () => {
  expect(mediumOf(image)).toEqual({
    kind: 'image',
    digest: image.media,
    src: `/api/v1/blobs/${image.media}`,
    ratio: 1.5,
  });
  expect(mediumOf({ id: 'x', text: 'words', ...sound })?.kind).toBe('audio');
});

test('what a stranger may have written there is no address', () => {
  for (const media of ['../../x', `${image.media}?x`, 'A'.repeat(64), 7, null])
    expect(mediumOf({ ...image, media })).toBeNull();
  for (const media_type of ['text/html', 'image', undefined])
    expect(mediumOf({ ...image, media_type })).toBeNull();
  for (const value of ['media', null, 7, []]) expect(mediumOf(value)).toBeNull();
});

test('without a size an image stands in a square', () => {
  expect(mediumOf({ ...image, width: 0 })?.ratio).toBe(1);
  expect(mediumOf({ ...image, height: undefined })?.ratio).toBe(1);
});

test('media are found at any depth, in their order', () => {
  const record = { prompt: [{ role: 'user', content: '?', ...sound }], responses: ['text', image] };
  expect(mediaIn(record).map(({ kind }) => kind)).toEqual(['audio', 'image']);
  expect(mediaIn('text')).toEqual([]);
});
