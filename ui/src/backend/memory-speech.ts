// Speech for the backend in memory: engines of which some are ready, services that know one key, and models that can be got.

import type {
  ChineseScript,
  CommandError,
  ModelView,
  ModelsView,
  ModelStateView,
  SpeakersView,
  SpeechEngine,
  SpeechService,
  SpeechView,
  VoiceView,
} from './backend';
import type { SpeechBackend } from './speech';

const MB = 1_000_000;
const GB = 1_000 * MB;
const TICK_BYTES = 24 * MB;
const RATE_BYTES_PER_S = 11.4 * MB;

export const MODEL_MISSING: CommandError = {
  code: 'model_missing',
  what: 'No model for speech is here yet.',
  fix: 'Get one of the recommended models.',
};
export const KEY_MISSING: CommandError = {
  code: 'speech_key_missing',
  what: 'There is no key for this service.',
  fix: 'Enter one.',
};
export const KEY_REFUSED: CommandError = {
  code: 'speech_key_refused',
  what: 'Deepgram doesn’t take this key.',
  fix: 'Copy it again from Deepgram’s console.',
};
export const MODEL_DAMAGED: CommandError = {
  code: 'model_damaged',
  what: 'The download is not the file that its source names.',
  fix: 'Download it again.',
};
const NO_ANSWER: CommandError = {
  code: 'offline',
  what: 'The service could not be reached.',
  fix: 'Check the connection, then test again.',
};

export function speechEngine(over: Partial<SpeechEngine> & { name: string }): SpeechEngine {
  return {
    described: over.name,
    kind: 'local',
    ready: true,
    problem: null,
    rough: false,
    models: [],
    ...over,
  };
}

export function speechService(over: Partial<SpeechService> & { name: SpeechService['name'] }): SpeechService {
  return {
    described: over.name,
    host: `api.${over.name}.com`,
    base_url: null,
    models: [],
    model: '',
    has_key: false,
    key_optional: false,
    from_environment: false,
    note: null,
    ...over,
  };
}

export function voice(over: Partial<VoiceView> & { id: number }): VoiceView {
  return {
    name: 'Mei',
    heard_ms: 252_000,
    method: 'speakrs',
    from: 'Hiring sync',
    created_at: '2026-11-12T09:00:00Z',
    ...over,
  };
}

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

export function speakersView(over: Partial<SpeakersView> = {}): SpeakersView {
  return {
    method: null,
    methods: [
      { name: 'speakrs', described: 'pyannote community-1', ready: false, problem: MODEL_MISSING },
      { name: 'sortformer', described: 'Sortformer, fast, up to four', ready: false, problem: MODEL_MISSING },
      { name: 'voice-clustering', described: 'Rough, without a download', ready: true, problem: null },
    ],
    min: null,
    max: null,
    remember: false,
    voices: [],
    ...over,
  };
}

