// What the window may ask about notes: who writes them, how, and what that costs.

import type { CostEstimate, ModelChoice, NotesView, ProcessWishes } from './bindings';

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
  /** `null` stands for the usual address, and for the usual number of tokens that a model reads at once. */
  setNotesServer(provider: string, baseUrl: string | null, windowTokens: number | null): Promise<NotesView>;
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
