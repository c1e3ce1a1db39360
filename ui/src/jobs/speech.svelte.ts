// Speech recognition as the window knows it: the engine of the next job, its language, services, and speakers.

import {
  asCommandError,
  type Backend,
  type ChineseScript,
  type CommandError,
  type SpeakersView,
  type SpeechEngine,
  type SpeechView,
} from '../backend/backend';

/** Which part of the settings an action belongs to; there its refusal is told. */
export type SpeechPart = 'engine' | 'language' | 'vocabulary' | 'services' | 'speakers';

/** Told of what somebody who cannot see the window should hear about. */
export interface SpeechListener {
  keyTaken(service: string): void;
  keyRemoved(service: string): void;
  /** What a service answered to a test. */
  tested(answer: string): void;
  voicesForgotten(count: number): void;
  refused(error: CommandError): void;
  /** Something changed that other parts of the window show too. */
  changed(): void;
}

/** Whether the next job would get no more than a rough transcript. */
export function nextIsRough(view: SpeechView): boolean {
  const able = view.engines.filter((engine) =>
    view.engine === null ? engine.ready : engine.name === view.engine,
  );
  return able.length > 0 && able.every((engine) => engine.rough);
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

export class Speech {
  readonly #backend: Backend;
  readonly #listener: SpeechListener;
  /** Counts answers, so that a status asked for before one of them is known to be old. */
  #answers = 0;

  /** One change after the other, so that the last one counts. */
  #line: Promise<unknown> = Promise.resolve();
  #inLine = 0;
  #known = $state<SpeechView | null>(null);
  /** What was chosen and is not answered yet. */
  #wanted = $state<Partial<SpeechView>>({});

  /** How things stand, with what was chosen shown at once. */
  readonly view = $derived<SpeechView | null>(this.#known && { ...this.#known, ...this.#wanted });
  /** What the last action was refused with, and where. */
  trouble = $state<{ part: SpeechPart; service: string | null; error: CommandError } | null>(null);
  /** The service whose key is being checked, or that is being tested. */
  asking = $state<string | null>(null);
  /** What a tested service answered. */
  answer = $state<{ service: string; text: string } | null>(null);

  readonly rough = $derived(this.view !== null && nextIsRough(this.view));

  constructor(backend: Backend, listener: SpeechListener) {
    this.#backend = backend;
    this.#listener = listener;
  }

  /** Forgets what was said about the last action. */
  calm(): void {
    this.trouble = null;
    this.answer = null;
  }

  /** Asks how things stand, unless something else answers meanwhile. */
  async refresh(): Promise<void> {
    const answers = this.#answers;
    try {
      const view = await this.#backend.speechStatus();
      if (answers === this.#answers) this.#take(view);
    } catch (cause) {
      // What is known stays true enough; only a window that knows nothing yet has to say so.
      if (this.#known === null) this.#refuse('engine', null, asCommandError(cause));
    }
  }

  chooseEngine(engine: SpeechEngine | null): Promise<boolean> {
    const model = modelFor(engine, this.view?.model ?? null);
    const name = engine?.name ?? null;
    return this.#change('engine', { engine: name, model }, () => this.#backend.chooseEngine(name, model));
  }

  chooseModel(model: string | null): Promise<boolean> {
    const engine = this.view?.engine ?? null;
    return this.#change('engine', { model }, () => this.#backend.chooseEngine(engine, model));
  }

  setLanguage(language: string | null): Promise<boolean> {
    return this.#setLanguage(language, scriptFor(language, this.view?.chinese ?? null));
  }

  setChinese(chinese: ChineseScript | null): Promise<boolean> {
    return this.#setLanguage(this.view?.language ?? null, chinese);
  }

  setVocabulary(vocabulary: string[]): Promise<boolean> {
    return this.#change('vocabulary', { vocabulary }, () => this.#backend.setVocabulary(vocabulary));
  }

  setGpu(gpu: boolean): Promise<boolean> {
    return this.#change('engine', { gpu }, () => this.#backend.setGpu(gpu));
  }

  /** Has the service asked about the key; whether it is kept now. */
  async setKey(service: string, key: string): Promise<boolean> {
    return this.#askService(service, async () => {
      this.#take(await this.#backend.setSpeechKey(service, key));
      this.#listener.keyTaken(this.#nameOf(service));
    });
  }

  async removeKey(service: string): Promise<boolean> {
    return this.#askService(service, async () => {
      this.#take(await this.#backend.removeSpeechKey(service));
      this.#listener.keyRemoved(this.#nameOf(service));
    });
  }

  test(service: string): Promise<boolean> {
    return this.#askService(service, async () => {
      const text = await this.#backend.testSpeechService(service);
      this.answer = { service, text };
      this.#listener.tested(text);
    });
  }

  setService(service: string, baseUrl: string | null, model: string | null): Promise<boolean> {
    return this.#askService(service, async () => {
      this.#take(await this.#backend.setSpeechService(service, baseUrl, model));
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
    return this.#change('speakers', { speakers }, () => this.#backend.rememberVoices(remember));
  }

  async forgetVoice(id: number): Promise<void> {
    const done = await this.#change('speakers', {}, () => this.#backend.forgetVoice(id));
    if (done) this.#listener.voicesForgotten(1);
  }

  async forgetAllVoices(): Promise<void> {
    const count = this.view?.speakers.voices.length ?? 0;
    const done = await this.#change('speakers', {}, () => this.#backend.forgetAllVoices());
    if (done) this.#listener.voicesForgotten(count);
  }

  #setLanguage(language: string | null, chinese: ChineseScript | null): Promise<boolean> {
    return this.#change('language', { language, chinese }, () =>
      this.#backend.setSpeechLanguage(language, chinese),
    );
  }

  async #setSpeakers(change: Partial<SpeakersView>): Promise<boolean> {
    const speakers = this.view && { ...this.view.speakers, ...change };
    if (!speakers) return false;
    const { method, min, max } = speakers;
    return this.#change('speakers', { speakers }, () => this.#backend.setSpeakers(method, min, max));
  }

  #nameOf(service: string): string {
    return this.view?.services.find(({ name }) => name === service)?.described ?? service;
  }

  /** One question to a service at a time. */
  async #askService(service: string, action: () => Promise<void>): Promise<boolean> {
    if (this.asking !== null) return false;
    this.asking = service;
    this.calm();
    try {
      await action();
      return true;
    } catch (cause) {
      this.#refuse('services', service, asCommandError(cause));
      return false;
    } finally {
      this.asking = null;
    }
  }

  /** Shows what is wanted at once, and asks for it once everything before has been answered. */
  async #change(
    part: SpeechPart,
    wanted: Partial<SpeechView>,
    ask: () => Promise<SpeechView>,
  ): Promise<boolean> {
    this.calm();
    this.#wanted = { ...this.#wanted, ...wanted };
    this.#inLine += 1;
    const turn = this.#line.then(async () => {
      try {
        this.#take(await ask());
        return true;
      } catch (cause) {
        this.#refuse(part, null, asCommandError(cause));
        return false;
      }
    });
    this.#line = turn;
    const done = await turn;
    this.#inLine -= 1;
    if (this.#inLine === 0) this.#wanted = {};
    return done;
  }

  #take(view: SpeechView): void {
    this.#answers += 1;
    const before = this.#known;
    this.#known = view;
    if (before && JSON.stringify(before) !== JSON.stringify(view)) this.#listener.changed();
  }

  #refuse(part: SpeechPart, service: string | null, error: CommandError): void {
    this.trouble = { part, service, error };
    this.#listener.refused(error);
  }
}
