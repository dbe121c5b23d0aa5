import { expect, test } from 'vitest';
import type { ProjectDetail } from '../../wire';
import { Offsets } from '../codepoints';
import {
  added,
  changed,
  compared,
  freeId,
  inTheWay,
  joining,
  read,
  removed,
  spansAt,
  tidy,
  toggled,
  written,
  type Marked,
} from './answers';

const kinds = [{ name: 'born in', from: ['person'], to: ['place'] }, { name: 'near' }];
const project = { options: { relations: kinds } } as unknown as ProjectDetail;
const span = (id: string, start: number, end: number, label: string) => ({ id, start, end, label });
const marked: Marked = {
  spans: [span('s1', 0, 5, 'person'), span('s2', 9, 15, 'place')],
  relations: [{ from: 's1', to: 's2', label: 'born in' }],
};

test('an answer with emoji in its text goes from the wire to the screen and back unchanged', () => {
  const text = '🧪 Ada, 🇵🇱 Warsaw';
  const offsets = new Offsets(text);
  const answer = { spans: [span('s1', 2, 5, 'person'), span('s2', 10, 16, 'place')], relations: [] };
  const { spans } = read(answer, offsets);
  expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(['Ada', 'Warsaw']);
  expect(written({ spans, relations: [] }, offsets, project)).toEqual(answer);
});

test('without relations in the project an answer names none', () => {
  const plain = { options: {} } as ProjectDetail;
  expect(written({ spans: [], relations: [] }, new Offsets(''), plain)).toEqual({ spans: [] });
});

test('a relation is only possible between the labels that it may lead from and to', () => {
  const [person, place] = marked.spans;
  expect(joining(kinds, person, place).map(({ name }) => name)).toEqual(['born in', 'near']);
  expect(joining(kinds, place, person).map(({ name }) => name)).toEqual(['near']);
  expect(joining(kinds, person, person)).toEqual([]);
});

test('a span that loses the label of its relation loses the relation', () => {
  expect(tidy(changed(marked, 's2', { label: 'person' }), kinds).relations).toEqual([]);
});

test('a span that goes takes its relations along', () => {
  expect(removed(marked, 's2')).toEqual({ spans: [marked.spans[0]], relations: [] });
});

test('two spans that become the same are one, with the relations of both', () => {
  const three = added(marked, span('s3', 9, 14, 'place'));
  const linked = toggled(three, { from: 's1', to: 's3', label: 'near' });
  const same = tidy(changed(linked, 's3', { end: 15 }), kinds);
  expect(same.spans.map(({ id }) => id)).toEqual(['s1', 's2']);
  expect(same.relations).toEqual([
    { from: 's1', to: 's2', label: 'born in' },
    { from: 's1', to: 's2', label: 'near' },
  ]);
});

test('a relation said twice is taken back', () => {
  expect(toggled(marked, marked.relations[0] as never).relations).toEqual([]);
});

test('spans come in the order of the text, and new ones have ids of their own', () => {
  const { spans } = tidy(added(marked, span('s9', 0, 3, 'place')), kinds);
  expect(spans.map(({ id }) => id)).toEqual(['s9', 's1', 's2']);
  expect(freeId([span('s2', 0, 1, 'place'), span('s3', 1, 2, 'place')])).toBe('s4');
});

test('what covers a place comes shortest first, and what overlaps is found', () => {
  const nested = [span('s1', 0, 20, 'person'), span('s2', 5, 9, 'place')];
  expect(spansAt(nested, 6).map(({ id }) => id)).toEqual(['s2', 's1']);
  expect(spansAt(nested, 9).map(({ id }) => id)).toEqual(['s1']);
  expect(inTheWay(nested, { start: 20, end: 22 }, null)).toBeUndefined();
  expect(inTheWay(nested, { start: 8, end: 22 }, 's1')?.id).toBe('s2');
});

test('two answers are compared by what they mark, not by their ids', () => {
  const theirs = [span('x', 9, 15, 'place'), span('y', 0, 5, 'place')];
  const { same, missing } = compared(marked.spans, theirs);
  expect([...same]).toEqual(['s2']);
  expect(missing).toEqual([theirs[1]]);
});
