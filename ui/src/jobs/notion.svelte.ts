// The connection to Notion as the window knows it: the workspace, the place for pages, and what pages are like.

import {
  asCommandError,
  type Backend,
  type CommandError,
  type NotionRole,
  type NotionView,
  type PageDestination,
  type PageOptions,
} from '../backend/backend';
import { type BrowserSignIn, BrowserWait } from './browser-wait.svelte';

/** How the connection is, in one word. */
export type NotionHealth =
  'waiting' | 'not_connected' | 'refused' | 'unplaced' | 'unfit' | 'environment' | 'connected';

export function notionHealthOf(view: NotionView, waiting: boolean): NotionHealth {
  if (waiting) return 'waiting';
  if (view.problem) return 'refused';
  if (view.connection === null) return 'not_connected';
  if (view.place_problem || view.properties.some((property) => property.problem !== null)) return 'unfit';
  if (view.place === null) return 'unplaced';
  return view.connection.kind === 'environment' ? 'environment' : 'connected';
}

/** Which part of the settings an action belongs to; there its refusal is told. */
export type NotionPart = 'connection' | 'place' | 'pages';

/** What takes its time, and is told while it does. */
export type NotionTask = 'connect' | 'create' | 'test';

/** Told of what somebody who cannot see the window should hear about. */
export interface NotionListener {
  connected(workspace: string): void;
  placed(name: string): void;
  created(count: number): void;
  tested(): void;
  testRemoved(): void;
  refused(error: CommandError): void;
  /** Something changed that other parts of the window show too. */
  changed(): void;
}

export class Notion implements BrowserSignIn {
  readonly #backend: Backend;
  readonly #listener: NotionListener;
  readonly #browser = new BrowserWait();
  /** Counts answers, so that a status asked for before one of them is known to be old. */
  #answers = 0;
  /** One change of the pages after the other, so that the last one counts. */
  #line: Promise<unknown> = Promise.resolve();
  #inLine = 0;

  view = $state<NotionView | null>(null);
  /** What the last action was refused with, and where. */
  trouble = $state<{ part: NotionPart; error: CommandError } | null>(null);
  task = $state<NotionTask | null>(null);
  /** What was chosen and is not answered yet. */
  #wanted = $state<{ destination?: PageDestination; options?: PageOptions }>({});

  /** Whether the browser is open for a sign-in. */
  readonly waiting = $derived(this.#browser.open || (this.view?.signing_in ?? false));
  readonly health = $derived(this.view ? notionHealthOf(this.view, this.waiting) : null);
  readonly destination = $derived(this.#wanted.destination ?? this.view?.destination ?? null);
  readonly options = $derived(this.#wanted.options ?? this.view?.options ?? null);
  /** Whether pages can go to Notion now. */
  readonly ready = $derived(
    this.view !== null &&
      this.view.connection !== null &&
      this.view.place !== null &&
      this.view.problem === null &&
      this.view.place_problem === null,
  );

  constructor(backend: Backend, listener: NotionListener) {
    this.#backend = backend;
    this.#listener = listener;
  }

  /** Asks how things stand, unless something else answers meanwhile. */
  async refresh(): Promise<void> {
    const answers = this.#answers;
    try {
      const view = await this.#backend.notionStatus();
      if (answers === this.#answers) this.#take(view);
    } catch (cause) {
      // What is known stays true enough; only a window that knows nothing yet has to say so.
      if (this.view === null) this.#refuse('connection', asCommandError(cause));
    }
  }

  async connect(token: string): Promise<boolean> {
    const done = await this.#attempt('connection', () => this.#backend.connectNotion(token), 'connect');
    if (done) this.#tellConnected();
    return done;
  }

  /** Signs in with the person's own public integration; empty strings stand for the values that are kept. */
  signIn(clientId: string, clientSecret: string): Promise<boolean> {
    this.trouble = null;
    return this.#browser.begin({
      ask: () => this.#backend.signInNotion(clientId, clientSecret),
      answered: (view) => this.#take(view),
      done: () => this.#tellConnected(),
      refused: (cause) => this.#refuse('connection', asCommandError(cause)),
      failed: () => void this.refresh(),
      over: () => {
        if (this.view?.signing_in) void this.refresh();
      },
    });
  }

  /** Shows the page of the sign-in again that waits for the browser. */
  async showAgain(): Promise<void> {
    if (!(await this.#browser.again())) await this.signIn('', '');
  }

  async cancel(): Promise<void> {
    this.#browser.giveUp();
    try {
      await this.#backend.cancelNotionSignIn();
    } catch (cause) {
      this.#refuse('connection', asCommandError(cause));
    }
    await this.refresh();
  }

  /** Opens the page at Notion where tokens are made. */
  async openIntegrations(): Promise<void> {
    this.trouble = null;
    try {
      await this.#backend.openNotionIntegrations();
    } catch (cause) {
      this.#refuse('connection', asCommandError(cause));
    }
  }

  disconnect(): Promise<boolean> {
    return this.#attempt('connection', () => this.#backend.disconnectNotion());
  }

  /** Sends pages to a found place, or to that of a pasted link; `null` if they go there now, else why not. */
  async choose(place: string): Promise<CommandError | null> {
    this.trouble = null;
    try {
      const view = await this.#backend.chooseNotionPlace(place);
      this.#take(view);
      if (view.place) this.#listener.placed(view.place.name);
      return null;
    } catch (cause) {
      const error = asCommandError(cause);
      this.#listener.refused(error);
      return error;
    }
  }

  map(role: NotionRole, property: string | null): Promise<boolean> {
    return this.#attempt('place', () => this.#backend.mapNotionProperty(role, property));
  }

  async createMissing(): Promise<boolean> {
    const missing = this.#missing();
    const done = await this.#attempt('place', () => this.#backend.createNotionProperties(), 'create');
    if (done) this.#listener.created(missing - this.#missing());
    return done;
  }

  async writeTest(): Promise<void> {
    await this.#test(async () => {
      this.#tested(await this.#backend.writeNotionTestPage());
      this.#listener.tested();
    });
  }

  async openTest(): Promise<void> {
    await this.#test(() => this.#backend.openNotionTestPage());
  }

  async removeTest(): Promise<void> {
    await this.#test(async () => {
      await this.#backend.removeNotionTestPage();
      this.#tested(null);
      this.#listener.testRemoved();
    });
  }

