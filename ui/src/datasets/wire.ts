/** Datasets as they cross the wire. Field names are the server's. */
import type { Answer } from '../wire';

export interface Version {
  dataset: string;
  number: number;
  branch: string;
  /** Its tags, and branches whose newest it is. */
  names: string[];
  rows: number;
  columns: string[];
  created_at: string;
  digest: string;
  parents: { dataset: string; version: number }[];
  lineage: Record<string, unknown>;
  recipe: { step?: string; operator?: string; name?: string }[];
  dropped: Record<string, number>;
}

export interface Dataset {
  name: string;
  description: string;
  owners: string[];
  licence: string | null;
  retention: { keep_last: number | null; keep_days: number | null };
  versions: number;
  newest: Version;
  refs: { name: string; kind: string; version: number; created_at: string; note: string }[];
}

export interface ListedItem {
  row: number;
  id: string;
  kind: 'text' | 'image' | 'audio' | 'record';
  media_type: string;
  text: string | null;
  is_cut: boolean;
  media: string | null;
  source: string;
  locator: string;
  licence: string | null;
  fields: Record<string, unknown>;
  meta: Record<string, unknown>;
  score: number | null;
}

export interface ItemPage {
  version: number;
  total: number;
  by: string | null;
  items: ListedItem[];
  next_cursor: string | null;
}

export interface Distribution {
  field: string;
  values: { value: string | number | boolean | null; items: number }[];
}

export interface Slice {
  name: string;
  query: string;
  description: string;
}

export interface Drop {
  item_id: string | null;
  source: string;
  locator: string;
  step: string;
  reason: string;
  detail: string;
  failed: boolean;
  kept: string | null;
  likeness: number | null;
}

export type Change = 'added' | 'dropped' | 'changed' | 'relabelled';

export interface Diff {
  before: number;
  after: number;
  column: string;
  added: number;
  dropped: number;
  changed: number;
  relabelled: number;
  moves: { before: string | null; after: string | null; items: number }[];
  new_columns: string[];
  lost_columns: string[];
  change: Change;
  items: {
    id: string;
    kind: string;
    source: string;
    locator: string;
    before: string | null;
    after: string | null;
  }[];
  next_cursor: string | null;
}

export interface ItemDetail {
  item: ListedItem;
  trace: {
    origins: { source: string; locator: string; collected_at: string; licence: string | null }[];
    ancestors: string[];
    descendants: string[];
    places: { dataset: string; version: number; branch: string; created_at: string; recipe: string[] }[];
    set_aside: { dataset: string; version: number; drop: Drop }[];
    uses: { dataset: string; version: number; kind: string; name: string; at: string }[];
  };
  tasks: {
    task_id: number;
    project_id: number;
    project: string;
    state: string;
    label: Answer | null;
    probability: number | null;
    source: string | null;
    review: Answer | null;
    reviewer: string | null;
    answers: {
      id: number;
      worker: string | null;
      origin: string;
      answer: Answer;
      active_ms: number;
      created_at: string;
      late: boolean;
      retraction_id: number | null;
    }[];
  }[];
  deliveries: { project_id: number; dataset: string; version: number; delivered_at: string }[];
  exports: {
    id: number;
    project_id: number;
    format: string;
    dataset: string;
    version: number;
    finished_at: string;
  }[];
}
