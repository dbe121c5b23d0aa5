/** Whether a text is an address on the web and nothing else. */
export const isAddress = (value: unknown): value is string =>
  typeof value === 'string' && /^https?:\/\/\S+$/.test(value);
