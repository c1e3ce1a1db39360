// What pasted and typed texts turned out to be. Every answer belongs to its text, so a late one never shows at another.

import { SvelteMap } from 'svelte/reactivity';

import type { Backend, LinkLook } from '../backend/backend';
import { canBeLookedUp } from './sources';

const TYPING_MS = 400;
const KEPT = 200;

export class Looks {
  readonly #backend: Backend;
  readonly #answered: (text: string, look: LinkLook) => void;
  readonly #known = new SvelteMap<string, LinkLook | null>();
  readonly #asked = new Map<string, number>();
  readonly #answers = new Map<string, Promise<LinkLook | null>>();
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend, answered: (text: string, look: LinkLook) => void) {
    this.#backend = backend;
    this.#answered = answered;
  }

  /** What is known of `text`: `null` while it is being looked up, `undefined` when nobody asked or can know. */
  of(text: string): LinkLook | null | undefined {
    return this.#known.get(text);
  }

  /** What is or will be known of `text`; asks only where nobody has. */
  async known(text: string): Promise<LinkLook | null> {
    return this.#known.get(text) ?? (await (this.#answers.get(text) ?? this.now(text)));
  }

  /** Looks `text` up at once. Of several questions about one text the last one's answer counts. */
  async now(text: string): Promise<LinkLook | null> {
    if (!canBeLookedUp(text)) return null;
    const answer = this.#ask(text);
    this.#answers.set(text, answer);
    try {
      return await answer;
    } finally {
      if (this.#answers.get(text) === answer) this.#answers.delete(text);
    }
  }

  async #ask(text: string): Promise<LinkLook | null> {
    const question = ++this.#count;
    this.#asked.set(text, question);
    if (!this.#known.has(text)) this.#known.set(text, null);
    this.#forgetOldest();
    let look: LinkLook | null = null;
    try {
      look = await this.#backend.lookUp(text);
    } catch {
      // Nothing is known then; processing says what is wrong.
    }
    if (this.#asked.get(text) !== question) return look;
    if (look) {
      this.#known.set(text, look);
      this.#answered(text, look);
    } else this.#known.delete(text);
    return look;
  }

  /** Looks `text` up once typing has paused; of several texts the last one. */
  soon(text: string): void {
    clearTimeout(this.#timer);
    if (canBeLookedUp(text)) this.#timer = setTimeout(() => void this.now(text), TYPING_MS);
  }

  /** Drops what is known of `text`, and an answer that is still on its way. */
  forget(text: string): void {
    this.#known.delete(text);
    this.#asked.delete(text);
    this.#answers.delete(text);
  }

  #forgetOldest(): void {
    for (const text of this.#known.keys()) {
      if (this.#known.size <= KEPT) return;
      this.forget(text);
    }
  }
}
