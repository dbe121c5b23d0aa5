/** Who is signed in, and where to return to after signing in. */
import { api, ApiError } from './api';
import { router } from './router.svelte';
import type { Ticket } from './ticket';
import type { Session } from './wire';

class SignedIn {
  who = $state.raw<Session | null>(null);
  /** The user whose session has ended, until somebody signs in. */
  ended = $state<string | null>(null);
  /** What a workspace that was left still has to tell the server; signing out waits for it. */
  parting: Promise<void> = Promise.resolve();
  #returnTo = '/';

  /** Learn who is signed in. Without a session, go to the sign-in page and come back later. */
  async require(): Promise<Session | null> {
    if (this.who) return this.who;
    try {
      return (this.who = await api.session());
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) throw error;
      this.#toSignIn();
      return null;
    }
  }

  async signIn({ token, next }: Ticket): Promise<void> {
    this.who = await api.signIn(token);
    this.ended = null;
    router.go(next ?? this.#returnTo, { replace: true });
    this.#returnTo = '/';
  }

  async signOut(): Promise<void> {
    await this.parting;
    await api.signOut();
    this.who = null;
    router.go('/sign-in');
  }

  /** The server does not know us any more. */
  expire = (): void => {
    this.ended = this.who?.user.id ?? null;
    this.who = null;
    this.#toSignIn();
  };

  get manages(): boolean {
    return this.who?.user.role === 'admin' || this.who?.user.role === 'manager';
  }

  #toSignIn(): void {
    this.#returnTo = location.pathname;
    router.go('/sign-in', { replace: true });
  }
}

export const session = new SignedIn();
