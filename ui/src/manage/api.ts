/** Calls of the managing pages, one function each. */
import { call } from '../api';
import type { Answer, Page, ProjectDetail } from '../wire';
import type {
  ApiKey,
  Batch,
  Callback,
  Comment,
  Earnings,
  Export,
  Finding,
  Job,
  KindSkill,
  LedgerLine,
  ListedTask,
  Member,
  OrganizationLook,
  Overview,
  Policy,
  Queue,
  Reviewer,
  ReviewTask,
  TaskDetail,
  Verdict,
  Worker,
  WorkerSkill,
} from './wire';

/** A query string of what is given. */
export function query(given: Record<string, string | number | boolean | null | undefined>): string {
  const pairs = Object.entries(given).flatMap(([name, value]) =>
    value === null || value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return pairs.length ? `?${new URLSearchParams(pairs)}` : '';
}

export interface TaskQuery {
  state?: string;
  label?: string;
  min_probability?: string;
  max_probability?: string;
  reviewed?: string;
  worker?: string;
  item?: string;
  sort?: string;
  cursor?: string | null;
  limit?: number;
}

export interface NewProject {
  name: string;
  dataset: string;
  classes: string[];
  kind: string;
  options: Record<string, unknown>;
  instructions: string;
  answers: number;
  max_answers: number;
  target_probability: number | null;
  price_cents: number;
  audit_share: number;
  review_levels: number;
  review_share: number;
  /** Who may label: tests and trainings to be passed, the least skill. */
  requirements: Record<string, unknown>;
  purpose: ProjectDetail['purpose'];
  /** The project whose labels are known answers. */
  gold_project: number | null;
}

const at = (project: number) => `/projects/${project}`;

export const manage = {
  overview: (project: number) => call<Overview>('GET', `${at(project)}/overview`),
  queue: (project: number) => call<Queue>('GET', `${at(project)}/queue`),
  workersOf: (project: number) => call<Page<WorkerSkill>>('GET', `${at(project)}/workers?limit=50`),
  signals: (project: number) => call<{ items: Finding[] }>('GET', `${at(project)}/signals`),
  reviewers: (project: number) => call<{ items: Reviewer[] }>('GET', `${at(project)}/reviewers`),

  tasks: (project: number, of: TaskQuery) =>
    call<Page<ListedTask>>('GET', `${at(project)}/tasks${query({ ...of })}`),
  task: (project: number, task: number) => call<TaskDetail>('GET', `${at(project)}/tasks/${task}`),
  acceptLabels: (project: number, task_ids: number[]) =>
    call<{ accepted: number }>('POST', `${at(project)}/labels/accept`, { task_ids }),
  setLabel: (project: number, task: number, answer: Answer) =>
    call<void>('PUT', `${at(project)}/tasks/${task}/label`, { answer }),
  cancelTasks: (project: number, task_ids: number[], reason: string) =>
    call<void>('POST', `${at(project)}/tasks/cancel`, { task_ids, reason }),
  reopenTasks: (project: number, task_ids: number[], reason: string) =>
    call<void>('POST', `${at(project)}/tasks/reopen`, { task_ids, reason }),

  thread: (project: number, task: number) =>
    call<{ items: Comment[] }>('GET', `${at(project)}/tasks/${task}/comments`),
  comment: (project: number, task: number, body: string, flag: boolean) =>
    call<{ items: Comment[] }>('POST', `${at(project)}/tasks/${task}/comments`, { body, flag }),
  flags: (project: number) => call<Page<Comment>>('GET', `${at(project)}/comments?open=true&limit=50`),
  resolve: (project: number, comment: number) =>
    call<void>('POST', `${at(project)}/comments/${comment}/resolve`),

  leaseReviews: (project: number, want: number) =>
    call<{ items: ReviewTask[] }>('POST', `${at(project)}/reviews`, { want }),
  decide: (project: number, review: number, verdict: Verdict) =>
    call<void>('POST', `${at(project)}/reviews/${review}`, verdict),
  policy: (project: number) => call<Policy>('GET', `${at(project)}/review-policy`),
  setPolicy: (project: number, policy: Policy) =>
    call<Policy>('POST', `${at(project)}/review-policy`, policy),

  batches: (project: number) => call<Page<Batch>>('GET', `${at(project)}/batches?limit=100`),
  setBatchState: (project: number, batch: number, state: string) =>
    call<Batch>('POST', `${at(project)}/batches/${batch}/state`, { state }),
  setPrice: (project: number, price_cents: number) =>
    call<ProjectDetail>('POST', `${at(project)}/price`, { price_cents }),
  setPriority: (project: number, priority: number) =>
    call<ProjectDetail>('POST', `${at(project)}/priority`, { priority }),
  publish: (project: number, body: string) => call<unknown>('POST', `${at(project)}/guidelines`, { body }),
  exports: (project: number) => call<Page<Export>>('GET', `${at(project)}/exports?limit=20`),
  askForExport: (project: number, format: string, proposals: boolean) =>
    call<Export>('POST', `${at(project)}/exports`, { format, proposals }),
  fileOf: (project: number, id: number) => `/api/v1${at(project)}/exports/${id}/file`,
  createProject: (body: NewProject) => call<ProjectDetail>('POST', '/projects', body),

  members: (cursor: string | null) => call<Page<Member>>('GET', `/members${query({ cursor, limit: 100 })}`),
  invite: (email: string, name: string, role: string) =>
    call<Member>('POST', '/members', { email, name, role }),
  setRole: (id: string, role: string) => call<Member>('PUT', `/members/${id}`, { role }),
  signInSecret: (id: string) =>
    call<{ token: string; good_for_seconds: number }>('POST', `/members/${id}/sign-in`),
  workers: (cursor: string | null) => call<Page<Worker>>('GET', `/workers${query({ cursor, limit: 50 })}`),

  organization: () => call<OrganizationLook>('GET', '/organization'),
  setOrganization: (pseudonym: string, show_name: boolean) =>
    call<OrganizationLook>('PUT', '/organization', { pseudonym, show_name }),
  keys: () => call<{ items: ApiKey[] }>('GET', '/keys'),
  createKey: (name: string) => call<ApiKey>('POST', '/keys', { name }),
  revokeKey: (id: string) => call<void>('DELETE', `/keys/${id}`),
  callbacks: (state: string) => call<Page<Callback>>('GET', `/callbacks${query({ state, limit: 50 })}`),
  replayCallback: (id: number) => call<Callback>('POST', `/callbacks/${id}/replay`),
  callbackKey: () => call<{ key: string }>('GET', '/callback-key'),
  jobs: () => call<{ items: Job[] }>('GET', '/jobs'),
  retryJob: (id: number) => call<void>('POST', `/jobs/${id}/retry`),
  limits: () =>
    call<{ items: { content: string; per_day: number; per_week: number; own: boolean }[] }>(
      'GET',
      '/content-limits',
    ),
  setLimit: (content: string, per_day: number, per_week: number) =>
    call<unknown>('PUT', `/content-limits/${encodeURIComponent(content)}`, { per_day, per_week }),

  mySkills: () => call<{ items: KindSkill[] }>('GET', '/me/skills'),
  myEarnings: (since: string, until: string) =>
    call<Earnings>('GET', `/me/earnings${query({ since, until })}`),
  myLedger: (cursor: string | null) =>
    call<Page<LedgerLine>>('GET', `/me/ledger${query({ cursor, limit: 100 })}`),
};
