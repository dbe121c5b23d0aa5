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
  /** 0 to 1, or null while too few tasks have two answers. */
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
  multiple: boolean;
  /** Markdown. */
  instructions: string;
  instructions_version: number;
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Answer {
  choice: string;
}

export interface Proposal extends Answer {
  /** Calibrated, 0 to 1. */
  probability: number;
  model_version: number;
}

export interface Task {
  task_id: number;
  item: { kind: 'text' | 'image'; text: string | null; url: string | null; meta: Record<string, unknown> };
  lease_expires_at: string;
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
  /** Tasks that are open here already, so that the server sends others; at most 100. */
  holding: number[];
}

export interface Receipt {
  idempotency_key: string;
  task_id: number;
  status: 'stored' | 'late' | 'refused';
  annotation_id: number | null;
  error: string | null;
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
}
