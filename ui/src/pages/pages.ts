/** Every page but the workspace, loaded when it is wanted. A file of its own: who labels need not know their names. */
import type { Component } from 'svelte';
import type { Route } from '../router.svelte';

interface PageModule {
  default: Component<any>;
}

const pages: Record<string, () => Promise<PageModule>> = {
  projects: () => import('./Projects.svelte'),
  'sign-in': () => import('./SignIn.svelte'),
  setup: () => import('./Setup.svelte'),
  me: () => import('./Me.svelte'),
  people: () => import('./People.svelte'),
  organization: () => import('./Organization.svelte'),
  overview: () => import('./Overview.svelte'),
  tasks: () => import('./Tasks.svelte'),
  review: () => import('./Review.svelte'),
  settings: () => import('./ProjectSettings.svelte'),
  task: () => import('./Task.svelte'),
  datasets: () => import('./Datasets.svelte'),
  dataset: () => import('./Dataset.svelte'),
  'dataset/versions': () => import('./DatasetVersions.svelte'),
  'dataset/compare': () => import('./DatasetCompare.svelte'),
  'dataset/drops': () => import('./DatasetDrops.svelte'),
  'dataset/card': () => import('./DatasetCard.svelte'),
  item: () => import('./Item.svelte'),
  nowhere: () => import('./Nowhere.svelte'),
};

function nameOf(route: Route): string {
  if (route.page === 'project') return route.part;
  return route.page === 'dataset' && route.part ? `dataset/${route.part}` : route.page;
}

export const loadPage = (route: Route): Promise<PageModule> => (pages[nameOf(route)] ?? pages.nowhere!)();
