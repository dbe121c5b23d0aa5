/** What a sign-in link carries: `/sign-in#token=…&next=/projects/1`. */

export interface Ticket {
  token: string;
  /** A path of ours to go to, or null for where the person was. */
  next: string | null;
}

/** Read a whole link, its hash, or a bare token. A `next` that is not a path of this site is ignored. */
export function readTicket(text: string): Ticket {
  const hash = /#(token=\S*)/.exec(text)?.[1];
  if (hash === undefined) return { token: text.trim(), next: null };
  const fields = new URLSearchParams(hash);
  const next = fields.get('next') ?? '';
  return { token: fields.get('token') ?? '', next: /^\/(?![/\\])/.test(next) ? next : null };
}