  async setDestination(destination: PageDestination): Promise<void> {
    await this.#inTurn({ destination }, () => this.#backend.setDestination(destination));
  }

  async setOptions(change: Partial<PageOptions>): Promise<void> {
    if (!this.options) return;
    const options = { ...$state.snapshot(this.options), ...change };
    await this.#inTurn({ options }, () => this.#backend.setPageOptions(options));
  }

  /** What Notion's status says of the test page from now on. */
  #tested(test_page: string | null): void {
    if (this.view) this.#take({ ...this.view, test_page });
  }

  #missing(): number {
    return this.view?.properties.filter((property) => property.missing).length ?? 0;
  }

  #tellConnected(): void {
    const workspace = this.view?.connection?.workspace;
    if (workspace !== undefined) this.#listener.connected(workspace);
  }

  async #test(action: () => Promise<void>): Promise<void> {
    if (this.task !== null) return;
    this.task = 'test';
    this.trouble = null;
    try {
      await action();
    } catch (cause) {
      this.#refuse('place', asCommandError(cause));
      void this.refresh();
    } finally {
      this.task = null;
    }
  }

  /** Shows what is wanted at once, and asks for it once everything before has been answered. */
  async #inTurn(
    wanted: { destination?: PageDestination; options?: PageOptions },
    ask: () => Promise<NotionView>,
  ): Promise<void> {
    this.#wanted = { ...this.#wanted, ...wanted };
    this.#inLine += 1;
    const turn = this.#line.then(() => this.#attempt('pages', ask));
    this.#line = turn;
    await turn;
    this.#inLine -= 1;
    if (this.#inLine === 0) this.#wanted = {};
  }

  async #attempt(
    part: NotionPart,
    action: () => Promise<NotionView>,
    task: NotionTask | null = null,
  ): Promise<boolean> {
    if (task !== null && this.task !== null) return false;
    if (task !== null) this.task = task;
    this.trouble = null;
    try {
      this.#take(await action());
      return true;
    } catch (cause) {
      this.#refuse(part, asCommandError(cause));
      return false;
    } finally {
      if (task !== null) this.task = null;
    }
  }

  #take(view: NotionView): void {
    this.#answers += 1;
    const before = this.view;
    this.view = view;
    if (before && JSON.stringify(before) !== JSON.stringify(view)) this.#listener.changed();
  }

  #refuse(part: NotionPart, error: CommandError): void {
    this.trouble = { part, error };
    this.#listener.refused(error);
  }
}
