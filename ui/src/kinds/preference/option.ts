/** One thing to say with one press. */
export interface Option {
  id: string;
  label: string;
  /** The same where there is little room. */
  short: string;
  chord: string;
}

/** What the screen knows of options: which holds, which a model proposes, what was said and is right. */
export interface Marks {
  chosen: string | null;
  proposed: string | null;
  said: string | null;
  right: string | null;
}
