/** The words of the pages of datasets. */
import { words } from '../messages/words';
import { en } from './words.en';
import { it } from './words.it';

export const w = words({ en, it });
