/** Verdicts of one press, when one is chosen or two are graded: what can be said. Pure. */
import type { ProjectDetail } from '../../wire';
import { levels, mayTie, modeOf, mostOf, nameOfLevel, TIE, type Shown } from './answers';
import type { Option } from './option';
import { w } from './words';

const shortOf = (level: number, [left, right]: [string, string]): string =>
  level === 0 ? '=' : (level < 0 ? left : right) + '+'.repeat(Math.abs(level));

function grades(project: ProjectDetail, shown: Shown[]): Option[] {
  const signs: [string, string] = [shown[0]?.sign ?? '', shown[1]?.sign ?? ''];
  return levels(project).map((level, place) => ({
    id: String(level),
    label: nameOfLevel(level, mostOf(project), signs),
    short: shortOf(level, signs),
    chord: String(place + 1),
  }));
}

function choices(project: ProjectDetail, shown: Shown[]): Option[] {
  const all = shown.map(({ id, sign }, place) => ({
    id,
    label: shown.length === 2 ? w().better(sign) : w().best(sign),
    short: sign,
    chord: String(place + 1),
  }));
  const tie = { id: TIE, label: w().equal, short: '=', chord: '0' };
  if (!mayTie(project)) return all;
  return shown.length === 2 ? [...all.slice(0, 1), tie, ...all.slice(1)] : [...all, tie];
}

/** What can be said with one press, from left to right. */
export const optionsOf = (project: ProjectDetail, shown: Shown[]): Option[] =>
  modeOf(project) === 'grade' ? grades(project, shown) : choices(project, shown);
