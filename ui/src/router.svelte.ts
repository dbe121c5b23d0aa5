/** Three pages, three addresses. */

export type Route =
  { page: 'projects' } | { page: 'sign-in' } | { page: 'workspace'; project: number } | { page: 'nowhere' };

export function parseRoute(path: string): Route {
  if (path === '/') return { page: 'projects' };
  if (path === '/sign-in') return { page: 'sign-in' };
  const project = /^\/projects\/(\d{1,15})\/?$/.exec(path)?.[1];
  return project ? { page: 'workspace', project: Number(project) } : { page: 'nowhere' };
}

class Router {
  route = $state.raw<Route>(parseRoute(location.pathname));

  constructor() {
    addEventListener('popstate', () => (this.route = parseRoute(location.pathname)));
  }

  go(path: string, { replace = false } = {}): void {
    if (replace) history.replaceState(null, '', path);
    else history.pushState(null, '', path);
    this.route = parseRoute(location.pathname);
    scrollTo(0, 0);
  }

  /** Follow a plain click on a link of ours without loading the page again. */
  follow = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !plain || event.defaultPrevented || link.target || link.origin !== location.origin) return;
    event.preventDefault();
    this.go(link.pathname);
  };
}

export const router = new Router();
