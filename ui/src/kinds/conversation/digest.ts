/** What a text comes to in a few digits: the same text is always the same, and nobody has to trust it. Pure. */

/** FNV-1a of a text in UTF-8: 32 bits. */
export function digest(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** A UUID (version 8: our own) that follows from a text. */
export function uuidOf(text: string): string {
  const hex = ['1', '2', '3', '4']
    .map((lane) =>
      digest(lane + text)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
  const variant = ((parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, variant + hex.slice(17, 20)];
  return [...parts, hex.slice(20)].join('-');
}
