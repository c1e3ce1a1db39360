// The search through all recordings: asked while typing, and only the last question's answer counts.

import { asCommandError, type Backend, type CommandError, type SearchHit } from '../backend/backend';

const TYPING_MS = 200;
const MOST = 50;

/** The hits in one recording. */
export interface HitGroup {
  job_id: string;
  title: string;
  date: string;
  hits: SearchHit[];
}

/** Hits by recording; each recording where its first hit was. */
export function grouped(hits: readonly SearchHit[]): HitGroup[] {
  const groups = new Map<string, HitGroup>();
  for (const hit of hits) {
    const { job_id, title, date } = hit;
    const group = groups.get(job_id) ?? { job_id, title, date, hits: [] };
    group.hits.push(hit);
    groups.set(job_id, group);
  }
  return [...groups.values()];
}

export class RecordSearch {
  readonly #backend: Backend;
  readonly #answered: (count: number, query: string) => void;
  #question = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  query = $state('');
  /** `null` until something was asked and answered. */
  groups = $state.raw<HitGroup[] | null>(null);
  searching = $state(false);
  error = $state<CommandError | null>(null);

  constructor(backend: Backend, answered: (count: number, query: string) => void) {
    this.#backend = backend;
    this.#answered = answered;
  }

  /** Asks once typing has paused. */
  type(query: string): void {
    this.query = query;
    this.stop();
    this.error = null;
    if (query.trim() === '') {
      this.groups = null;
      return;
    }
    this.searching = true;
    this.#timer = setTimeout(() => void this.now(), TYPING_MS);
  }

  async now(): Promise<void> {
    this.stop();
    const question = this.#question;
    const query = this.query.trim();
    this.searching = true;
    try {
      const hits = await this.#backend.search(query, MOST);
      if (question !== this.#question) return;
      this.groups = grouped(hits);
      this.error = null;
      this.#answered(hits.length, query);
    } catch (cause) {
      if (question !== this.#question) return;
      this.groups = null;
      this.error = asCommandError(cause);
    }
    this.searching = false;
  }

  /** Asks no more, and hears no answer that is still on its way. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#question += 1;
    this.searching = false;
  }
}
