import { expect, test, vi } from 'vitest';
import type { ProjectDetail, Task } from '../../wire';
import * as chat from './answers';
import type { Said } from './answers';

vi.hoisted(() => vi.stubGlobal('matchMedia', () => ({ matches: false })));

const project = (options: object) => ({ options }) as unknown as ProjectDetail;
const task = (...messages: object[]) => ({ task_id: 1, item: { record: { messages } } }) as unknown as Task;
const user = (content = 'Why?'): Said => ({ role: 'user', content, from: 'worker' });
const model = (content = 'Because.'): Said => ({ role: 'assistant', content, from: 'model' });
const rated = (...criteria: string[]) => criteria.map((name) => ({ name, low: 1, high: 5 }));

test('what a model wrote counts as edited until it is again what it was', () => {
  const begun = { messages: [model()] };
  const changed = chat.written(begun, 0, 'Because so.', 'Because.');
  expect(changed.messages).toEqual([{ ...model('Because so.'), edited: true }]);
  expect(chat.written(changed, 0, 'Because.', 'Because.').messages).toEqual([model()]);
  expect(chat.written({ messages: [user('a')] }, 0, 'b', null).messages).toEqual([user('b')]);
});

test('ratings stay with their turns when a system message comes and goes', () => {
  const begun = chat.withRatings({ messages: [model(), user(), model('So.')] }, 2, { clear: 4 });
  expect(begun.ratings).toEqual([{ message: 2, clear: 4 }]);
  const led = chat.withSystem(begun, 'Be brief.');
  expect([led.ratings, chat.ratingsIn(led, 2)]).toEqual([[{ message: 3, clear: 4 }], { clear: 4 }]);
  expect(chat.withSystem(led, null)).toEqual(begun);
  expect(chat.withTurns(begun, [model()])).toEqual({ messages: [model()] });
});

test('a conversation lacks the last word, then turns, then ratings', () => {
  const of = project({ mode: 'continue', least_turns: 2, criteria: rated('clear') });
  const at = task({ role: 'user', content: 'Hi' });
  const lacks = (answer: object) => chat.missing(answer as never, at, of) ?? '';
  expect(lacks({ messages: [] })).toContain('last word');
  expect(lacks({ messages: [model()] })).toContain('One more');
  expect(lacks({ messages: [model(), user()] })).toContain('last word');
  const done = { messages: [model(), user(), model()] };
  expect(lacks(done)).toContain('2 to go');
  const all = chat.withRatings(chat.withRatings(done, 0, { clear: 1 }), 2, { clear: 2 });
  expect(lacks(all)).toBe('');
  expect(lacks(chat.withSystem(all, ' '))).toContain('system');
});

test('steps may end at a bad one, and only there', () => {
  const of = project({ mode: 'steps' });
  const at = task({ role: 'user', content: 'Hi' }, { role: 'assistant', content: 'A.\n\nB.\n\nC.' });
  const lacks = (...verdicts: string[]) =>
    chat.missing({ steps: verdicts.map((verdict, n) => ({ text: 'ABC'[n] + '.', verdict })) }, at, of);
  expect(lacks('good')).not.toBeNull();
  expect(lacks('good', 'bad')).toBeNull();
  expect(lacks('bad', 'good')).not.toBeNull();
  expect(lacks('good', 'neutral', 'good')).toBeNull();
});

test('an answer is told in a few words', () => {
  expect(chat.summary({ messages: [{ ...model('a\n\nb '.repeat(50)) }] }, project({}))).toHaveLength(61);
  expect(chat.summary({ messages: [model(), user(), model()] }, project({ mode: 'continue' }))).toBe(
    '2 answers',
  );
  const steps = [
    { text: 'A', verdict: 'good' },
    { text: 'B', verdict: 'bad' },
  ];
  expect(chat.summary({ steps }, project({ mode: 'steps' }))).toBe('bad at step 2');
});
