// What a screen reader hears: failures at once, everything else at most every ten seconds.

const QUIET_MS = 10_000;

export class Announcer {
  readonly #say: (text: string) => void;
  readonly #now_ms: () => number;
  #spoke_ms = Number.NEGATIVE_INFINITY;
  #pending: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(say: (text: string) => void, now_ms: () => number = Date.now) {
    this.#say = say;
    this.#now_ms = now_ms;
  }

  /** Said at once. */
  urgent(text: string): void {
    this.#speak(text);
  }

  /** Said when ten seconds have passed since the last words; of several that wait the latest is said. */
  calm(text: string): void {
    const wait_ms = this.#spoke_ms + QUIET_MS - this.#now_ms();
    if (wait_ms <= 0) {
      this.#speak(text);
      return;
    }
    this.#pending = text;
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const pending = this.#pending;
      if (pending !== null) this.calm(pending);
    }, wait_ms);
  }

  #speak(text: string): void {
    this.#pending = null;
    this.#spoke_ms = this.#now_ms();
    this.#say(text);
  }
}
