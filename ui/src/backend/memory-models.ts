// Models for the backend in memory: a catalogue, downloads that go on with the time, and files of one's own.

import type { CommandError, ModelStateView, ModelsView, ModelView } from './backend';

const MB = 1_000_000;
const GB = 1_000 * MB;
const TICK_BYTES = 24 * MB;
const RATE_BYTES_PER_S = 11.4 * MB;

export const MODEL_MISSING: CommandError = {
  code: 'model_missing',
  what: 'No model for speech is here yet.',
  fix: 'Get one of the recommended models.',
};
export const MODEL_DAMAGED: CommandError = {
  code: 'model_damaged',
  what: 'The download is not the file that its source names.',
  fix: 'Download it again.',
};
export function model(over: Partial<ModelView> & { id: string }): ModelView {
  return {
    name: over.id,
    purpose: 'transcribe',
    languages: ['en'],
    size_bytes: 874 * MB,
    memory_bytes: 1_600 * MB,
    licence: 'MIT',
    attribution: 'OpenAI',
    source: 'https://huggingface.co/ggerganov/whisper.cpp',
    state: { kind: 'absent' },
    checked: null,
    speed: null,
    recommended: null,
    chosen: false,
    never_run: true,
    ...over,
  };
}

const WHISPER_LANGUAGES = ['en', 'zh-Hant', 'zh-Hans', 'ja', 'ko', 'es', 'fr', 'de', 'it', 'pt', 'nl', 'pl'];

/** The catalogue, with `states` for some of its models. */
export function catalogue(states: Record<string, Partial<ModelView>> = {}): ModelView[] {
  return [
    model({ id: 'whisper-tiny', name: 'Whisper tiny', size_bytes: 44 * MB, memory_bytes: 210 * MB }),
    model({
      id: 'whisper-turbo',
      name: 'Whisper large-v3-turbo',
      languages: WHISPER_LANGUAGES,
      recommended: 'best',
    }),
    model({
      id: 'whisper-small',
      name: 'Whisper small',
      languages: WHISPER_LANGUAGES,
      size_bytes: 264 * MB,
      memory_bytes: 620 * MB,
      recommended: 'fast',
    }),
    model({
      id: 'parakeet-v3',
      name: 'Parakeet TDT 0.6B v3',
      languages: ['en', 'de', 'fr', 'es', 'it', 'pl', 'nl'],
      size_bytes: 714 * MB,
      licence: 'CC-BY-4.0',
      attribution: 'NVIDIA',
      source: 'https://huggingface.co/nvidia/parakeet-tdt-0.6b-v3',
    }),
    model({ id: 'whisper-large', name: 'Whisper large-v3', size_bytes: 24 * GB, memory_bytes: 40 * GB }),
    model({
      id: 'speakrs',
      name: 'pyannote community-1',
      purpose: 'speakers',
      languages: [],
      size_bytes: 46 * MB,
      memory_bytes: 310 * MB,
      licence: 'CC-BY-4.0',
      attribution: 'pyannote, for Debrief converted by speakrs',
      recommended: 'best',
    }),
  ].map((each) => ({ ...each, ...states[each.id] }));
}

/** The models of this computer, changed by `over`. */
export function modelsView(over: Partial<ModelsView> = {}): ModelsView {
  return {
    models: catalogue(),
    folder: '~/.local/share/debrief/models',
    free_bytes: 18.2 * GB,
    memory_bytes: 16 * GB,
    cores: 8,
    gpus: [],
    ...over,
  };
}

export interface ModelsOptions {
  models?: Partial<ModelsView>;
}

export class MemoryModels {
  /** Every call that changes something, in order. */
  readonly calls: unknown[][] = [];
  /** Set to make the next call that takes a recording, a job or a change fail. */
  refuseNext: CommandError | null = null;
  /** What the next choice of a model's file or folder answers. */
  pickModelNext: string | null = '/home/kim/Downloads/ggml-medium-q8_0.bin';

