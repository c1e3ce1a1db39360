// What the app says about speech recognition, speakers and models, and the commands for it.

import { type Channel, invoke } from '@tauri-apps/api/core';

import type { CommandError, LinkLook as RecordingLook } from './bindings';

export type Trouble = CommandError;

/** A written transcript that lies beside a recording. */
export interface TranscriptBeside {
  name: string;
  link: string;
}

export type LinkLook = RecordingLook & { transcripts: TranscriptBeside[] };

export type ChineseScript = 'traditional' | 'simplified';

export interface SpeechView {
  /** In the order to be shown. */
  engines: SpeechEngine[];
  /** Chosen by the person; `null` stands for the best one that is ready. */
  engine: string | null;
  /** Chosen: an id of the catalogue, a path, or a service's name for it. */
  model: string | null;
  /** Engine and model that the next job gets, for people. */
  next_job: string;
  /** Why that could not start now. */
  problem: Trouble | null;
  /** BCP 47; `null` stands for whatever the engine finds. */
  language: string | null;
  /** BCP 47 tags to offer, the likeliest first. */
  languages: string[];
  /** How Chinese is written; `null` stands for as the engine writes it. */
  chinese: ChineseScript | null;
  vocabulary: string[];
  /** Whether a GPU is used where there is one. */
  gpu: boolean;
  gpus: string[];
  services: SpeechService[];
  speakers: SpeakersView;
  /** Jobs that wait for a speech engine, a model or a key. */
  waiting_jobs: number;
}

export interface SpeechEngine {
  name: string;
  described: string;
  kind: 'local' | 'service';
  ready: boolean;
  problem: Trouble | null;
  rough: boolean;
  /** Models to choose from; none where there is no choice. */
  models: string[];
}

export interface SpeechService {
  name: 'openai' | 'groq' | 'deepgram' | 'assemblyai' | 'gemini';
  described: string;
  /** Audio is sent there. */
  host: string;
  /** Only where it can be set. */
  base_url: string | null;
  models: string[];
  model: string;
  has_key: boolean;
  key_optional: boolean;
  from_environment: boolean;
  note: string | null;
}

export interface SpeakersView {
  method: string | null;
  methods: SpeakerMethod[];
  min: number | null;
  max: number | null;
  remember: boolean;
  voices: Voice[];
}

export interface SpeakerMethod {
  name: 'speakrs' | 'sortformer' | 'voice-clustering';
  described: string;
  ready: boolean;
  problem: Trouble | null;
}

export interface Voice {
  id: string;
  name: string;
  heard_ms: number;
  method: string;
  /** The recording that it was heard in. */
  from: string | null;
  /** RFC 3339, UTC. */
  created_at: string;
}

export interface ModelsView {
  models: Model[];
  folder: string;
  free_bytes: number;
  memory_bytes: number;
  cores: number;
  gpus: string[];
}

export interface Model {
  id: string;
  name: string;
  purpose: 'transcribe' | 'speakers';
  languages: string[];
  size_bytes: number;
  memory_bytes: number;
  licence: string;
  attribution: string;
  source: string;
  state: ModelState;
  checked: 'verified' | 'pinned' | 'unchecked' | null;
  /** Times real time, measured on this computer. */
  speed: number | null;
  recommended: 'best' | 'fast' | null;
  chosen: boolean;
  never_run: boolean;
}

export type ModelState =
  | { kind: 'absent' }
  | {
      kind: 'downloading';
      bytes: number;
      total: number;
      rate_bytes_per_s: number | null;
      eta_s: number | null;
    }
  | { kind: 'paused'; bytes: number; total: number }
  | { kind: 'verifying' }
  | { kind: 'ready' }
  | { kind: 'failed'; problem: Trouble; bytes: number; total: number };

export interface JobSpeaker {
  label: string;
  name: string | null;
  /** Whether there is enough of the voice to know it again. */
  has_voice: boolean;
}

export const speechCommands = {
  lookUp: (text: string) => invoke<LinkLook>('look_up', { text }),
  speechStatus: () => invoke<SpeechView>('speech_status'),
  chooseEngine: (engine: string | null, model: string | null) =>
    invoke<SpeechView>('choose_engine', { engine, model }),
  setSpeechLanguage: (language: string | null, chinese: ChineseScript | null) =>
    invoke<SpeechView>('set_speech_language', { language, chinese }),
  setVocabulary: (words: string[]) => invoke<SpeechView>('set_vocabulary', { words }),
  setGpu: (on: boolean) => invoke<SpeechView>('set_gpu', { on }),
  setSpeakers: (method: string | null, min: number | null, max: number | null) =>
    invoke<SpeechView>('set_speakers', { method, min, max }),
  rememberVoices: (on: boolean) => invoke<SpeechView>('remember_voices', { on }),
  forgetVoice: (id: string) => invoke<SpeechView>('forget_voice', { id }),
  forgetAllVoices: () => invoke<SpeechView>('forget_all_voices'),
  setSpeechKey: (service: string, key: string) => invoke<SpeechView>('set_speech_key', { service, key }),
  removeSpeechKey: (service: string) => invoke<SpeechView>('remove_speech_key', { service }),
  testSpeechService: (service: string) => invoke<string>('test_speech_service', { service }),
  setSpeechService: (service: string, baseUrl: string | null, model: string | null) =>
    invoke<SpeechView>('set_speech_service', { service, baseUrl, model }),
  models: () => invoke<ModelsView>('models'),
  getModel: (id: string) => invoke<ModelsView>('get_model', { id }),
  pauseModel: (id: string) => invoke<ModelsView>('pause_model', { id }),
  cancelModel: (id: string) => invoke<ModelsView>('cancel_model', { id }),
  removeModel: (id: string) => invoke<ModelsView>('remove_model', { id }),
  addModelFile: () => invoke<ModelsView | null>('add_model_file'),
  moveModels: () => invoke<ModelsView | null>('move_models'),
  followModels: (channel: Channel<ModelsView>) => invoke<null>('follow_models', { channel }),
  jobSpeakers: (jobId: string) => invoke<JobSpeaker[]>('job_speakers', { jobId }),
  nameSpeaker: (jobId: string, label: string, name: string, remember: boolean) =>
    invoke<null>('name_speaker', { jobId, label, name, remember }),
};
