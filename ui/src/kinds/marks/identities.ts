/** Numbers for things that have none on the wire: each keeps its own while it is changed, undone and done again. */

export class Identities<T extends object> {
  readonly #ids = new WeakMap<T, number>();
  #count = 0;

  of(thing: T): number {
    const id = this.#ids.get(thing) ?? ++this.#count;
    this.#ids.set(thing, id);
    return id;
  }

  /** The changed thing is the same thing. */
  keep(id: number, changed: T): T {
    this.#ids.set(changed, id);
    return changed;
  }
}
