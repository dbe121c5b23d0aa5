/** The API as it crosses the wire (`/api/v1`). Field names are the server's. */

export type ProjectState = 'draft' | 'active' | 'paused' | 'done';
export type Role = 'admin' | 'manager' | 'member' | 'labeler';

export interface Session {
  organization: { id: string; name: string };
  user: { id: string; name: string; email: string; role: Role };
}

export interface Project {
  id: number;
  name: string;
  kind: string;
  state: ProjectState;
  tasks_total: number;
  tasks_completed: number;
  annotations: number;
  workers: number;
  /** 0 to 1: a task asks no more once its label is this probable; null where each task asks a fixed number. */
  target_probability: number | null;
  /** Krippendorff’s alpha, 1 at most; null while too few tasks have two answers. */
  agreement: number | null;
  created_at: string;
  dataset: { name: string; version: number | string };
  model: { version: number; accuracy: number | null } | null;
}

export interface ClassOption {
  name: string;
  description?: string | null;
}

export interface ProjectDetail extends Project {
  classes: ClassOption[];
  /** What the kind lets a project decide, in the kind's own terms. */
  options: Record<string, unknown>;
  /** Markdown. */
  instructions: string;
  instructions_version: number;
  /** `production` makes labels, `qualification` tests, `training` teaches. */
  purpose: 'production' | 'qualification' | 'training';
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** What somebody says of a task; its shape is its label kind's. */
export type Answer = Readonly<Record<string, unknown>>;

export interface Proposal {
  answer: Answer;
  /** Calibrated, 0 to 1. */
  probability: number;
  model_version: number;
}

export interface Item {
  kind: 'text' | 'image' | 'audio' | 'record';
  text: string | null;
  /** Where media are fetched. */
  url: string | null;
  record: Record<string, unknown> | null;
  meta: Record<string, unknown>;
  /** Texts and addresses that are shown, too, and not labelled. */
  beside?: string[];
  /** Shapes that are on an image from the start, and are not changed. */
  layers?: unknown[];
}

export interface Task {
  task_id: number;
  item: Item;
  lease_expires_at: string;
  /** What its answer earns; it holds until then. */
  price_cents: number;
  /** What the item may expose one to; it is blurred until the person looks. Null for nothing. */
  content: string | null;
  proposal: Proposal | null;
}

export interface Submission {
  task_id: number;
  answer: Answer;
  active_ms: number;
  idempotency_key: string;
  proposal_seen: boolean;
}

export interface WorkRequest {
  submit: Submission[];
  skip: { task_id: number; reason: string }[];
  /** How many tasks more, 0 to 8. */
  want: number;
  /** Tasks that are open here already: the server sends others, and extends the leases of these; at most 100. */
  holding: number[];
  /** Tasks given back untouched. */
  release: number[];
}

export interface Receipt {
  idempotency_key: string;
  task_id: number;
  status: 'stored' | 'late' | 'refused';
  annotation_id: number | null;
  error: string | null;
  /** In a training project: whether it was right, and what is. */
  feedback: { right: boolean; answer: Answer } | null;
}

export interface Progress {
  completed: number;
  total: number;
  mine: number;
}

export interface WorkReply {
  receipts: Receipt[];
  tasks: Task[];
  progress: Progress;
  /** Why this worker is given none, in English; null where there is no reason but that none are left. */
  notice: string | null;
}

/** An active project on its terms, before anything is accepted. */
export interface Offer {
  project_id: number;
  name: string;
  purpose: ProjectDetail['purpose'];
  eligible: boolean;
  /** What is missing where one is not eligible, in English. */
  why_not: string;
  price_cents: number;
  /** What its items may expose one to, and what of it is not shown: no consent, or the limit is reached. */
  content: string[];
  hidden_content: string[];
  /** Answers that are wanted, up to a thousand. */
  available: number;
  /** Of a test or training: the names of projects with work that it leads to. */
  opens: string[];
}

/** How one stands to a class of content: whether one agreed to be shown it, and the limits. */
export interface Exposure {
  content: string;
  consented_at: string | null;
  per_day: number;
  per_week: number;
  today: number;
  this_week: number;
}

export interface Restriction {
  id: number;
  project_id: number | null;
  reason: string;
  evidence: { note?: unknown };
  /** An address or a link. */
  appeal_to: string;
  starts_at: string;
  ends_at: string;
  lifted_at: string | null;
}

/** An answer that a reviewer has sent back. */
export interface ReturnedTask {
  return_id: number;
  project_id: number;
  task_id: number;
  item: Item;
  answer: Answer;
  reason: string;
  /** What the reviewer holds to be right, where that was said. */
  should_be: Answer | null;
  created_at: string;
}
