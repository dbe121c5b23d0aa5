/** Calls of the pages of datasets, one function each, and the addresses of these pages. */
import { ApiError, call } from '../api';
import { query } from '../manage/api';
import type { Page } from '../wire';
import type { Change, Dataset, Diff, Distribution, Drop, ItemDetail, ItemPage, Slice, Version } from './wire';

const at = (dataset: string, version?: string) =>
  `/datasets/${encodeURIComponent(dataset)}` +
  (version === undefined ? '' : `/versions/${encodeURIComponent(version)}`);

/** The address of a page of a dataset; `newest` is what is meant where no version is named. */
export function pageOf(
  dataset: string,
  part: string,
  version: string,
  more: Record<string, string> = {},
): string {
  return (
    at(dataset) + (part ? `/${part}` : '') + query({ version: version === 'newest' ? '' : version, ...more })
  );
}

const PAUSE_MS = 1500;
const MOST_PAUSES = 80;

/** Ask until the index of a large version is made; `waiting` hears that it has to be waited for. */
async function once<T>(ask: () => Promise<T>, waiting: () => void): Promise<T> {
  for (let pauses = 0; ; pauses += 1) {
    try {
      return await ask();
    } catch (error) {
      const wait = error instanceof ApiError && error.code === 'index_not_ready' && pauses < MOST_PAUSES;
      if (!wait) throw error;
      waiting();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

export const datasets = {
  list: (cursor: string | null) => call<Page<Dataset>>('GET', `/datasets${query({ cursor, limit: 50 })}`),
  get: (dataset: string) => call<Dataset>('GET', at(dataset)),
  version: (dataset: string, version: string) => call<Version>('GET', at(dataset, version)),
  versions: (dataset: string, cursor: string | null) =>
    call<Page<Version>>('GET', `${at(dataset)}/versions${query({ cursor, limit: 50 })}`),
  card: (dataset: string, version: string) =>
    call<{ markdown: string }>('GET', `${at(dataset, version)}/card`),
  items: (
    dataset: string,
    version: string,
    of: { q: string; sort: string; cursor: string | null; limit: number },
    waiting: () => void,
  ) => once(() => call<ItemPage>('GET', `${at(dataset, version)}/items${query(of)}`), waiting),
  distribution: (dataset: string, version: string, of: { q: string; field: string }) =>
    once(
      () => call<Distribution>('GET', `${at(dataset, version)}/distribution${query(of)}`),
      () => undefined,
    ),
  drops: (dataset: string, version: string, cursor: string | null) =>
    call<Page<Drop> & { total: number }>('GET', `${at(dataset, version)}/drops${query({ cursor })}`),
  diff: (
    dataset: string,
    of: { before: string; after: string; column: string; change: Change; cursor: string | null },
  ) => call<Diff>('GET', `${at(dataset)}/diff${query(of)}`),
  item: (dataset: string, version: string, id: string) =>
    call<ItemDetail>('GET', `${at(dataset, version)}/items/${id}`),
  slices: (dataset: string) => call<{ items: Slice[] }>('GET', `${at(dataset)}/slices`),
  saveSlice: (dataset: string, name: string, q: string) =>
    call<Slice>('PUT', `${at(dataset)}/slices/${encodeURIComponent(name)}`, { query: q }),
  deleteSlice: (dataset: string, name: string) =>
    call<void>('DELETE', `${at(dataset)}/slices/${encodeURIComponent(name)}`),
  tag: (dataset: string, tag: string, version: string) =>
    call<unknown>('PUT', `${at(dataset)}/tags/${encodeURIComponent(tag)}`, { version }),
};
