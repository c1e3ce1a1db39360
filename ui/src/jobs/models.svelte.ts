// The models on this computer and those that can be got: what is shown of them, in which order, and what became of downloads.

import {
  asCommandError,
  type Backend,
  type CommandError,
  type ModelView,
  type ModelsView,
} from '../backend/backend';

/** Told of what somebody who cannot see the window should hear about. */
export interface ModelsListener {
  ready(model: ModelView): void;
  /** A download stopped with its problem. */
  stopped(model: ModelView, error: CommandError): void;
  refused(error: CommandError): void;
  /** A model came or went: engines may have become ready. */
  changed(): void;
}

const RECOMMENDED = ['best', 'fast'];

/** Recommended ones first, then what is in use or on its way, then the others; each group as it was given. */
export function inOrder(models: readonly ModelView[]): ModelView[] {
  const rank = (model: ModelView) => {
    if (model.recommended !== null) return RECOMMENDED.indexOf(model.recommended);
    if (model.chosen) return 2;
    return model.state.kind === 'absent' ? 4 : 3;
  };
  return [...models].sort((one, other) => rank(one) - rank(other));
}

/** Whether a model is shown without asking for all of them. */
export function isNear(model: ModelView): boolean {
  return model.recommended !== null || model.chosen || model.state.kind !== 'absent';
}

/** The model that jobs use once `id` is removed; `null` if no other of its purpose is here. */
export function replacementOf(models: readonly ModelView[], id: string): ModelView | null {
  const removed = models.find((model) => model.id === id);
  const others = models.filter(
    (model) => model.id !== id && model.purpose === removed?.purpose && model.state.kind === 'ready',
  );
  return inOrder(others)[0] ?? null;
}

/** How far a download is, in whole per cent; `null` where that is not known. */
export function percentOf({ state }: ModelView): number | null {
  if (!('total' in state) || !state.total) return null;
  return Math.min(100, Math.floor((100 * (state.bytes ?? 0)) / state.total));
}

/** Why a model would not be of use here, as far as the system tells what it has. */
export function obstacleOf(model: ModelView, view: ModelsView): 'disk' | 'memory' | null {
  if (view.memory_bytes && (model.memory_bytes ?? 0) > view.memory_bytes) return 'memory';
  if (model.state.kind === 'ready' || model.state.kind === 'verifying') return null;
  const here_bytes = 'bytes' in model.state ? (model.state.bytes ?? 0) : 0;
  return view.free_bytes && (model.size_bytes ?? 0) - here_bytes > view.free_bytes ? 'disk' : null;
}

export class Models {
  readonly #backend: Backend;
  readonly #listener: ModelsListener;

  view = $state<ModelsView | null>(null);
  /** What the last action was refused with. */
  error = $state<CommandError | null>(null);
  /** The system's dialog is open, or a folder is being moved. */
  choosing = $state(false);

  readonly downloading = $derived(
    this.view?.models.find(({ state }) => state.kind === 'downloading' || state.kind === 'verifying') ?? null,
  );

  constructor(backend: Backend, listener: ModelsListener) {
    this.#backend = backend;
    this.#listener = listener;
  }

  async start(): Promise<void> {
    try {
      await this.#backend.followModels((view) => this.#take(view));
      const view = await this.#backend.models();
      // What was told meanwhile is newer.
      if (this.view === null) this.#take(view);
    } catch (cause) {
      this.#refuse(asCommandError(cause));
    }
  }

  get(id: string): Promise<void> {
    return this.#attempt(() => this.#backend.getModel(id));
  }

  pause(id: string): Promise<void> {
    return this.#attempt(() => this.#backend.pauseModel(id));
  }

  cancel(id: string): Promise<void> {
    return this.#attempt(() => this.#backend.cancelModel(id));
  }

  remove(id: string): Promise<void> {
    return this.#attempt(() => this.#backend.removeModel(id));
  }

  addFile(): Promise<void> {
    return this.#choose(() => this.#backend.addModelFile());
  }

  move(): Promise<void> {
    return this.#choose(() => this.#backend.moveModels());
  }

  async #choose(action: () => Promise<ModelsView | null>): Promise<void> {
    if (this.choosing) return;
    this.choosing = true;
    await this.#attempt(action);
    this.choosing = false;
  }

  async #attempt(action: () => Promise<ModelsView | null>): Promise<void> {
    this.error = null;
    try {
      const view = await action();
      if (view) this.#take(view);
    } catch (cause) {
      this.#refuse(asCommandError(cause));
    }
  }

  #take(view: ModelsView): void {
    const before = this.view;
    this.view = view;
    if (!before) return;
    const known = new Map(before.models.map((model) => [model.id, model.state.kind]));
    for (const model of view.models) {
      const was = known.get(model.id) ?? 'absent';
      if (model.state.kind === was) continue;
      if (model.state.kind === 'ready') this.#listener.ready(model);
      else if (model.state.kind === 'failed') this.#listener.stopped(model, model.state.problem);
    }
    const ready = ({ models }: ModelsView) =>
      models.flatMap(({ id, state, chosen }) => (state.kind === 'ready' ? [`${id} ${chosen}`] : [])).join();
    if (ready(before) !== ready(view)) this.#listener.changed();
  }

  #refuse(error: CommandError): void {
    this.error = error;
    this.#listener.refused(error);
  }
}
