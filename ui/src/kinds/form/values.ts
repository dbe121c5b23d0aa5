/** What choosing does to the values of fields. Pure. */
import { optionsOf, type Field } from './fields';
import { placeOfKey } from './options';
import { stepOfKey } from '../rating/steps';
import { w } from './words';

export const YES_NO = () => [
  { value: 'true', title: w().yes },
  { value: 'false', title: w().no },
];

/** Chosen values with one more or one less, in the order of the options. */
export function toggledIn(options: { value: string }[], chosen: string[], value: string): string[] {
  const next = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
  return options.map((option) => option.value).filter((one) => next.includes(one));
}

/** Fields whose values are picked by a key each, not written. */
export const isPickedByKey = ({ kind, several }: Field): boolean =>
  !several && ['choice', 'choices', 'flag', 'rank', 'scale'].includes(kind);

/** Whether one key says all there is to say, so that one goes on to the next field. */
export const isSaidByOneKey = ({ kind }: Field): boolean => ['choice', 'flag', 'scale'].includes(kind);

/** The value of a field after a key; undefined where the key says nothing in it. */
export function afterKey(field: Field, value: unknown, key: string): unknown {
  const { kind, low = 0, high = 1, name } = field;
  if (kind === 'scale') return stepOfKey({ name, low, high }, key) ?? undefined;
  const place = placeOfKey(key);
  if (kind === 'flag') return [true, false][place];
  const options = optionsOf(field);
  const picked = options[place]?.value;
  if (picked === undefined) return undefined;
  const chosen = (value as string[] | undefined) ?? [];
  if (kind === 'choices') return toggledIn(options, chosen, picked);
  if (kind === 'rank') return chosen.includes(picked) ? undefined : [...chosen, picked];
  return kind === 'choice' ? picked : undefined;
}
