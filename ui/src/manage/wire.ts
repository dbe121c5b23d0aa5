/** What managing pages read and write over the API, beside what the workspace does. */
import type { Answer, Item } from '../wire';

export interface Hour {
  hour: string;
  answers: number;
  completed: number;
  seconds: number;
  price_cents: number;
}

/** The accuracy of delivered labels, from a random audit, with an interval that holds. */
export interface Certificate {
  low: number;
  high: number;
  estimate: number | null;
  level: number;
  audited: number;
  right: number;
  population: number;
  claimed: number | null;
  slices?: Record<string, Certificate>;
}

export interface Overview {
  tasks: { pending: number; completed: number; canceled: number; error: number };
  /** Labels by whom they are from: people, model, people and model, gold, review. */
  sources: Record<string, number>;
  classes: { name: string; labels: number }[];
  /** Labels by their probability, in ten equal bins from 0 to 1. */
  doubt: number[];
  hours: Hour[];
  forecast: {
    per_hour: number;
    remaining: number;
    working_hours: number | null;
    done_at: string | null;
  };
  spend: { people_cents: number; models_cents: number; seconds: number; per_label_cents: number | null };
  review: {
    waiting: number;
    leased: number;
    accepted: number;
    rejected: number;
    fixed: number;
    returned: number;
  };
  certificate: Certificate | null;
  flags: number;
}

export interface Queue {
  open_slots: number;
  leased: number;
  unsettled: number;
  asked: number;
  hungry: number;
  /** The share of requests for a task, within an hour, that got none. */
  starvation: number;
  longest_wait_seconds: number;
}

export interface WorkerSkill {
  worker_id: number;
  name: string;
  origin: string;
  skill: number;
  standard_error: number;
  annotations: number;
}

export interface ListedTask {
  id: number;
  item_id: string;
  position: number;
  batch_id: number;
  state: 'pending' | 'completed' | 'canceled' | 'error';
  kind: string;
  preview: string | null;
  label: string | null;
  probability: number | null;
  source: string | null;
  annotations: number;
  review: string | null;
  gold: string | null;
  is_audit: boolean | null;
  completed_at: string | null;
}

export interface GivenAnswer {
  annotation_id: number;
  worker_id: number;
  worker: string;
  answer: Answer | null;
  revision: number;
  late: boolean;
  active_ms: number;
  skill: number | null;
  proposal: { answer: Answer; probability: number; model_version: number } | null;
  created_at: string;
}

export interface TaskDetail {
  task_id: number;
  item_id: string;
  position: number;
  state: ListedTask['state'];
  is_audit: boolean;
  gold: string | null;
  item: Item;
  label: Answer | null;
  probability: number | null;
  source: string | null;
  review: Answer | null;
  reviewer: string | null;
  proposal: Answer | null;
  proposal_probability: number | null;
  answers: GivenAnswer[];
}

export interface Comment {
  id: number;
  task_id: number;
  /** Null for other labelers, of whom one does not learn. */
  author: string | null;
  mine: boolean;
  body: string;
  flag: boolean;
  resolved_at: string | null;
  created_at: string;
}

/** A task to review: the label in question and the answers behind it; whose they are is not told. */
export interface ReviewTask {
  review_id: number;
  task_id: number;
  level: number;
  item: Item;
  label: Answer | null;
  answers: { annotation_id: number; answer: Answer }[];
  lease_expires_at: string;
}

export interface Verdict {
  decision: 'accept' | 'reject' | 'fix';
  idempotency_key: string;
  answer?: Answer;
  reason?: string;
  rejected?: number[];
}

export interface Policy {
  levels: number;
  share: number;
  rereview_share: number;
  asked?: number;
}

export interface Reviewer {
  user_id: string;
  name: string;
  accepted: number;
  rejected: number;
  fixed: number;
  compared: number;
  agreed: number;
  score: number | null;
  low: number;
  high: number;
}

export interface Finding {
  worker_id: number;
  name: string;
  signal: string;
  p_value: number;
  false_discovery_rate: number;
  words: string;
  task_ids: number[];
}

export interface Batch {
  id: number;
  name: string;
  state: 'staging' | 'in_progress' | 'completed' | 'paused' | 'cancelled';
  priority: number;
  content: string | null;
  pending: number;
  completed: number;
  canceled: number;
  error: number;
}

export interface Export {
  id: number;
  format: string;
  state: 'pending' | 'ready' | 'failed';
  rows: number | null;
  bytes: number | null;
  error: string | null;
  created_at: string;
}

export interface Member {
  id: string;
  email: string;
  name: string;
  role: 'admin' | 'manager' | 'member' | 'labeler';
}

export interface KindSkill {
  kind: string;
  mean: number;
  standard_error: number;
  low: number;
  high: number;
  answers: number;
  evidence: { source: string; total: number; correct: number }[];
}

export interface Worker {
  id: number;
  name: string;
  origin: string;
  created_at: string;
  annotations: number;
  restrictions: number;
  skills: KindSkill[];
}

/** Something that a customer's server is told; `status` and `error` are of the last try. */
export interface Callback {
  id: number;
  url: string;
  event: string;
  task: string | null;
  batch: string | null;
  state: 'waiting' | 'delivered' | 'failed';
  attempts: number;
  status: number | null;
  error: string | null;
  created_at: string;
}

export interface Job {
  id: number;
  task: string;
  project_id: number | null;
  state: 'waiting' | 'running' | 'failed';
  attempts: number;
  error: string | null;
  at: string | null;
}

export interface ApiKey {
  id: string | null;
  name: string;
  prefix: string;
  created_at: string | null;
  revoked_at: string | null;
  /** The secret, only in the answer to its creation. */
  key: string | null;
}

export interface Earnings {
  since: string;
  until: string;
  annotations: number;
  seconds: number;
  price_cents: number;
  hourly_cents: number | null;
  days: {
    project_id: number;
    project_name: string;
    day: string;
    annotations: number;
    seconds: number;
    price_cents: number;
  }[];
}

export interface LedgerLine {
  id: number;
  at: string;
  project_id: number;
  project_name: string;
  task_id: number;
  annotation_id: number;
  seconds: number;
  price_cents: number;
}

export interface OrganizationLook {
  id: string;
  name: string;
  pseudonym: string;
  show_name: boolean;
}
