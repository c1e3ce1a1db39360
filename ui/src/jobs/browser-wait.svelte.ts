// A sign-in that goes on in the browser while the window waits for its answer.

/** What becomes of one sign-in. */
export interface BrowserAsk<View> {
  /** Opens the page, or shows it again, and resolves once the person is through. */
  ask(): Promise<View>;
  answered(view: View): void;
  /** Told once for each sign-in, however often its page was shown. */
  done(view: View): void;
  /** Told once as well, and not when the person gave up. */
  refused(cause: unknown): void;
  /** Some call was refused, told or not. */
  failed(): void;
  /** No call waits any more. */
  over(): void;
}

/** What a person can do while the browser is open. */
export interface BrowserSignIn {
  showAgain(): Promise<void>;
  cancel(): Promise<void>;
}

export class BrowserWait {
  /** Calls that wait for the browser. Asking to see the page again adds one to the same sign-in. */
  #calls = $state(0);
  #signIn = 0;
  #ended = 0;
  #repeat: (() => Promise<void>) | null = null;

  readonly open = $derived(this.#calls > 0);

  /** Whether it came to a good end. */
  async begin<View>({ ask, answered, done, refused, failed, over }: BrowserAsk<View>): Promise<boolean> {
    const signIn = ++this.#signIn;
    const wait = async (): Promise<boolean> => {
      this.#calls += 1;
      try {
        const view = await ask();
        answered(view);
        // The page was shown again: the same answer comes more than once.
        if (this.#ended < signIn) {
          this.#ended = signIn;
          done(view);
        }
        return true;
      } catch (cause) {
        if (this.#ended < signIn) {
          this.#ended = signIn;
          refused(cause);
        }
        failed();
        return false;
      } finally {
        this.#calls -= 1;
        if (this.#calls === 0) {
          this.#repeat = null;
          over();
        }
      }
    };
    this.#repeat = async () => {
      await wait();
    };
    return wait();
  }

  /** Shows the page again; whether there was one. */
  async again(): Promise<boolean> {
    if (!this.#repeat) return false;
    await this.#repeat();
    return true;
  }

  /** Whatever the sign-in answers from now on is no news. */
  giveUp(): void {
    this.#ended = this.#signIn;
  }
}
