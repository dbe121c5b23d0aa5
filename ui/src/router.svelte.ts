/** Pages and their addresses. */

/** Behind the address of a project: begin with what reviewers have sent back. */
export const RETURNED = '?returned';

/** Pages beside the workspace of a project. */
export const PROJECT_PAGES = ['overview', 'tasks', 'review', 'settings'] as const;
export type ProjectPage = (typeof PROJECT_PAGES)[number];

/** Pages of a dataset; that of its items has no name. */
export const DATASET_PAGES = ['', 'versions', 'compare', 'drops', 'card'] as const;
export type DatasetPage = (typeof DATASET_PAGES)[number];

/** Pages that have an address of one word. */
const SIMPLE = {
  '/': 'projects',
  '/sign-in': 'sign-in',
  '/new': 'setup',
  '/me': 'me',
  '/people': 'people',
  '/datasets': 'datasets',
  '/settings': 'organization',
} as const;

export type Route =
  | { page: (typeof SIMPLE)[keyof typeof SIMPLE] }
  | { page: 'workspace'; project: number; returned: boolean }
  | { page: 'project'; project: number; part: ProjectPage }
  | { page: 'task'; project: number; task: number }
  | { page: 'dataset'; dataset: string; part: DatasetPage; search: string }
  | { page: 'item'; dataset: string; item: string; search: string }
  | { page: 'nowhere' };

export function parseRoute(path: string, search = ''): Route {
  const simple = SIMPLE[path as keyof typeof SIMPLE];
  if (simple) return { page: simple };
  return parseDataset(path, search) ?? parseProject(path, search);
}

function parseDataset(path: string, search: string): Route | null {
  const [, dataset, part = '', item] =
    /^\/datasets\/([a-z0-9][a-z0-9._-]{0,63})(?:\/([a-z]+)(?:\/([0-9a-f]{64}))?)?\/?$/.exec(path) ?? [];
  if (!dataset) return null;
  if (part === 'items' && item) return { page: 'item', dataset, item, search };
  const known = DATASET_PAGES.find((each) => each === part);
  return known === undefined || item ? null : { page: 'dataset', dataset, part: known, search };
}

function parseProject(path: string, search: string): Route {
  const [, id, part, task] = /^\/projects\/(\d{1,15})(?:\/([a-z]+)(?:\/(\d{1,18}))?)?\/?$/.exec(path) ?? [];
  if (!id) return { page: 'nowhere' };
  const project = Number(id);
  if (!part) return { page: 'workspace', project, returned: search === RETURNED };
  if (part === 'tasks' && task) return { page: 'task', project, task: Number(task) };
  const known = PROJECT_PAGES.find((each) => each === part);
  return known && !task ? { page: 'project', project, part: known } : { page: 'nowhere' };
}

const here = (): Route => parseRoute(location.pathname, location.search);

class Router {
  route = $state.raw<Route>(here());

  constructor() {
    addEventListener('popstate', () => (this.route = here()));
  }

  go(path: string, { replace = false } = {}): void {
    if (replace) history.replaceState(null, '', path);
    else history.pushState(null, '', path);
    this.route = here();
    scrollTo(0, 0);
  }

  /** Follow a plain click on a link of ours without loading the page again. */
  follow = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !plain || event.defaultPrevented || link.target || link.origin !== location.origin) return;
    if (link.hasAttribute('download')) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  };
}

export const router = new Router();
