/** Keys of the values of a field: 1 to 9, then 0. */
const KEYS = [...'1234567890'];

export const optionKey = (place: number): string | null => KEYS[place] ?? null;
export const placeOfKey = (key: string): number => KEYS.indexOf(key);