  #models: ModelsView;
  #tellModels: ((models: ModelsView) => void) | null = null;

  constructor({ models }: ModelsOptions) {
    this.#models = modelsView(models);
  }

  async models(): Promise<ModelsView> {
    return structuredClone(this.#models);
  }

  async getModel(id: string): Promise<ModelsView> {
    this.called('getModel', id);
    const { state, size_bytes } = this.#model(id);
    const bytes = 'bytes' in state ? state.bytes : 0;
    return this.changeModel(id, {
      state: {
        kind: 'downloading',
        bytes,
        total: size_bytes,
        rate_bytes_per_s: null,
        eta_s: null,
        started_again: false,
      },
    });
  }

  async pauseModel(id: string): Promise<ModelsView> {
    this.called('pauseModel', id);
    const { state } = this.#model(id);
    if (state.kind !== 'downloading') return this.models();
    return this.changeModel(id, { state: { kind: 'paused', bytes: state.bytes, total: state.total } });
  }

  async cancelModel(id: string): Promise<ModelsView> {
    this.called('cancelModel', id);
    return this.changeModel(id, { state: { kind: 'absent' } });
  }

  async removeModel(id: string): Promise<ModelsView> {
    this.called('removeModel', id);
    return this.changeModel(id, { state: { kind: 'absent' }, chosen: false });
  }

  async addModelFile(): Promise<ModelsView | null> {
    this.called('addModelFile');
    if (this.pickModelNext === null) return null;
    const added = model({
      id: 'file:ggml-medium-q8_0.bin',
      name: 'ggml-medium-q8_0.bin',
      state: { kind: 'ready' },
      languages: [],
      memory_bytes: 0,
      licence: '',
      attribution: '',
      source: '',
      checked: 'unchecked',
    });
    return this.#changeModels({ models: [...this.#models.models, added] });
  }

  async moveModels(): Promise<ModelsView | null> {
    this.called('moveModels');
    if (this.pickModelNext === null) return null;
    return this.#changeModels({ folder: '/media/kim/Archive/models' });
  }

  async followModels(tell: (models: ModelsView) => void): Promise<void> {
    this.#tellModels = tell;
  }

  /** Changes a model and tells of it. */
  changeModel(id: string, over: Partial<ModelView>): ModelsView {
    return this.#changeModels({
      models: this.#models.models.map((each) => (each.id === id ? { ...each, ...over } : each)),
    });
  }

  /** Brings every download a little further. */
  protected download(): void {
    for (const { id, state } of this.#models.models) {
      const next = nextOf(state);
      if (next) this.changeModel(id, { state: next, ...(next.kind === 'ready' && { checked: 'pinned' }) });
    }
  }

  protected refuseIfAsked(): void {
    const refusal = this.refuseNext;
    this.refuseNext = null;
    if (refusal) throw refusal;
  }

  /** Notes a call that changes something, which may be refused. */
  protected called(...call: unknown[]): void {
    this.calls.push(call);
    this.refuseIfAsked();
  }

  #model(id: string): ModelView {
    const found = this.#models.models.find((each) => each.id === id);
    if (!found) throw MODEL_MISSING;
    return found;
  }

  #changeModels(over: Partial<ModelsView>): ModelsView {
    this.#models = { ...this.#models, ...over };
    const view = structuredClone(this.#models);
    this.#tellModels?.(view);
    return view;
  }
}

function nextOf(state: ModelStateView): ModelStateView | null {
  if (state.kind === 'verifying') return { kind: 'ready' };
  if (state.kind !== 'downloading') return null;
  const bytes = (state.bytes ?? 0) + TICK_BYTES;
  const left_bytes = (state.total ?? 0) - bytes;
  if (left_bytes <= 0) return { kind: 'verifying' };
  const eta_s = Math.round(left_bytes / RATE_BYTES_PER_S);
  return { ...state, bytes, rate_bytes_per_s: RATE_BYTES_PER_S, eta_s };
}
