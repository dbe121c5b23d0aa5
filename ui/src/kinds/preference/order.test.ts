import { expect, test } from 'vitest';
import type { Message, Response } from '../conversation/record';
import { mediumOf } from '../media/media';
import { shuffled } from './order';

const asked = (content: string): Message => ({ role: 'user', content });
const texts = (...all: string[]): Response[] => all.map((text, place) => ({ id: 'abcdefgh'[place]!, text }));
const ids = (responses: Response[]) => responses.map(({ id }) => id);

// The same as in tests/unit/label/kinds/test_shown_order.py.
test('the order is that of the server, letters beyond ASCII and all', () => {
  expect(ids(shuffled([asked('Name a prime.')], texts('12', '13', '11 è primo 🎉')))).toEqual([
    'a',
    'c',
    'b',
  ]);
  const brief: Message[] = [{ role: 'system', content: 'Be brief.' }, asked('Hi')];
  const named = [
    { id: 'x', text: 'Hello' },
    { id: 'y', text: 'Hey' },
  ];
  expect(ids(shuffled(brief, named))).toEqual(['y', 'x']);
  expect(ids(shuffled([asked('')], texts(...'12345678'))).join('')).toBe('ehbfcgad');
});

test('media count by their digests, as on the server', () => {
  const image = (digit: string) => mediumOf({ media: digit.repeat(64), media_type: 'image/png' });
  const shown = [...'1234'].map((digit, place) => ({ id: 'abcd'[place]!, text: '', medium: image(digit) }));
  expect(ids(shuffled([{ ...asked('Which?'), medium: image('0') }], shown)).join('')).toBe('bacd');
  const mixed: Response[] = [
    { id: 'a', text: 'in words', medium: image('6') },
    { id: 'b', text: 'words' },
    { id: 'c', text: '', medium: image('7') },
  ];
  expect(ids(shuffled([{ ...asked(''), medium: image('5') }], mixed)).join('')).toBe('bac');
});

test('each response comes first as often as the others', () => {
  const firsts = { a: 0, b: 0, c: 0 };
  for (let task = 0; task < 3000; task++) {
    const [first] = shuffled([asked(`question ${task}`)], texts('yes', 'no', 'maybe'));
    firsts[first!.id as keyof typeof firsts] += 1;
  }
  for (const count of Object.values(firsts)) expect(Math.abs(count - 1000)).toBeLessThan(100);
});
