import { expect, test } from 'vitest';
import type { Exposure, Offer, Restriction } from '../wire';
import { appealLink, heldBack, holding, isWorkElsewhere, leadingTo } from './rules';

const streets = { id: 1, name: 'streets' };
const offer = (more: Partial<Offer>) =>
  ({ project_id: 2, purpose: 'production', eligible: true, available: 5, opens: [], ...more }) as Offer;

test('a test that leads here is the way in, unless it was done', () => {
  const entry = offer({ purpose: 'qualification', opens: ['streets'] });
  expect(leadingTo([offer({}), entry, { ...entry, opens: ['other'] }], streets)).toEqual([entry]);
  expect(leadingTo([{ ...entry, eligible: false }], streets)).toEqual([]);
});

test('other work is work that waits and that one may do', () => {
  expect(isWorkElsewhere([offer({})], streets)).toBe(true);
  for (const more of [
    { project_id: 1 },
    { eligible: false },
    { available: 0 },
    { purpose: 'training' },
  ] as const)
    expect(isWorkElsewhere([offer(more)], streets)).toBe(false);
});

test('content that is not shown was not agreed to, or is over for now', () => {
  const agreed = { content: 'gore', consented_at: '2026-01-01T00:00:00Z' } as Exposure;
  const open = { content: 'violence', consented_at: null } as Exposure;
  expect(heldBack(['gore', 'violence'], [agreed, open])).toEqual({
    undecided: ['violence'],
    spent: ['gore'],
  });
});

test('only restrictions of now, here or everywhere, count', () => {
  const one = {
    project_id: null,
    starts_at: '2026-01-01',
    ends_at: '2026-02-01',
    lifted_at: null,
  } as Restriction;
  const now = Date.parse('2026-01-15');
  expect(holding([one, { ...one, project_id: 1 }], 1, now)).toHaveLength(2);
  expect(
    holding(
      [
        { ...one, project_id: 2 },
        { ...one, lifted_at: '2026-01-02' },
      ],
      1,
      now,
    ),
  ).toEqual([]);
  expect(holding([one], 1, Date.parse('2026-02-01'))).toEqual([]);
});

test('an appeal goes to an address or a page, and to nothing that could run', () => {
  expect(appealLink('people@example.org')).toBe('mailto:people@example.org');
  expect(appealLink('https://example.org/appeal')).toBe('https://example.org/appeal');
  expect(appealLink('javascript:alert(1)@x')).toBeNull();
  expect(appealLink('the desk on floor 2')).toBeNull();
});
