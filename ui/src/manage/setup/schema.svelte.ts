/** How a new project labels, while it is decided: the kind, its classes and options, and what the server makes of them. */
import { call } from '../../api';
import type { Item } from '../../wire';
import { Loading } from '../loading.svelte';
import { blank, linesOf, type Schema } from '../options/schema';

/** A label kind as the server describes it. */
export interface LabelKind {
  name: string;
  items: Item['kind'][];
  /** The fewest classes that it can do with; null where it has none. */
  least_classes: number | null;
  options: Schema;
}

export interface LabelSchema {
  kind: string;
  classes: string[];
  options: Record<string, unknown>;
}

interface Checked {
  schema: LabelSchema | null;
  /** Why there is none. */
  refused: string | null;
}

export class SchemaDraft {
  private readonly all = new Loading(() => call<{ items: LabelKind[] }>('GET', '/kinds'));
  kind = $state('');
  /** One on each line. */
  classes = $state('');
  options = $state.raw<Record<string, unknown>>({});
  /** What is decided, once the server takes it. */
  checked = $state.raw<LabelSchema | null>(null);
  /** Why the server does not take it. */
  refused = $state('');

  readonly names = $derived(linesOf(this.classes));
  readonly of = $derived(this.all.value?.items.find((each) => each.name === this.kind) ?? null);
  private readonly said = $derived<LabelSchema>({
    kind: this.kind,
    classes: this.of?.least_classes == null ? [] : this.names,
    options: this.options,
  });
  private readonly lacksClasses = $derived(this.names.length < (this.of?.least_classes ?? 0));

  private loaded: Promise<void> | null = null;

  /** Read the kinds, once. */
  load = (): Promise<void> => (this.loaded ??= this.all.load());

  /** The kinds that can show items of a kind; all where it is not known yet. */
  kindsFor(item: Item['kind'] | null): string[] {
    const every = this.all.value?.items ?? [];
    return every.filter((each) => !item || each.items.includes(item)).map((each) => each.name);
  }

  choose(kind: string): void {
    this.kind = kind;
    this.options = (this.of ? blank(this.of.options) : {}) as Record<string, unknown>;
  }

  take(schema: LabelSchema): void {
    this.kind = schema.kind;
    this.classes = schema.classes.join('\n');
    this.options = schema.options;
  }

  /** Ask the server, a moment after the last change; for an effect, which this returns the end of. */
  follow(): () => void {
    const asked = this.said;
    this.refused = '';
    if (!this.of || this.lacksClasses) {
      this.checked = null;
      return () => {};
    }
    const timer = setTimeout(async () => {
      const found = await call<Checked>('POST', '/projects/schema/check', asked).catch((error: unknown) => ({
        schema: null,
        refused: error instanceof Error ? error.message : String(error),
      }));
      if (asked !== this.said) return;
      this.checked = found.schema;
      this.refused = found.refused ?? '';
    }, 250);
    return () => clearTimeout(timer);
  }
}
