// What the window may ask about notes: who writes them, how, and what that costs.

import type { CommandError, JobView as BoundJobView } from './bindings';

// These are the app's own types; once the bindings have them, an import takes their place.

/** A language model of a provider. */
export interface ModelChoice {
  provider: string;
  model: string;
}

/** A provider of language models. */
export interface NotesProvider {
  /** Its word in the settings, for example `openai`. */
  name: string;
  /** For people. */
  described: string;
  /** Where transcripts go. */
  host: string;
  /** Only where it can be changed. */
  base_url: string | null;
  on_this_machine: boolean;
  /** The usual one, to offer. */
  model: string | null;
  has_key: boolean;
  key_optional: boolean;
  from_environment: boolean;
  note: string | null;
}

/** What a template's notes have besides title and summary. */
export type NotesPart = 'decisions' | 'todos' | 'questions' | 'topics';

export interface TemplateView {
  id: string;
  name: string;
  name_zh: string | null;
  description: string;
  description_zh: string | null;
  built_in: boolean;
  path: string | null;
  /** What is wrong with its file. */
  problem: string | null;
  parts: NotesPart[];
}

/** What one model was used for in a month. */
export interface SpendingLine {
  provider: string;
  model: string;
  calls: number;
  input_tokens: number;
  output_tokens: number;
  audio_minutes: number;
  /** `null` where no price is known. */
  usd: number | null;
}

export interface SpendingView {
  /** As `2026-11`. */
  month: string;
  usd: number;
  /** Whether some of it has no price, so that `usd` is too little. */
  has_unpriced: boolean;
  cap_usd: number | null;
  lines: SpendingLine[];
  /** The day of the prices. */
  prices_as_of: string;
}

export interface NotesView {
  providers: NotesProvider[];
  /** Asked in this order; none at all: sentences are taken from the transcript. */
  models: ModelChoice[];
  /** Who writes the next job's notes, for people. */
  next_job: string;
  /** Why that one could not start now. */
  problem: CommandError | null;
  /** BCP 47 language of notes; `null` stands for the transcript's. */
  language: string | null;
  languages: string[];
  templates: TemplateView[];
  /** The id of the one that jobs get. */
  template: string;
  templates_folder: string;
  glossary: string[];
  spending: SpendingView;
  local_only: boolean;
  waiting_jobs: number;
}

/** What the services of a job cost. */
export interface JobCost {
  estimated_usd: number | null;
  spent_usd: number;
  /** Whether some of it has no price. */
  unpriced: boolean;
  input_tokens: number;
  output_tokens: number;
  audio_minutes: number;
}

/** What a job tells about its notes. */
export interface JobNotes {
  /** Who writes them, for people. */
  notes_by: string;
  cost: JobCost | null;
}

/** A job, with what the bindings do not have yet. */
export type JobView = BoundJobView & Partial<JobNotes>;

/** What a person wants for one job, other than the settings. */
export interface ProcessWishes {
  /** The id of a template; `null` stands for that of the settings. */
  template: string | null;
  participants: string[];
  ignore_transcripts: boolean;
}

/** What a job would cost with the settings of now. */
export interface CostEstimate {
  usd: number | null;
  /** For people. */
  text: string;
}

/** Every promise rejects with a `CommandError`. */
export interface NotesBackend {
  notesStatus(): Promise<NotesView>;
  setNotesModels(models: ModelChoice[]): Promise<NotesView>;
  /** Asks the provider about the key before it is kept, and answers with a sentence for the person. */
  setNotesKey(provider: string, key: string): Promise<string>;
  removeNotesKey(provider: string): Promise<NotesView>;
  /** What the provider answered, for people. Without a model the usual one is asked. */
  testNotesProvider(provider: string, model: string | null): Promise<string>;
  /** The models that the provider itself names. */
  listNotesModels(provider: string): Promise<string[]>;
  /** `null` stands for the usual address. */
  setNotesBase(provider: string, baseUrl: string | null): Promise<NotesView>;
  setNotesLanguage(language: string | null): Promise<NotesView>;
  chooseTemplate(id: string): Promise<NotesView>;
  /** Makes a copy that can be changed, and opens it with the system's editor. */
  copyTemplate(id: string): Promise<NotesView>;
  openTemplate(id: string): Promise<void>;
  removeTemplate(id: string): Promise<NotesView>;
  /** Markdown: what a page looks like, then the exact prompt. */
  previewTemplate(id: string): Promise<string>;
  setGlossary(words: string[]): Promise<NotesView>;
  /** In US dollars a month; `null` takes the cap away. */
  setSpendingCap(usd: number | null): Promise<NotesView>;
  setLocalOnly(on: boolean): Promise<NotesView>;
  /** Makes a job as `processFile` does, with wishes of its own. */
  processFileWith(fileId: string, attachmentFileIds: string[], wishes: ProcessWishes): Promise<string>;
  estimateCost(durationMs: number | null): Promise<CostEstimate>;
}
