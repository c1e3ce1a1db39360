// The connection to Google as the window knows it, and the sign-in that waits for the browser.

import {
  type AccountView,
  asCommandError,
  type Backend,
  type CommandError,
  type DriveAccess,
  type GoogleView,
  type SecretsKept,
} from '../backend/backend';
import { type BrowserSignIn, BrowserWait } from './browser-wait.svelte';

/** How the connection is, in one word. */
export type Health =
  'waiting' | 'environment' | 'not_set_up' | 'unkept' | 'expired' | 'signed_out' | 'connected';

export function healthOf(view: GoogleView, waiting: boolean): Health {
  if (waiting) return 'waiting';
  if (view.from_environment) return 'environment';
  if (view.client_id === null) return 'not_set_up';
  if (view.keychain_problem && view.secrets === 'keychain') return 'unkept';
  if (view.accounts.some((account) => !account.signed_in)) return 'expired';
  return view.accounts.length > 0 ? 'connected' : 'signed_out';
}

/** Told of what somebody who cannot see the window should hear about. */
export interface GoogleListener {
  /** `email` is missing when no account is new. */
  signedIn(email: string | null): void;
  chosen(): void;
  clientTaken(): void;
  refused(error: CommandError): void;
  /** Something changed that may make links readable, or unreadable. */
  changed(): void;
}

export class Google implements BrowserSignIn {
  readonly #backend: Backend;
  readonly #listener: GoogleListener;
  /** Counts answers, so that a status asked for before one of them is known to be old. */
  #answers = 0;
  readonly #browser = new BrowserWait();

  view = $state<GoogleView | null>(null);
  /** What the last action was refused with. */
  error = $state<CommandError | null>(null);
  /** Why the address of a sandbox was refused. */
  sandboxError = $state<CommandError | null>(null);

  /** Whether the browser is open for a sign-in. */
  readonly waiting = $derived(this.#browser.open || (this.view?.signing_in ?? false));
  readonly health = $derived(this.view ? healthOf(this.view, this.waiting) : null);
  /** Whether some account lets Debrief see everything, as watching a folder in Drive needs. */
  readonly seesAll = $derived(
    this.view?.accounts.some((account) => account.signed_in && account.access === 'all_files') ?? false,
  );

  constructor(backend: Backend, listener: GoogleListener) {
    this.#backend = backend;
    this.#listener = listener;
  }

  /** Asks how things stand, unless something else answers meanwhile. */
  async refresh(): Promise<void> {
    const answers = this.#answers;
    try {
      const view = await this.#backend.googleStatus();
      if (answers === this.#answers) this.#take(view);
    } catch (cause) {
      // What is known stays true enough; only a window that knows nothing yet has to say so.
      if (this.view === null) this.#refuse(asCommandError(cause));
    }
  }

  /** Whether somebody is signed in now who was not before. */
  signIn(access: DriveAccess): Promise<boolean> {
    return this.#browse(
      () => this.#backend.signInGoogle(access),
      (before, after) => this.#listener.signedIn(newlySignedIn(before, after)),
    );
  }

  choose(link: string | null, jobId: string | null): Promise<boolean> {
    return this.#browse(
      () => this.#backend.chooseInGoogle(link, jobId),
      () => this.#listener.chosen(),
    );
  }

  /** Shows the page of the sign-in again that waits for the browser. */
  async showAgain(): Promise<void> {
    if (!(await this.#browser.again())) await this.signIn('picked_files');
  }

  async cancel(): Promise<void> {
    this.#browser.giveUp();
    try {
      await this.#backend.cancelSignIn();
    } catch (cause) {
      this.#refuse(asCommandError(cause));
    }
    await this.refresh();
  }

  signOut(accountId: string): Promise<boolean> {
    return this.#attempt(() => this.#backend.signOutGoogle(accountId));
  }

  async setClient(clientId: string, clientSecret: string): Promise<boolean> {
    const done = await this.#attempt(() => this.#backend.setGoogleClient(clientId, clientSecret));
    if (done) this.#listener.clientTaken();
    return done;
  }

  async readClient(path: string): Promise<boolean> {
    const done = await this.#attempt(() => this.#backend.readGoogleClient(path));
    if (done) this.#listener.clientTaken();
    return done;
  }

  /** Lets the person choose the downloaded client with the system's dialog. */
  async pickClient(): Promise<boolean> {
    try {
      const [path] = await this.#backend.pickFiles('google_client');
      return path === undefined ? false : await this.readClient(path);
    } catch (cause) {
      this.#refuse(asCommandError(cause));
      return false;
    }
  }

  keepSecrets(where: SecretsKept): Promise<boolean> {
    return this.#attempt(() => this.#backend.keepSecrets(where));
  }

  /** Uses the sandbox at this address, or Google itself; whether it is so now. */
  async useSandbox(address: string | null): Promise<boolean> {
    this.sandboxError = null;
    try {
      this.#take(await this.#backend.useSandbox(address));
      return true;
    } catch (cause) {
      this.sandboxError = asCommandError(cause);
      this.#listener.refused(this.sandboxError);
      return false;
    }
  }

  /** What the account with this address was allowed; the least for one that is not known. */
  accessOf(email: string | null): DriveAccess {
    return this.view?.accounts.find((account) => account.email === email)?.access ?? 'picked_files';
  }

  #browse(
    ask: () => Promise<GoogleView>,
    done: (before: GoogleView | null, after: GoogleView) => void,
  ): Promise<boolean> {
    const before = this.view;
    this.error = null;
    return this.#browser.begin({
      ask,
      answered: (view) => this.#take(view),
      done: (view) => done(before, view),
      refused: (cause) => this.#refuse(asCommandError(cause)),
      // What it was refused for, a keychain or an account, shows in how things stand now.
      failed: () => void this.refresh(),
      over: () => {
        if (this.view?.signing_in) void this.refresh();
      },
    });
  }

  async #attempt(action: () => Promise<GoogleView>): Promise<boolean> {
    this.error = null;
    try {
      this.#take(await action());
      return true;
    } catch (cause) {
      this.#refuse(asCommandError(cause));
      return false;
    }
  }

  #take(view: GoogleView): void {
    this.#answers += 1;
    const before = this.view;
    this.view = view;
    if (before && JSON.stringify(before) !== JSON.stringify(view)) this.#listener.changed();
  }

  #refuse(error: CommandError): void {
    this.error = error;
    this.#listener.refused(error);
  }
}

function newlySignedIn(before: GoogleView | null, after: GoogleView): string | null {
  const known = new Map(before?.accounts.map((account) => [account.id, account]));
  const isNews = (account: AccountView) =>
    account.signed_in &&
    (!known.get(account.id)?.signed_in || known.get(account.id)?.access !== account.access);
  return after.accounts.find(isNews)?.email ?? null;
}
