/** Queries that pages write for people: parts of the query language (docs/howto/search.md). */

/** A condition that a field has a value. */
export function condition(field: string, value: string | number | boolean | null): string {
  if (value === null) return `${field}:none`;
  const text = String(value);
  return /^(?!(?:none|any)$)[\w.-]+$/.test(text)
    ? `${field}:${text}`
    : `${field}:"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** A query with one condition more, or without it where it is there. */
export function toggled(query: string, part: string): string {
  const without = ` ${query} `.replace(` ${part} `, ' ').trim();
  return without === query.trim() ? `${query.trim()} ${part}`.trim() : without;
}
