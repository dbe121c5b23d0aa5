/** How a desk stands, and what it needs. */
import type { api } from '../api';
import type { Answer, ProjectDetail, Task } from '../wire';
import type { Entry, Journal } from './journal';

export type Saving = 'saved' | 'saving' | 'offline' | 'trouble';
export type Phase = 'loading' | 'task' | 'empty' | 'barred' | 'paused' | 'failed';

export interface Complaint {
  /** `refused`: an answer was not taken · `server`: a call failed · `journal`: answers live in this tab only. */
  about: 'refused' | 'server' | 'journal';
  detail: string;
}

/** An answer or a skip, with its task. */
export interface Given {
  entry: Entry;
  task: Task;
}

/** What one request is to do beside sending what is due. */
export interface Exchange {
  want?: number;
  keepalive?: boolean;
  /** Tasks to give back. */
  release?: number[];
}

export interface DeskOptions {
  project: ProjectDetail;
  owner: string;
  journal: Journal;
  api: Pick<typeof api, 'work' | 'project' | 'serverNow' | 'earned'>;
  /** The draft that a task begins with. */
  blank?: (task: Task) => Answer | null;
  /** The session has ended; what is unsent stays in the journal. */
  onSignedOut: () => void;
  /** Tasks that have just arrived, to load what they show. */
  onTasks?: (tasks: Task[]) => void;
}
