// What the window may ask about speech: engines and services, remembered voices, and the models on this computer.

import type { ChineseScript, ModelsView, SpeechView } from './backend';

/** Every promise rejects with a `CommandError`. */
export interface SpeechBackend {
  speechStatus(): Promise<SpeechView>;
  /** Without an engine the best one that is ready is used, without a model its best one. */
  chooseEngine(engine: string | null, model: string | null): Promise<SpeechView>;
  setSpeechLanguage(language: string | null, chinese: ChineseScript | null): Promise<SpeechView>;
  setVocabulary(words: string[]): Promise<SpeechView>;
  setGpu(on: boolean): Promise<SpeechView>;
  /** Without numbers the speakers are counted by the method itself. */
  setSpeakers(method: string | null, min: number | null, max: number | null): Promise<SpeechView>;
  rememberVoices(on: boolean): Promise<SpeechView>;
  forgetVoice(id: number): Promise<SpeechView>;
  forgetAllVoices(): Promise<SpeechView>;
  /** Asks the service about the key before it is kept. */
  setSpeechKey(service: string, key: string): Promise<SpeechView>;
  removeSpeechKey(service: string): Promise<SpeechView>;
  /** What the service answered, for people. */
  testSpeechService(service: string): Promise<string>;
  setSpeechService(service: string, baseUrl: string | null, model: string | null): Promise<SpeechView>;
  models(): Promise<ModelsView>;
  /** Begins a download, or goes on with one. */
  getModel(id: string): Promise<ModelsView>;
  pauseModel(id: string): Promise<ModelsView>;
  cancelModel(id: string): Promise<ModelsView>;
  removeModel(id: string): Promise<ModelsView>;
  /** Lets the person choose a model's file; `null` when they close the dialog. */
  addModelFile(): Promise<ModelsView | null>;
  /** Lets the person choose another folder for models; `null` when they close the dialog. */
  moveModels(): Promise<ModelsView | null>;
  /** Tells every change of the models from now on. */
  followModels(tell: (models: ModelsView) => void): Promise<void>;
}
