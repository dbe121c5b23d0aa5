/** A change of a project's classes while it is planned: what is to be done, and what the server says it would do. */
import { call } from '../../api';
import { Loading } from '../loading.svelte';
import type { Page } from '../../wire';

export type Operation =
  | { op: 'rename'; old: string; new: string }
  | { op: 'merge'; classes: string[]; into: string }
  | { op: 'split'; old: string; parts: string[] }
  | { op: 'add'; name: string }
  | { op: 'remove'; name: string };

export interface Effect {
  /** Null: it does not count now. */
  name: string | null;
  /** Null: it is asked again. */
  becomes: string | null;
  annotations: number;
  labels: number;
  gold: number;
}

export interface Plan {
  version: number;
  classes_after: string[];
  effects: Effect[];
  asked_again: { tasks: number; completed: number; answers: number; cost_cents: number };
  open_leases: number;
  reopens_project: boolean;
}

export interface Version {
  version: number;
  classes: string[];
  restores: number | null;
  operations: Operation[];
  created_at: string;
}

export class ClassChange {
  operations = $state.raw<Operation[]>([]);
  plan = $state.raw<Plan | null>(null);
  /** The version that is planned to come back; null where operations are planned. */
  back = $state<number | null>(null);
  readonly versions: Loading<Page<Version>>;
  private readonly at: string;

  constructor(project: number) {
    this.at = `/projects/${project}/ontology`;
    this.versions = new Loading(() => call<Page<Version>>('GET', `${this.at}/versions?limit=20`));
  }

  /** The classes as they would be. */
  get classes(): string[] {
    return this.plan?.classes_after ?? this.versions.value?.items[0]?.classes ?? [];
  }

  /** Plan other operations; where the server refuses, what was planned stays. */
  async to(operations: Operation[]): Promise<void> {
    const plan = operations.length ? await call<Plan>('POST', `${this.at}/plan`, { operations }) : null;
    [this.operations, this.plan, this.back] = [operations, plan, null];
  }

  async planBack(version: number): Promise<void> {
    const plan = await call<Plan>('POST', `${this.at}/plan`, { revert_to: version });
    [this.operations, this.plan, this.back] = [[], plan, version];
  }

  /** Make what is planned, and nothing else: where somebody changed the classes since, the server refuses. */
  async make(): Promise<void> {
    if (!this.plan) return;
    const expected_version = this.plan.version;
    await (this.back === null
      ? call('POST', this.at, { operations: this.operations, expected_version })
      : call('POST', `${this.at}/revert`, { expected_version, to: this.back }));
    [this.operations, this.plan, this.back] = [[], null, null];
    await this.versions.load();
  }
}
