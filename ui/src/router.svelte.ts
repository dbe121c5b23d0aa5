/** Three pages, three addresses. */

/** Behind the address of a project: begin with what reviewers have sent back. */
export const RETURNED = '?returned';

export type Route =
  | { page: 'projects' }
  | { page: 'sign-in' }
  | { page: 'workspace'; project: number; returned: boolean }
  | { page: 'nowhere' };

export function parseRoute(path: string, search = ''): Route {
  if (path === '/') return { page: 'projects' };
  if (path === '/sign-in') return { page: 'sign-in' };
  const project = /^\/projects\/(\d{1,15})\/?$/.exec(path)?.[1];
  if (!project) return { page: 'nowhere' };
  return { page: 'workspace', project: Number(project), returned: search === RETURNED };
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
    event.preventDefault();
    this.go(link.pathname + link.search);
  };
}

export const router = new Router();
