/** What records of conversations hold: messages, responses to choose from, references. */
import type { Task } from '../../wire';
import { mediumOf, type Medium } from '../media/media';

export type Role = 'system' | 'user' | 'assistant';

export interface Message {
  role: Role;
  content: string;
  /** An image or a recording that it shows. */
  medium?: Medium | null;
}

export interface Response {
  id: string;
  text: string;
  medium?: Medium | null;
}

/** Something to read beside a conversation: a text, perhaps with a title or an address. */
export interface Reference {
  title: string;
  text: string;
}

type Record = { [field: string]: unknown };

/** Ids of responses that have none of their own, as the server gives them. */
const IDS = 'abcdefgh';

const recordOf = (task: Task): Record => task.item.record ?? {};
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function messages(value: unknown): Message[] {
  return listOf(value).map((one) => {
    const { role, content } = one as { role: Role; content: unknown };
    return { role, content: textOf(content), medium: mediumOf(one) };
  });
}

/** The conversation of a record. */
export const messagesOf = (task: Task): Message[] => messages(recordOf(task).messages);

/** What was asked: a text, or an object with a text or a medium, stands for one message of the user. */
export function promptOf(task: Task): Message[] {
  const { prompt } = recordOf(task);
  if (typeof prompt === 'string') return [{ role: 'user', content: prompt }];
  if (Array.isArray(prompt)) return messages(prompt);
  if (typeof prompt !== 'object' || prompt === null) return [];
  const { text } = prompt as { text?: unknown };
  return [{ role: 'user', content: textOf(text), medium: mediumOf(prompt) }];
}

/** The responses of a record, in its order. */
export function responsesOf(task: Task): Response[] {
  return listOf(recordOf(task).responses).map((one, place) => {
    const id = IDS[place] ?? String(place);
    if (typeof one === 'string') return { id, text: one };
    const given = one as { id?: unknown; text?: unknown };
    return { id: textOf(given.id) || id, text: textOf(given.text), medium: mediumOf(given) };
  });
}

export function referencesOf(task: Task): Reference[] {
  return listOf(recordOf(task).references).map((one) => {
    if (typeof one === 'string') return { title: '', text: one };
    const given = (one ?? {}) as { title?: unknown; name?: unknown; text?: unknown; url?: unknown };
    const text = textOf(given.text);
    const url = textOf(given.url);
    return { title: textOf(given.title) || textOf(given.name), text: url ? `${text}\n\n<${url}>` : text };
  });
}
