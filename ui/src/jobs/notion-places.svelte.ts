// The search for a place in Notion: answers come while a person types, and only the last question's counts.

import { asCommandError, type Backend, type CommandError, type NotionPlace } from '../backend/backend';
import { isNotionPlace } from './sources';

const TYPING_MS = 300;

export class PlaceSearch {
  readonly #backend: Backend;
  #question = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  query = $state('');
  places = $state<NotionPlace[]>([]);
  cursor = $state<string | null>(null);
  error = $state<CommandError | null>(null);
  /** Whether the list is being asked for, or is about to be. */
  searching = $state(false);
  /** Whether more of the same list is being asked for. */
  continuing = $state(false);

  /** The link or id that was pasted instead of a name. */
  readonly pasted = $derived(isNotionPlace(this.query.trim()) ? this.query.trim() : null);

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Searches once typing has paused. */
  type(query: string): void {
    this.query = query;
    this.stop();
    if (this.pasted !== null) {
      this.error = null;
      this.searching = false;
      return;
    }
    this.searching = true;
    this.#timer = setTimeout(() => void this.now(), TYPING_MS);
  }

  /** Searches at once. */
  async now(): Promise<void> {
    this.stop();
    this.searching = true;
    this.error = null;
    await this.#ask(null);
  }

  /** Asks for the next part of the list; whether it came. */
  async more(): Promise<boolean> {
    if (this.cursor === null || this.searching || this.continuing) return false;
    this.continuing = true;
    this.error = null;
    return this.#ask(this.cursor);
  }

  /** No answer is wanted any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#question += 1;
    this.continuing = false;
  }

  async #ask(cursor: string | null): Promise<boolean> {
    const question = ++this.#question;
    try {
      const found = await this.#backend.searchNotion(this.query.trim(), cursor);
      if (question !== this.#question) return false;
      const known = new Set(cursor === null ? [] : this.places.map((place) => place.id));
      const fresh = found.places.filter((place) => !known.has(place.id));
      this.places = cursor === null ? fresh : [...this.places, ...fresh];
      this.cursor = found.cursor;
      return true;
    } catch (cause) {
      if (question !== this.#question) return false;
      if (cursor === null) {
        this.places = [];
        this.cursor = null;
      }
      this.error = asCommandError(cause);
      return false;
    } finally {
      if (question === this.#question) {
        this.searching = false;
        this.continuing = false;
      }
    }
  }
}
