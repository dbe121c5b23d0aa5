import type { KindProps } from '../../kind';
import type { Answer } from '../../wire';

/** What the parts of this kind get of it. */
export interface Piece extends Pick<KindProps, 'project' | 'task' | 'draft' | 'told' | 'keys'> {
  closed: boolean;
  /** Letter by letter, not as Markdown. */
  plain: boolean;
  /** Change the answer; changes of one name are one step to undo. */
  put: (change: (answer: Answer) => Answer, merge?: string) => void;
}
