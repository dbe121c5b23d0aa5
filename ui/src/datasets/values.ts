/** Values of fields as people read them. */

/** A value in a cell: short, and never an object spelled out over lines. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toPrecision(3);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The fields of items that a list shows: labels first, then as stored. */
export function columnsOf(items: { fields: Record<string, unknown> }[], most: number): string[] {
  const names = new Set(items.flatMap((item) => Object.keys(item.fields)));
  const ranked = [...names].sort((a, b) => Number(b.startsWith('label')) - Number(a.startsWith('label')));
  return ranked.slice(0, most);
}
