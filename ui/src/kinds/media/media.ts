/** Media that a record names by their digests: images and recordings, wherever they stand in it. Pure. */

export interface Medium {
  kind: 'image' | 'audio';
  digest: string;
  /** Where its bytes are. */
  src: string;
  /** Width over height of an image, 1 where that is not known. */
  ratio: number;
}

const DIGEST = /^[0-9a-f]{64}$/;
const MOST_DEPTH = 32;

const sizeOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0);

/** The medium that a value within a record names; null where it names none. */
export function mediumOf(value: unknown): Medium | null {
  if (typeof value !== 'object' || value === null) return null;
  const { media, media_type, width, height } = value as Record<string, unknown>;
  const kind = typeof media_type === 'string' && /^(image|audio)\//.exec(media_type)?.[1];
  if (typeof media !== 'string' || !DIGEST.test(media) || !kind) return null;
  const ratio = sizeOf(width) / sizeOf(height);
  return {
    kind: kind as Medium['kind'],
    digest: media,
    src: `/api/v1/blobs/${media}`,
    ratio: ratio > 0 && Number.isFinite(ratio) ? ratio : 1,
  };
}

/** All media that a value names, in their order. */
export function mediaIn(value: unknown, depth = 0): Medium[] {
  if (typeof value !== 'object' || value === null || depth > MOST_DEPTH) return [];
  const own = mediumOf(value);
  const within = Object.values(value).flatMap((one) => mediaIn(one, depth + 1));
  return own ? [own, ...within] : within;
}
