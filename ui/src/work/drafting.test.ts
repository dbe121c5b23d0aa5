import { expect, test } from 'vitest';
import { Drafting } from './drafting.svelte';

const shapes = (...names: string[]) => ({ shapes: names });

test('each change is a step back and forth, and a new one ends the way forth', () => {
  const drafting = new Drafting();
  drafting.begin(shapes());
  drafting.change(shapes('a'));
  drafting.change(shapes('a', 'b'));
  expect([drafting.undo(), drafting.value]).toEqual([true, shapes('a')]);
  expect([drafting.undo(), drafting.value]).toEqual([true, shapes()]);
  expect([drafting.undo(), drafting.canUndo]).toEqual([false, false]);
  expect([drafting.redo(), drafting.value]).toEqual([true, shapes('a')]);
  drafting.change(shapes('c'));
  expect([drafting.redo(), drafting.value]).toEqual([false, shapes('c')]);
});

test('changes that merge are one step', () => {
  const drafting = new Drafting();
  drafting.begin(shapes());
  for (const name of ['t', 'te', 'tex', 'text']) drafting.change(shapes(name), { merge: true });
  drafting.change(shapes('other'));
  drafting.undo();
  expect(drafting.value).toEqual(shapes('text'));
  drafting.undo();
  expect(drafting.value).toEqual(shapes());
});

test('changes that merge in one name are a step, those in another name are the next', () => {
  const drafting = new Drafting();
  drafting.begin(shapes());
  for (const name of ['a1', 'a2', 'a3']) drafting.change(shapes(name), { merge: 'a' });
  for (const name of ['b1', 'b2']) drafting.change(shapes(name), { merge: 'b' });
  drafting.undo();
  expect(drafting.value).toEqual(shapes('a3'));
  drafting.undo();
  expect(drafting.value).toEqual(shapes());
});

test('beginning anew forgets the steps', () => {
  const drafting = new Drafting();
  drafting.change(shapes('a'));
  drafting.begin(null);
  expect([drafting.undo(), drafting.touched, drafting.value]).toEqual([false, false, null]);
});
