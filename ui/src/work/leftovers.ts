/** Sends what a closed workspace left in the journal, from any page. */
import type { api } from '../api';
import type { Journal } from './journal';
import { acknowledged, toRequest } from './outbox';

/** Try each project's left answers once. Returns how many are still here; they go with the next visit. */
export async function sendLeftovers(
  work: (typeof api)['work'],
  journal: Journal,
  owner: string,
): Promise<number> {
  const entries = (await journal.all(owner)).filter((entry) => entry.heldUntil <= Date.now());
  let kept = entries.length;
  for (const project of new Set(entries.map((entry) => entry.project))) {
    const batch = entries.filter((entry) => entry.project === project).slice(0, 50);
    const reply = await work(project, toRequest(batch)).catch(() => null);
    const settled = reply ? acknowledged(batch, reply.receipts) : [];
    await journal.remove(settled.map((entry) => entry.key));
    kept -= settled.length;
  }
  return kept;
}
