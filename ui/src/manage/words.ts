/** The words of the managing pages. */
import { words } from '../messages/words';
import { en } from './words.en';
import { it } from './words.it';

export const w = words({ en, it });
