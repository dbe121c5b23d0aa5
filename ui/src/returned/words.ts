/** Words, loaded with what says them. */
import { words } from '../messages/words';

const s = (n: number, one: string, many: string) => (n === 1 ? one : many);

export const returnedWords = words({
  en: {
    count: (n: number) => `${n} ${s(n, 'answer was', 'answers were')} sent back to you.`,
    look: 'Look at what was said',
    badge: (n: number) => `${n} sent back`,
    title: 'A reviewer has sent this back',
    place: (n: string, of: string) => `${n} of ${of}`,
    said: (yours: string) => `You said “${yours}”.`,
    shouldBe: (theirs: string) => `The reviewer says “${theirs}”.`,
    how: (yours: string) =>
      `Answer again. Saying “${yours}” again keeps your answer, and somebody else will judge.`,
    failed: (detail: string) => `Your answer was not taken: ${detail}. Give it again.`,
    gone: 'This one needs no answer any more.',
    keeps: (choice: string) => `You keep ${choice}.`,
    done: 'All that was sent back is answered.',
  },
  it: {
    count: (n) => `${n} ${s(n, 'risposta ti è stata rimandata', 'risposte ti sono state rimandate')}.`,
    look: 'Guarda che cosa è stato detto',
    badge: (n) => `${n} ${s(n, 'rimandata', 'rimandate')}`,
    title: 'Un revisore ha rimandato questa risposta',
    place: (n, of) => `${n} di ${of}`,
    said: (yours) => `Avevi detto «${yours}».`,
    shouldBe: (theirs) => `Il revisore dice «${theirs}».`,
    how: (yours) =>
      `Rispondi di nuovo. Ripetendo «${yours}» tieni la tua risposta, e giudicherà un’altra persona.`,
    failed: (detail) => `La risposta non è stata accettata: ${detail}. Dalla di nuovo.`,
    gone: 'A questa non serve più una risposta.',
    keeps: (choice) => `Tieni ${choice}.`,
    done: 'Hai risposto a tutto ciò che era stato rimandato.',
  },
});
