/** What a person without tasks can do about it: pure. */
import type { Exposure, Offer, ProjectDetail, Restriction } from '../wire';

/** The tests and trainings that lead to a project and can be begun now. */
export const leadingTo = (offers: Offer[], project: Pick<ProjectDetail, 'name'>): Offer[] =>
  offers.filter(
    ({ purpose, eligible, opens }) => purpose !== 'production' && eligible && opens.includes(project.name),
  );

/** Whether there is work in another project. */
export const isWorkElsewhere = (offers: Offer[], project: Pick<ProjectDetail, 'id'>): boolean =>
  offers.some(
    ({ project_id, purpose, eligible, available }) =>
      project_id !== project.id && purpose === 'production' && eligible && available > 0,
  );

/** Of content that is not shown: what nobody agreed to, and what is over for now because a limit is reached. */
export function heldBack(hidden: string[], exposures: Exposure[]): { undecided: string[]; spent: string[] } {
  const agreed = new Set(exposures.filter((each) => each.consented_at !== null).map((each) => each.content));
  return {
    undecided: hidden.filter((content) => !agreed.has(content)),
    spent: hidden.filter((content) => agreed.has(content)),
  };
}

/** The restrictions that hold now and concern a project. */
export const holding = (all: Restriction[], project: number, now: number): Restriction[] =>
  all.filter(
    ({ project_id, starts_at, ends_at, lifted_at }) =>
      lifted_at === null &&
      Date.parse(starts_at) <= now &&
      now < Date.parse(ends_at) &&
      (project_id === null || project_id === project),
  );

/** Where an appeal goes, as a link; null where it is only words. */
export function appealLink(to: string): string | null {
  if (/^https?:\/\//.test(to)) return to;
  return /^[^@\s:/?]+@[^@\s:/?]+$/.test(to) ? `mailto:${to}` : null;
}