/** A new installation: only the rough engine is ready. Changed by `over`. */
export function speechView(over: Partial<SpeechView> = {}): SpeechView {
  const service = (name: SpeechService['name'], described: string): SpeechEngine =>
    speechEngine({ name, described, kind: 'service', ready: false, problem: KEY_MISSING });
  return {
    engines: [
      speechEngine({
        name: 'transcribe-cpp',
        described: 'Whisper, Parakeet and others',
        ready: false,
        problem: MODEL_MISSING,
      }),
      speechEngine({
        name: 'pocketsphinx',
        described: 'PocketSphinx — rough, English only',
        rough: true,
      }),
      service('openai', 'OpenAI or compatible'),
      service('groq', 'Groq'),
      service('deepgram', 'Deepgram'),
      service('assemblyai', 'AssemblyAI'),
      service('gemini', 'Gemini'),
    ],
    engine: null,
    model: null,
    next_job: 'PocketSphinx — rough, English only',
    problem: null,
    language: null,
    languages: ['zh-Hant', 'zh-Hans', 'en', 'ja', 'ko', 'es', 'fr', 'de'],
    chinese: null,
    vocabulary: [],
    gpu: true,
    gpus: [],
    services: [
      speechService({
        name: 'openai',
        described: 'OpenAI or compatible',
        base_url: 'https://api.openai.com/v1',
        models: ['gpt-4o-transcribe', 'gpt-4o-mini-transcribe', 'whisper-1'],
        model: 'gpt-4o-transcribe',
        key_optional: true,
        note: 'Servers of your own, such as speaches and vLLM, serve too.',
      }),
      speechService({
        name: 'groq',
        described: 'Groq',
        models: ['whisper-large-v3-turbo', 'whisper-large-v3'],
        model: 'whisper-large-v3-turbo',
      }),
      speechService({ name: 'deepgram', described: 'Deepgram', models: ['nova-3'], model: 'nova-3' }),
      speechService({
        name: 'assemblyai',
        described: 'AssemblyAI',
        models: ['universal-2'],
        model: 'universal-2',
      }),
      speechService({
        name: 'gemini',
        described: 'Gemini',
        host: 'generativelanguage.googleapis.com',
        models: ['gemini-2.5-flash'],
        model: 'gemini-2.5-flash',
        note: 'Times are approximate.',
      }),
    ],
    speakers: speakersView(),
    waiting_jobs: 0,
    ...over,
  };
}

/** With a model and a service in use. Changed by `over`. */
export function speechReady(over: Partial<SpeechView> = {}): SpeechView {
  const { engines, services, ...rest } = speechView();
  const models = ['whisper-turbo', 'whisper-small'];
  return {
    ...rest,
    engines: engines.map((engine) => {
      if (engine.name === 'transcribe-cpp') return { ...engine, ready: true, problem: null, models };
      return engine.name === 'deepgram' ? { ...engine, ready: true, problem: null } : engine;
    }),
    services: services.map((each) => (each.name === 'deepgram' ? { ...each, has_key: true } : each)),
    engine: 'transcribe-cpp',
    model: 'whisper-turbo',
    next_job: 'Whisper large-v3-turbo',
    ...over,
  };
}

export interface SpeechOptions {
  speech?: Partial<SpeechView>;
  models?: Partial<ModelsView>;
}

export class MemorySpeech implements SpeechBackend {
  /** Every call that changes something, in order. */
  readonly calls: unknown[][] = [];
  /** Set to make the next call that takes a recording, a job or a change fail. */
  refuseNext: CommandError | null = null;
  /** What the next choice of a model's file or folder answers. */
  pickModelNext: string | null = '/home/kim/Downloads/ggml-medium-q8_0.bin';

  #speech: SpeechView;
  #models: ModelsView;
  #tellModels: ((models: ModelsView) => void) | null = null;

  constructor({ speech, models }: SpeechOptions) {
    this.#speech = speechView(speech);
    this.#models = modelsView(models);
  }

  protected refuseIfAsked(): void {
    const refusal = this.refuseNext;
    this.refuseNext = null;
    if (refusal) throw refusal;
  }

