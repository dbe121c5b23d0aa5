/** In a training project: an answer waits for the server's word on it, and the next task for the person. */
import type { Told } from '../kind';
import type { Answer, Receipt } from '../wire';

export class Lesson {
  /** The key of the answer that is to be judged; set until the person goes on. */
  asked = $state<string | null>(null);
  /** What the server said of it. */
  told = $state.raw<Told | null>(null);
  /** Answers judged on this page, and how many were right. */
  judged = $state(0);
  right = $state(0);

  ask(key: string): void {
    this.asked = key;
  }

  end(): void {
    this.asked = this.told = null;
  }

  /** Take in a receipt. True if it is the one that was waited for and says nothing to learn from. */
  hear({ idempotency_key, feedback }: Receipt, said: Answer | null): boolean {
    if (idempotency_key !== this.asked) return false;
    if (!feedback || !said) return true;
    this.told = { said, right: feedback.answer, by: 'training', correct: feedback.right };
    this.judged += 1;
    this.right += Number(feedback.right);
    return false;
  }
}
