// Google for the backend in memory: accounts that sign in without a browser, and links that mean what a scene wants.

import { isDriveSource, nameOf } from '../jobs/sources';
import type {
  AccountView,
  CommandError,
  DriveAccess,
  GoogleView,
  LinkLook,
  SecretsKept,
  WatchedFolder,
} from './backend';

export function accountView(over: Partial<AccountView> = {}): AccountView {
  return {
    id: 'kim',
    email: 'kim@example.com',
    access: 'picked_files',
    signed_in: true,
    waiting_jobs: 0,
    ...over,
  };
}

/** A connection with a client and one account, changed by `over`. */
export function googleView(over: Partial<GoogleView> = {}): GoogleView {
  return {
    client_id: '409218.apps.googleusercontent.com',
    client_source: 'settings',
    accounts: [accountView()],
    signing_in: false,
    secrets: 'keychain',
    keychain_problem: null,
    from_environment: false,
    sandbox: null,
    ...over,
  };
}

export function linkLook(over: Partial<LinkLook> & { text: string }): LinkLook {
  return {
    name: null,
    size_bytes: null,
    duration_ms: null,
    account: null,
    processed: null,
    transcripts: [],
    companions: [],
    problem: null,
    ...over,
  };
}

export const CLIENT_MISSING: CommandError = {
  code: 'google_client_missing',
  what: 'Google isn’t set up yet.',
  fix: 'Set up Google in the settings. It takes about five minutes.',
};
export const SIGN_IN_NEEDED: CommandError = {
  code: 'sign_in_needed',
  what: 'This link needs a Google sign-in.',
  fix: 'Sign in; the job then goes on by itself.',
};
export const SIGN_IN_EXPIRED: CommandError = {
  code: 'sign_in_expired',
  what: 'The Google sign-in of kim@example.com has expired.',
  fix: 'Sign in; 3 jobs will continue.',
};
export const KEYCHAIN_PROBLEM: CommandError = {
  code: 'no_keychain',
  what: 'This system has no keychain that is unlocked.',
  fix: 'Unlock it and try again, or choose another place for sign-ins.',
};

export interface GoogleOptions {
  google?: Partial<GoogleView>;
  folders?: WatchedFolder[];
  /** What links turn out to be; `'*'` stands for every link in Drive. */
  looks?: Record<string, Partial<LinkLook>>;
  /** Whether a sign-in waits until `answer` or `cancel` is called. */
  browserWaits?: boolean;
}

interface Waiting {
  done: (view: GoogleView) => void;
  failed: (error: CommandError) => void;
}

export class MemoryGoogle {
  readonly looks: Record<string, Partial<LinkLook>>;
  readonly #browserWaits: boolean;
  #view: GoogleView;
  #folders: WatchedFolder[];
  #waiting: Waiting[] = [];
  #access: DriveAccess = 'picked_files';

  constructor({ google = {}, folders = [], looks = {}, browserWaits = false }: GoogleOptions) {
    this.#view = googleView(google);
    this.#folders = folders;
    this.looks = looks;
    this.#browserWaits = browserWaits;
  }

  get view(): GoogleView {
    return structuredClone(this.#view);
  }

  get folders(): WatchedFolder[] {
    return structuredClone(this.#folders);
  }

  change(over: Partial<GoogleView>): GoogleView {
    this.#view = { ...this.#view, ...over };
    return this.view;
  }

  /** Why a recording in Drive could not be read now. */
  obstacle(): CommandError | null {
    if (this.#view.from_environment) return null;
    if (this.#view.client_id === null) return CLIENT_MISSING;
    return this.#view.accounts.some((account) => account.signed_in) ? null : SIGN_IN_NEEDED;
  }

  signIn(access: DriveAccess): Promise<GoogleView> {
    if (this.#view.client_id === null) return Promise.reject(CLIENT_MISSING);
    this.#access = access;
    return this.#browse();
  }

  choose(): Promise<GoogleView> {
    return this.#browse();
  }

  #browse(): Promise<GoogleView> {
    this.change({ signing_in: true });
    return new Promise((done, failed) => {
      this.#waiting.push({ done, failed });
      if (!this.#browserWaits) this.answer();
    });
  }

  /** The person is through with the browser. */
  answer(): void {
    const [first = accountView(), ...others] = this.#view.accounts;
    const account = { ...first, access: this.#access, signed_in: true, waiting_jobs: 0 };
    const view = this.change({ signing_in: false, accounts: [account, ...others] });
    for (const { done } of this.#waiting.splice(0)) done(view);
  }

  cancel(): void {
    this.change({ signing_in: false });
    const error = { code: 'sign_in_failed', what: 'The sign-in was cancelled.', fix: 'Sign in again.' };
    for (const { failed } of this.#waiting.splice(0)) failed(error);
  }

  signOut(id: string): GoogleView {
    return this.change({ accounts: this.#view.accounts.filter((account) => account.id !== id) });
  }

  setClient(client_id: string): GoogleView {
    return this.change({ client_id, client_source: 'settings' });
  }

  keepSecrets(secrets: SecretsKept): GoogleView {
    if (secrets === 'keychain' && this.#view.keychain_problem) throw KEYCHAIN_PROBLEM;
    return this.change({ secrets });
  }

  useSandbox(sandbox: string | null): GoogleView {
    if (sandbox !== null && !/^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?\/?$/u.test(sandbox)) {
      throw {
        code: 'bad_request',
        what: 'This is no address on this computer.',
        fix: 'Give one like http://127.0.0.1:4010.',
      } satisfies CommandError;
    }
    return this.change({ sandbox });
  }

  look(text: string): LinkLook {
    const given = this.looks[text] ?? (isDriveSource(text) ? this.looks['*'] : undefined);
    if (given) return linkLook({ ...given, text });
    if (!isDriveSource(text)) return linkLook({ text, name: nameOf(text), size_bytes: 21_400_000 });
    const problem = this.obstacle();
    if (problem) return linkLook({ text, problem });
    return linkLook({
      text,
      name: 'Customer interview.m4a',
      size_bytes: 45_040_000,
      duration_ms: 3_241_000,
      account: this.#view.accounts[0]?.email ?? null,
    });
  }

  watch(place: string): WatchedFolder[] {
    const kind = isDriveSource(place) ? 'drive' : 'local';
    if (kind === 'drive' && !this.#view.accounts.some((account) => account.access === 'all_files')) {
      throw {
        code: 'pick_needed',
        what: 'Debrief sees only the files that you choose.',
        fix: 'Give it access to all of Drive, then watch the folder.',
      } satisfies CommandError;
    }
    const name = kind === 'drive' ? 'Meet Recordings' : nameOf(place);
    this.#folders = [...this.#folders, { id: place, place, name, kind, companions: true, problem: null }];
    return this.folders;
  }

  setCompanions(id: string, companions: boolean): WatchedFolder[] {
    this.#folders = this.#folders.map((folder) => (folder.id === id ? { ...folder, companions } : folder));
    return this.folders;
  }

  unwatch(id: string): WatchedFolder[] {
    this.#folders = this.#folders.filter((folder) => folder.id !== id);
    return this.folders;
  }
}
