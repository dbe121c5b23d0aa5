/** The server, one function for each call. Every failure is an `ApiError` or an `Unreachable`. */
import type {
  Answer,
  Exposure,
  Offer,
  Page,
  Project,
  ProjectDetail,
  Receipt,
  Restriction,
  ReturnedTask,
  Session,
  WorkReply,
  WorkRequest,
} from './wire';

const TIMEOUT_MS = 10_000;

/** How far the server's clock is ahead of this one, in milliseconds, as its last answer told (to the second). */
let skewMs = 0;

/** The server answered, and said no (`application/problem+json`). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
  ) {
    super(detail);
  }
}

/** No answer came: no network, no server, or none in time. */
export class Unreachable extends Error {}

async function problem(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as {
    code?: string;
    detail?: string;
    title?: string;
  };
  const detail = body.detail ?? body.title ?? `${response.status} ${response.statusText}`;
  return new ApiError(response.status, body.code ?? 'error', detail);
}

async function request(path: string, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(`/api/v1${path}`, init);
    const date = response.headers.get('Date');
    if (date) skewMs = Date.parse(date) - Date.now();
    return response;
  } catch (cause) {
    throw new Unreachable('the server did not answer', { cause });
  }
}

/** One call of the API; pages that are loaded later make their own with it. `timeoutMs` is how long its answer may take. */
export async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  keepalive = false,
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  const signal = AbortSignal.timeout(timeoutMs);
  const init: RequestInit = { method, keepalive, signal, headers: { Accept: 'application/json' } };
  if (method !== 'GET') init.headers = { ...init.headers, 'X-Groundswell': 'ui' };
  if (body !== undefined) {
    init.headers = { ...init.headers, 'Content-Type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  const response = await request(path, init);
  if (!response.ok) throw await problem(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export const api = {
  /** The server's time in epoch milliseconds: leases end by its clock, not by this computer's. */
  serverNow: () => Date.now() + skewMs,

  session: () => call<Session>('GET', '/session'),
  signIn: (token: string) => call<Session>('POST', '/session', { token }),
  signOut: () => call<void>('DELETE', '/session'),

  projects: (cursor: string | null) =>
    call<Page<Project>>('GET', `/projects?limit=20${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`),
  project: (id: number) => call<ProjectDetail>('GET', `/projects/${id}`),
  setState: (id: number, state: 'active' | 'paused') =>
    call<Project>('POST', `/projects/${id}/state`, { state }),

  /** Who reads the instructions now, for drawing across them. Asking is what logs that they were read. */
  watermark: async (id: number) =>
    (await call<{ watermark: string }>('GET', `/projects/${id}/guidelines`)).watermark,

  /** Hand in answers and ask for tasks. `keepalive` lets the request outlive the page. */
  work: (id: number, body: WorkRequest, keepalive = false) =>
    call<WorkReply>('POST', `/projects/${id}/work`, body, keepalive),

  /** The project to work in now; null where there is no work for this person. */
  projectForMe: async () => (await call<{ project_id: number | null }>('GET', '/me/project')).project_id,
  offers: () => call<Page<Offer>>('GET', '/me/work?limit=200'),
  /** The terms of one project, or null if it is not active. Offers are in the order of their ids. */
  offer: async (id: number) => {
    const after = id > 1 ? `&cursor=${id - 1}` : '';
    const found = (await call<Page<Offer>>('GET', `/me/work?limit=1${after}`)).items[0];
    return found?.project_id === id ? found : null;
  },
  exposures: () => call<{ items: Exposure[] }>('GET', '/me/content'),
  /** Agree to be shown a class of content, or take that back. */
  agreeTo: (content: string, agreed: boolean) =>
    call<void>(agreed ? 'PUT' : 'DELETE', `/me/content/${encodeURIComponent(content)}`),
  /** Cents earned on a day (UTC, as 2026-01-31). */
  earned: async (day: string) =>
    (await call<{ price_cents: number }>('GET', `/me/earnings?since=${day}&until=${day}`)).price_cents,
  restrictions: () => call<Page<Restriction>>('GET', '/me/restrictions'),

  /** Change an answer of one's own that was stored; the one before stays on record. */
  revise: (
    project: number,
    annotation: number,
    body: { answer: Answer; idempotency_key: string; active_ms: number },
  ) => call<Receipt>('POST', `/projects/${project}/annotations/${annotation}/revisions`, body),

  returned: () => call<Page<ReturnedTask>>('GET', '/returned?limit=200'),
  answerReturned: (id: number, body: { answer: Answer; idempotency_key: string; active_ms: number }) =>
    call<Receipt>('POST', `/returned/${id}`, body),
};
