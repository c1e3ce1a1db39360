// What of the settings may be done by services, each with a key: shown at once, changed one after the other.

import { asCommandError, type CommandError } from '../backend/backend';

/** Told of what somebody who cannot see the window should hear about. */
export interface ServedListener {
  keyTaken(service: string): void;
  keyRemoved(service: string): void;
  /** What a service answered to a test. */
  tested(answer: string): void;
  refused(error: CommandError): void;
  /** Something changed that other parts of the window show too. */
  changed(): void;
}

/** What is known of such settings, where `Part` is the part of them that an action belongs to; there its refusal is told. */
export abstract class Served<View extends object, Part extends string> {
  readonly #listener: ServedListener;
  readonly #servicePart: Part;
  /** Counts answers, so that a status asked for before one of them is known to be old. */
  #answers = 0;
  /** One change after the other, so that the last one counts. */
  #line: Promise<unknown> = Promise.resolve();
  #inLine = 0;
  #known = $state<View | null>(null);
  /** What was chosen and is not answered yet. */
  #wanted = $state<Partial<View>>({});

  /** How things stand, with what was chosen shown at once. */
  readonly view = $derived<View | null>(this.#known && { ...this.#known, ...this.#wanted });
  /** What the last action was refused with, where, and at which service or template. */
  trouble = $state<{ part: Part; name: string | null; error: CommandError } | null>(null);
  /** The service whose key is being checked, or that is being tested. */
  asking = $state<string | null>(null);
  /** What a service answered. */
  answer = $state<{ service: string; text: string } | null>(null);

  /** What is asked of a service is refused in `servicePart`. */
  protected constructor(listener: ServedListener, servicePart: Part) {
    this.#listener = listener;
    this.#servicePart = servicePart;
  }

  /** Has the service asked about the key; whether it is kept now. */
  abstract setKey(service: string, key: string): Promise<boolean>;

  abstract removeKey(service: string): Promise<boolean>;

  /** Forgets what was said about the last action. */
  calm(): void {
    this.trouble = null;
    this.answer = null;
  }

  /** Asks how things stand, unless something else answers meanwhile. What a window that knows nothing yet is refused with
   * is told in `part`. */
  protected async look(part: Part, ask: () => Promise<View>): Promise<void> {
    const answers = this.#answers;
    try {
      const view = await ask();
      if (answers === this.#answers) this.take(view);
    } catch (cause) {
      // What is known stays true enough.
      if (this.#known === null) this.#refuse(part, null, cause);
    }
  }

  /** One question to a service at a time. */
  protected async askService(service: string, action: () => Promise<void>): Promise<boolean> {
    if (this.asking !== null) return false;
    this.asking = service;
    this.calm();
    try {
      await action();
      return true;
    } catch (cause) {
      this.#refuse(this.#servicePart, service, cause);
      return false;
    } finally {
      this.asking = null;
    }
  }

  /** What `action` answers; `null` when that was refused. */
  protected async attempt<Answer>(
    part: Part,
    name: string,
    action: () => Promise<Answer>,
  ): Promise<Answer | null> {
    this.calm();
    try {
      return await action();
    } catch (cause) {
      this.#refuse(part, name, cause);
      return null;
    }
  }

  /** Shows what is wanted at once, and asks for it once everything before has been answered. */
  protected async change(
    part: Part,
    name: string | null,
    wanted: Partial<View>,
    ask: () => Promise<View>,
  ): Promise<boolean> {
    this.calm();
    this.#wanted = { ...this.#wanted, ...wanted };
    this.#inLine += 1;
    const turn = this.#line.then(async () => {
      try {
        this.take(await ask());
        return true;
      } catch (cause) {
        this.#refuse(part, name, cause);
        return false;
      }
    });
    this.#line = turn;
    const done = await turn;
    this.#inLine -= 1;
    if (this.#inLine === 0) this.#wanted = {};
    return done;
  }

  protected take(view: View): void {
    this.#answers += 1;
    const before = this.#known;
    this.#known = view;
    if (before && JSON.stringify(before) !== JSON.stringify(view)) this.#listener.changed();
  }

  #refuse(part: Part, name: string | null, cause: unknown): void {
    const error = asCommandError(cause);
    this.trouble = { part, name, error };
    this.#listener.refused(error);
  }
}
