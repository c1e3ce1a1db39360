// The folders whose new recordings become jobs by themselves.

import { asCommandError, type Backend, type CommandError, type WatchedFolder } from '../backend/backend';

export class Watched {
  readonly #backend: Backend;
  readonly #refused: (error: CommandError) => void;

  folders = $state<WatchedFolder[]>([]);
  error = $state<CommandError | null>(null);

  constructor(backend: Backend, refused: (error: CommandError) => void) {
    this.#backend = backend;
    this.#refused = refused;
  }

  async load(): Promise<void> {
    await this.#attempt(() => this.#backend.watchedFolders());
  }

  /** Watches a folder by its Drive link or its path; whether it is watched now. */
  add(place: string): Promise<boolean> {
    return this.#attempt(() => this.#backend.watchFolder(place));
  }

  /** Attaches chats and lists of those who were there to a folder's new recordings, or leaves them. */
  async setCompanions(id: string, companions: boolean): Promise<void> {
    // The choice shows at once, and goes back where it is refused.
    this.#show(id, companions);
    const taken = await this.#attempt(() => this.#backend.setWatchCompanions(id, companions));
    if (!taken) this.#show(id, !companions);
  }

  async remove(id: string): Promise<void> {
    await this.#attempt(() => this.#backend.unwatchFolder(id));
  }

  /** Lets the person choose a folder of this computer. */
  async pick(): Promise<void> {
    await this.#attempt(async () => {
      const [path] = await this.#backend.pickFiles('folder');
      return path === undefined ? this.folders : this.#backend.watchFolder(path);
    });
  }

  #show(id: string, companions: boolean): void {
    this.folders = this.folders.map((folder) => (folder.id === id ? { ...folder, companions } : folder));
  }

  async #attempt(action: () => Promise<WatchedFolder[]>): Promise<boolean> {
    this.error = null;
    try {
      this.folders = await action();
      return true;
    } catch (cause) {
      this.error = asCommandError(cause);
      this.#refused(this.error);
      return false;
    }
  }
}
