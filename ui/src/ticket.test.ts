import { expect, test } from 'vitest';
import { readTicket } from './ticket';

test('a whole link, its hash and a bare token are all understood', () => {
  const ticket = { token: 'a-b_c', next: '/projects/1' };
  expect(readTicket('http://127.0.0.1:8400/sign-in#token=a-b_c&next=/projects/1')).toEqual(ticket);
  expect(readTicket('#token=a-b_c')).toEqual({ token: 'a-b_c', next: null });
  expect(readTicket('  a-b_c\n')).toEqual({ token: 'a-b_c', next: null });
});

test('a link cannot lead to another site', () => {
  for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)']) {
    expect(readTicket(`#token=t&next=${encodeURIComponent(next)}`).next).toBeNull();
  }
});
