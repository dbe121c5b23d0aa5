/** What a label kind lets a project decide, as JSON Schema, and what a form makes of it. */

export interface Schema {
  type?: 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';
  enum?: string[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | false;
  required?: string[];
  minItems?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  anyOf?: Schema[];
  /** What depends on the value of a part: others that it needs, and those that it has not (false). */
  allOf?: {
    if: { properties: Record<string, { const: unknown }> };
    then: { required?: string[]; properties?: Record<string, false> };
  }[];
  description?: string;
  default?: unknown;
}

/** How a value is given: `some` of a few words, `lines` of text, a `list` of groups, `names` with a value each. */
export type Control =
  'flag' | 'number' | 'one' | 'some' | 'line' | 'text' | 'lines' | 'list' | 'names' | 'group' | 'json';

const LONG = 200;

/** How a value is given; what is there already is never lost to a control that cannot show it. */
export function controlOf(schema: Schema, value: unknown): Control {
  if (schema.enum) return 'one';
  switch (schema.type) {
    case 'boolean':
      return 'flag';
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
      return (schema.maxLength ?? 0) > LONG ? 'text' : 'line';
    case 'array':
      return ofList(schema.items ?? {}, value);
    case 'object':
      return schema.properties ? 'group' : schema.additionalProperties ? 'names' : 'json';
    default:
      return 'json';
  }
}

function ofList(items: Schema, value: unknown): Control {
  if (items.enum) return 'some';
  if ((items.anyOf?.[0] ?? items).type === 'string')
    return ((value ?? []) as unknown[]).every((one) => typeof one === 'string') ? 'lines' : 'json';
  return items.properties ? 'list' : 'json';
}

export interface Part {
  name: string;
  schema: Schema;
  needed: boolean;
}

/** The parts of a group: those that its value has no use for are left out. */
export function partsOf(schema: Schema, value: Record<string, unknown> = {}): Part[] {
  const fits = (schema.allOf ?? []).filter((rule) =>
    Object.entries(rule.if.properties).every(([name, { const: wanted }]) => value[name] === wanted),
  );
  const barred = new Set(fits.flatMap((rule) => Object.keys(rule.then.properties ?? {})));
  const needed = new Set([...(schema.required ?? []), ...fits.flatMap((rule) => rule.then.required ?? [])]);
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) =>
    barred.has(name) ? [] : [{ name, schema: part, needed: needed.has(name) }],
  );
}

/** What a value is before anything is said of it; undefined is not given. */
export function blank(schema: Schema): unknown {
  if (schema.enum) return schema.enum[0];
  const control = controlOf(schema, undefined);
  if (control === 'list') return schema.minItems ? [blank(schema.items ?? {})] : [];
  if (control !== 'group') return undefined;
  return Object.fromEntries(
    partsOf(schema).flatMap(({ name, schema: part, needed }) => {
      const first = needed ? blank(part) : undefined;
      return first === undefined ? [] : [[name, first]];
    }),
  );
}

/** A group with one part changed; a part that is not given any more is left out, as are those without use now. */
export function withPart(
  schema: Schema,
  value: Record<string, unknown>,
  name: string,
  part: unknown,
): Record<string, unknown> {
  const changed = { ...value, [name]: part };
  const known = new Set(partsOf(schema, changed).map((each) => each.name));
  return Object.fromEntries(
    Object.entries(changed).filter(([each, one]) => one !== undefined && known.has(each)),
  );
}

/** Lines of text as a list: space around them and empty ones are dropped. */
export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