  async speechStatus(): Promise<SpeechView> {
    return structuredClone(this.#speech);
  }

  async chooseEngine(engine: string | null, chosen: string | null): Promise<SpeechView> {
    this.#called('chooseEngine', engine, chosen);
    const next = this.#speech.engines.find(({ name, ready }) => (engine === null ? ready : name === engine));
    return this.changeSpeech({
      engine,
      model: chosen,
      next_job: next?.described ?? this.#speech.next_job,
      problem: next?.problem ?? null,
    });
  }

  async setSpeechLanguage(language: string | null, chinese: ChineseScript | null): Promise<SpeechView> {
    this.#called('setSpeechLanguage', language, chinese);
    return this.changeSpeech({ language, chinese });
  }

  async setVocabulary(vocabulary: string[]): Promise<SpeechView> {
    this.#called('setVocabulary', vocabulary);
    return this.changeSpeech({ vocabulary });
  }

  async setGpu(gpu: boolean): Promise<SpeechView> {
    this.#called('setGpu', gpu);
    return this.changeSpeech({ gpu });
  }

  async setSpeakers(method: string | null, min: number | null, max: number | null): Promise<SpeechView> {
    this.#called('setSpeakers', method, min, max);
    return this.#changeSpeakers({ method, min, max });
  }

  async rememberVoices(remember: boolean): Promise<SpeechView> {
    this.#called('rememberVoices', remember);
    return this.#changeSpeakers({ remember });
  }

  async forgetVoice(id: number): Promise<SpeechView> {
    this.#called('forgetVoice', id);
    return this.#changeSpeakers({ voices: this.#speech.speakers.voices.filter((each) => each.id !== id) });
  }

  async forgetAllVoices(): Promise<SpeechView> {
    this.#called('forgetAllVoices');
    return this.#changeSpeakers({ voices: [] });
  }

  async setSpeechKey(service: string, key: string): Promise<SpeechView> {
    this.#called('setSpeechKey', service, key);
    if (!key.startsWith('sk-')) throw KEY_REFUSED;
    return this.#changeService(service, true);
  }

  async removeSpeechKey(service: string): Promise<SpeechView> {
    this.#called('removeSpeechKey', service);
    return this.#changeService(service, false);
  }

  async testSpeechService(service: string): Promise<string> {
    this.#called('testSpeechService', service);
    const found = this.#speech.services.find(({ name }) => name === service);
    if (!found?.has_key) throw NO_ANSWER;
    return `${found.described} answered and takes ${found.model}.`;
  }

  async setSpeechService(
    service: string,
    base_url: string | null,
    chosen: string | null,
  ): Promise<SpeechView> {
    this.#called('setSpeechService', service, base_url, chosen);
    return this.changeSpeech({
      services: this.#speech.services.map((each) => {
        if (each.name !== service) return each;
        const host = base_url === null ? each.host : new URL(base_url).host;
        return { ...each, base_url: base_url ?? each.base_url, host, model: chosen ?? each.model };
      }),
    });
  }

  async models(): Promise<ModelsView> {
    return structuredClone(this.#models);
  }

  async getModel(id: string): Promise<ModelsView> {
    this.#called('getModel', id);
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
    this.#called('pauseModel', id);
    const { state } = this.#model(id);
    if (state.kind !== 'downloading') return this.models();
    return this.changeModel(id, { state: { kind: 'paused', bytes: state.bytes, total: state.total } });
  }

  async cancelModel(id: string): Promise<ModelsView> {
    this.#called('cancelModel', id);
    return this.changeModel(id, { state: { kind: 'absent' } });
  }

  async removeModel(id: string): Promise<ModelsView> {
    this.#called('removeModel', id);
    return this.changeModel(id, { state: { kind: 'absent' }, chosen: false });
  }

  async addModelFile(): Promise<ModelsView | null> {
    this.#called('addModelFile');
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
    this.#called('moveModels');
    if (this.pickModelNext === null) return null;
    return this.#changeModels({ folder: '/media/kim/Archive/models' });
  }

  async followModels(tell: (models: ModelsView) => void): Promise<void> {
    this.#tellModels = tell;
  }

  changeSpeech(over: Partial<SpeechView>): SpeechView {
    this.#speech = { ...this.#speech, ...over };
    return structuredClone(this.#speech);
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

  #called(...call: unknown[]): void {
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

  #changeSpeakers(over: Partial<SpeakersView>): SpeechView {
    return this.changeSpeech({ speakers: { ...this.#speech.speakers, ...over } });
  }

  #changeService(service: string, has_key: boolean): SpeechView {
    return this.changeSpeech({
      services: this.#speech.services.map((each) => (each.name === service ? { ...each, has_key } : each)),
      engines: this.#speech.engines.map((each) =>
        each.name === service ? { ...each, ready: has_key, problem: has_key ? null : KEY_MISSING } : each,
      ),
    });
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
