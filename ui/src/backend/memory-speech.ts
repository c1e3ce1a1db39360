// Speech for the backend in memory: engines of which some are ready, and services that know one key.

import type {
  ChineseScript,
  CommandError,
  SpeakersView,
  SpeechEngine,
  SpeechService,
  SpeechView,
  VoiceView,
} from './backend';
import { MemoryModels, MODEL_MISSING, type ModelsOptions } from './memory-models';
import type { SpeechBackend } from './speech';

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
    next_job: 'PocketSphinx (rough, English only)',
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

export interface SpeechOptions extends ModelsOptions {
  speech?: Partial<SpeechView>;
}

export class MemorySpeech extends MemoryModels implements SpeechBackend {
  #speech: SpeechView;

  constructor({ speech, ...models }: SpeechOptions) {
    super(models);
    this.#speech = speechView(speech);
  }

  async speechStatus(): Promise<SpeechView> {
    return structuredClone(this.#speech);
  }

  async chooseEngine(engine: string | null, chosen: string | null): Promise<SpeechView> {
    this.called('chooseEngine', engine, chosen);
    const next = this.#speech.engines.find(({ name, ready }) => (engine === null ? ready : name === engine));
    return this.changeSpeech({
      engine,
      model: chosen,
      next_job: next?.described ?? this.#speech.next_job,
      problem: next?.problem ?? null,
    });
  }

  async setSpeechLanguage(language: string | null, chinese: ChineseScript | null): Promise<SpeechView> {
    this.called('setSpeechLanguage', language, chinese);
    return this.changeSpeech({ language, chinese });
  }

  async setVocabulary(vocabulary: string[]): Promise<SpeechView> {
    this.called('setVocabulary', vocabulary);
    return this.changeSpeech({ vocabulary });
  }

  async setGpu(gpu: boolean): Promise<SpeechView> {
    this.called('setGpu', gpu);
    return this.changeSpeech({ gpu });
  }

  async setSpeakers(method: string | null, min: number | null, max: number | null): Promise<SpeechView> {
    this.called('setSpeakers', method, min, max);
    return this.#changeSpeakers({ method, min, max });
  }

  async rememberVoices(remember: boolean): Promise<SpeechView> {
    this.called('rememberVoices', remember);
    return this.#changeSpeakers({ remember });
  }

  async forgetVoice(id: number): Promise<SpeechView> {
    this.called('forgetVoice', id);
    return this.#changeSpeakers({ voices: this.#speech.speakers.voices.filter((each) => each.id !== id) });
  }

  async forgetAllVoices(): Promise<SpeechView> {
    this.called('forgetAllVoices');
    return this.#changeSpeakers({ voices: [] });
  }

  async setSpeechKey(service: string, key: string): Promise<SpeechView> {
    this.called('setSpeechKey', service, key);
    if (!key.startsWith('sk-')) throw KEY_REFUSED;
    return this.#changeService(service, true);
  }

  async removeSpeechKey(service: string): Promise<SpeechView> {
    this.called('removeSpeechKey', service);
    return this.#changeService(service, false);
  }

  async testSpeechService(service: string): Promise<string> {
    this.called('testSpeechService', service);
    const found = this.#speech.services.find(({ name }) => name === service);
    if (!found?.has_key) throw NO_ANSWER;
    return `${found.described} answered and takes ${found.model}.`;
  }

  async setSpeechService(
    service: string,
    base_url: string | null,
    chosen: string | null,
  ): Promise<SpeechView> {
    this.called('setSpeechService', service, base_url, chosen);
    return this.changeSpeech({
      services: this.#speech.services.map((each) => {
        if (each.name !== service) return each;
        const host = base_url === null ? each.host : new URL(base_url).host;
        return { ...each, base_url: base_url ?? each.base_url, host, model: chosen ?? each.model };
      }),
    });
  }

  changeSpeech(over: Partial<SpeechView>): SpeechView {
    this.#speech = { ...this.#speech, ...over };
    return structuredClone(this.#speech);
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
