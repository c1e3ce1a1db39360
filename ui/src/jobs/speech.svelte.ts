// Speech recognition as the window knows it: the engine of the next job, its language, services, and speakers.

import type {
  Backend,
  ChineseScript,
  SpeakersView,
  SpeechEngine,
  SpeechService,
  SpeechView,
} from '../backend/backend';
import { Served, type ServedListener } from './served.svelte';

/** Which part of the settings an action belongs to; there its refusal is told. */
export type SpeechPart = 'engine' | 'language' | 'vocabulary' | 'services' | 'speakers';

export interface SpeechListener extends ServedListener {
  voicesForgotten(count: number): void;
}

/** Whether the next job would get no more than a rough transcript. */
export function nextIsRough(view: SpeechView): boolean {
  const able = view.engines.filter((engine) =>
    view.engine === null ? engine.ready : engine.name === view.engine,
  );
  return able.length > 0 && able.every((engine) => engine.rough);
}

/** The service that hears the next recording; nothing where this machine does, as it does unless a service is chosen. */
export function serviceThatHears({ engine, services }: SpeechView): SpeechService | null {
  return services.find(({ name }) => name === engine) ?? null;
}

/** What a new engine does with the model that was chosen: each engine has models of its own. */
export function modelFor(engine: SpeechEngine | null, model: string | null): string | null {
  return engine !== null && model !== null && engine.models.includes(model) ? model : null;
}

/** How Chinese is written once `language` is chosen: a script that is part of the language decides. */
export function scriptFor(language: string | null, before: ChineseScript | null): ChineseScript | null {
  if (language !== null && /-Hant\b/u.test(language)) return 'traditional';
  if (language !== null && /-Hans\b/u.test(language)) return 'simplified';
  return before;
}

/** Whether it still has to be said how Chinese is written. */
export function asksForScript(language: string | null): boolean {
  return language === null || /^(?:zh|yue)(?!-Han)\b/u.test(language);
}

/** `before` with the words that were typed or pasted into one text, each once. */
export function vocabularyWith(before: readonly string[], text: string): string[] {
  const words = text.split(/[\n\r,;，、；]+/u).map((word) => word.trim());
  return [...new Set([...before, ...words.filter((word) => word !== '')])];
}

/** How many speakers are looked for. */
export type SpeakerCount =
  { kind: 'automatic' } | { kind: 'exactly'; count: number } | { kind: 'between'; min: number; max: number };

export function speakerCountOf({ min, max }: { min: number | null; max: number | null }): SpeakerCount {
  if (min === null && max === null) return { kind: 'automatic' };
  const least = min ?? 1;
  const most = max ?? Math.max(least, MOST_SPEAKERS);
  return least === most
    ? { kind: 'exactly', count: least }
    : { kind: 'between', min: Math.min(least, most), max: Math.max(least, most) };
}

export const MOST_SPEAKERS = 20;

export class Speech extends Served<SpeechView, SpeechPart> {
  readonly #backend: Backend;
  readonly #listener: SpeechListener;

  readonly rough = $derived(this.view !== null && nextIsRough(this.view));
  readonly service = $derived(this.view && serviceThatHears(this.view));

  constructor(backend: Backend, listener: SpeechListener) {
    super(listener, 'services');
    this.#backend = backend;
    this.#listener = listener;
  }

  refresh(): Promise<void> {
    return this.look('engine', () => this.#backend.speechStatus());
  }

  chooseEngine(engine: SpeechEngine | null): Promise<boolean> {
    const model = modelFor(engine, this.view?.model ?? null);
    const name = engine?.name ?? null;
    return this.change('engine', null, { engine: name, model }, () =>
      this.#backend.chooseEngine(name, model),
    );
  }

  chooseModel(model: string | null): Promise<boolean> {
    const engine = this.view?.engine ?? null;
    return this.change('engine', null, { model }, () => this.#backend.chooseEngine(engine, model));
  }

  setLanguage(language: string | null): Promise<boolean> {
    return this.#setLanguage(language, scriptFor(language, this.view?.chinese ?? null));
  }

  setChinese(chinese: ChineseScript | null): Promise<boolean> {
    return this.#setLanguage(this.view?.language ?? null, chinese);
  }

  setVocabulary(vocabulary: string[]): Promise<boolean> {
    return this.change('vocabulary', null, { vocabulary }, () => this.#backend.setVocabulary(vocabulary));
  }

  setGpu(gpu: boolean): Promise<boolean> {
    return this.change('engine', null, { gpu }, () => this.#backend.setGpu(gpu));
  }

  setKey(service: string, key: string): Promise<boolean> {
    return this.askService(service, async () => {
      this.take(await this.#backend.setSpeechKey(service, key));
      this.#listener.keyTaken(this.#nameOf(service));
    });
  }

  removeKey(service: string): Promise<boolean> {
    return this.askService(service, async () => {
      this.take(await this.#backend.removeSpeechKey(service));
      this.#listener.keyRemoved(this.#nameOf(service));
    });
  }

  test(service: string): Promise<boolean> {
    return this.askService(service, async () => {
      const text = await this.#backend.testSpeechService(service);
      this.answer = { service, text };
      this.#listener.tested(text);
    });
  }

  setService(service: string, baseUrl: string | null, model: string | null): Promise<boolean> {
    return this.askService(service, async () => {
      this.take(await this.#backend.setSpeechService(service, baseUrl, model));
    });
  }

  setMethod(method: string | null): Promise<boolean> {
    return this.#setSpeakers({ method });
  }

  setCount(count: SpeakerCount): Promise<boolean> {
    switch (count.kind) {
      case 'automatic':
        return this.#setSpeakers({ min: null, max: null });
      case 'exactly':
        return this.#setSpeakers({ min: count.count, max: count.count });
      case 'between':
        return this.#setSpeakers({ min: count.min, max: count.max });
    }
  }

  async rememberVoices(remember: boolean): Promise<boolean> {
    const speakers = this.view && { ...this.view.speakers, remember };
    if (!speakers) return false;
    return this.change('speakers', null, { speakers }, () => this.#backend.rememberVoices(remember));
  }

  async forgetVoice(id: number): Promise<void> {
    const done = await this.change('speakers', null, {}, () => this.#backend.forgetVoice(id));
    if (done) this.#listener.voicesForgotten(1);
  }

  async forgetAllVoices(): Promise<void> {
    const count = this.view?.speakers.voices.length ?? 0;
    const done = await this.change('speakers', null, {}, () => this.#backend.forgetAllVoices());
    if (done) this.#listener.voicesForgotten(count);
  }

  #setLanguage(language: string | null, chinese: ChineseScript | null): Promise<boolean> {
    return this.change('language', null, { language, chinese }, () =>
      this.#backend.setSpeechLanguage(language, chinese),
    );
  }

  async #setSpeakers(change: Partial<SpeakersView>): Promise<boolean> {
    const speakers = this.view && { ...this.view.speakers, ...change };
    if (!speakers) return false;
    const { method, min, max } = speakers;
    return this.change('speakers', null, { speakers }, () => this.#backend.setSpeakers(method, min, max));
  }

  #nameOf(service: string): string {
    return this.view?.services.find(({ name }) => name === service)?.described ?? service;
  }
}
