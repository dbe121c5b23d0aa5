import { describe, expect, it } from 'vitest';
import { blank, controlOf, linesOf, partsOf, withPart, type Schema } from './schema';

const field: Schema = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 100 },
    kind: { enum: ['text', 'number'] },
    low: { type: 'number' },
    pattern: { enum: ['email'] },
  },
  required: ['name', 'kind'],
  allOf: [
    { if: { properties: { kind: { const: 'text' } } }, then: { properties: { low: false } } },
    {
      if: { properties: { kind: { const: 'number' } } },
      then: { required: ['low'], properties: { pattern: false } },
    },
  ],
};
const names = (value: Record<string, unknown>) => partsOf(field, value).map((part) => part.name);

describe('what a form makes of a schema', () => {
  it('shows only the parts that the value has a use for, and says which it needs', () => {
    expect(names({ kind: 'text' })).toEqual(['name', 'kind', 'pattern']);
    expect(names({ kind: 'number' })).toEqual(['name', 'kind', 'low']);
    expect(partsOf(field, { kind: 'number' }).every((part) => part.needed)).toBe(true);
  });

  it('drops a part that its value has no use for any more, and one that is not given', () => {
    expect(withPart(field, { name: 'a', kind: 'number', low: 1 }, 'kind', 'text')).toEqual({
      name: 'a',
      kind: 'text',
    });
    expect(withPart(field, { name: 'a', kind: 'number', low: 1 }, 'low', undefined)).toEqual({
      name: 'a',
      kind: 'number',
    });
  });

  it('begins with what is needed', () => {
    expect(blank({ type: 'array', items: field, minItems: 1 })).toEqual([{ kind: 'text' }]);
    expect(blank({ type: 'boolean' })).toBeUndefined();
  });

  it('never hides a value that lines cannot show', () => {
    const values: Schema = {
      type: 'array',
      items: { anyOf: [{ type: 'string' }, { type: 'object', properties: {} }] },
    };
    expect(controlOf(values, undefined)).toBe('lines');
    expect(controlOf(values, ['a'])).toBe('lines');
    expect(controlOf(values, ['a', { value: 'b', title: 'B' }])).toBe('json');
  });

  it('reads lines as people type them', () => {
    expect(linesOf(' a \n\nb c\n')).toEqual(['a', 'b c']);
  });
});
