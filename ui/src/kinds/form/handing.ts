/** Handing in a file for a task: its bytes go to the server at once, and the answer names it by its digest. */
import { getContext, setContext } from 'svelte';

/** Returns the digest of a file, or throws an `Error` that says what went wrong. */
export type HandIn = (file: File) => Promise<string>;

const KEY = Symbol('handing in');

/** The largest file that is sent; the server takes no more. */
export const MOST_BYTES = 8 * 1024 * 1024;

export const addressOf = (digest: string): string => `/api/v1/files/${digest}`;

/** Let the fields below hand in files for the task that is shown then. */
export function letHandIn(where: () => { project: number; task: number }): void {
  setContext<HandIn>(KEY, (file) => {
    const { project, task } = where();
    return send(
      `/api/v1/projects/${project}/tasks/${task}/files?name=${encodeURIComponent(file.name)}`,
      file,
    );
  });
}

export const handInHere = (): HandIn => getContext<HandIn>(KEY);

async function send(address: string, file: File): Promise<string> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'X-Groundswell': 'ui', 'Content-Type': 'application/octet-stream' },
    body: file,
  });
  const said = (await response.json().catch(() => ({}))) as { digest?: string; detail?: string };
  if (!response.ok || !said.digest) throw new Error(said.detail ?? `${response.status}`);
  return said.digest;
}
