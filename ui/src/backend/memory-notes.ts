// Notes for the backend in memory: providers that know one kind of key, their models, templates, and a month of spending.

import type {
  CommandError,
  CostEstimate,
  ModelChoice,
  NotesBackend,
  NotesProvider,
  NotesView,
  TemplateView,
} from './backend';
import { MemorySpeech, type SpeechOptions } from './memory-speech';
import {
  keyMissing,
  keyRefused,
  OFFERED,
  outOfReach,
  modelMissing,
  provider,
  providers,
  providerOf,
  nextOf,
  obstacleIn,
  notesView,
} from './notes-views';

const USD_PER_HOUR = 0.052;
/** What a model may read at once. */
const LEAST_TOKENS = 4_096;
const MOST_TOKENS = 4_000_000;

export interface NotesOptions {
  notes?: Partial<NotesView>;
}

export abstract class MemoryNotes extends MemorySpeech implements Omit<NotesBackend, 'processFileWith'> {
  #notes: NotesView;

  constructor({ notes, ...options }: NotesOptions & SpeechOptions) {
    super(options);
    this.#notes = notesView(notes);
  }

  /** Jobs that waited for one of these kinds of failure to be mended go on. */
  protected abstract goOnAfterNotes(codes: readonly string[]): void;

  /** Why a job could not get its notes now. */
  protected notesObstacle(): CommandError | null {
    return this.#notes.problem;
  }

  protected notesBy(): string {
    return this.#notes.next_job;
  }

  async notesStatus(): Promise<NotesView> {
    return structuredClone(this.#notes);
  }

  async setNotesModels(models: ModelChoice[]): Promise<NotesView> {
    this.called('setNotesModels', models);
    const view = this.changeNotes({ models: [...models] });
    if (view.problem === null) this.goOnAfterNotes(['notes_', 'local_only', 'spending_cap_reached']);
    return view;
  }

  async setNotesKey(name: string, key: string): Promise<string> {
    this.called('setNotesKey', name, key);
    const { described } = this.#provider(name);
    if (!key.startsWith('sk-')) throw keyRefused(described);
    this.#changeProvider(name, { has_key: true });
    this.goOnAfterNotes(['notes_key_']);
    return `${described} takes the key.`;
  }

  async removeNotesKey(name: string): Promise<NotesView> {
    this.called('removeNotesKey', name);
    return this.#changeProvider(name, { has_key: false });
  }

  async testNotesProvider(name: string, model: string | null): Promise<string> {
    this.called('testNotesProvider', name, model);
    const { described, model: usual } = this.#provider(name);
    const asked = model ?? usual ?? '';
    if (!this.#offered(name).includes(asked)) throw modelMissing(asked, described);
    return `${described} answered with ${asked}.`;
  }

  async listNotesModels(name: string): Promise<string[]> {
    return [...this.#offered(name)];
  }

  async setNotesServer(
    name: string,
    base_url: string | null,
    window_tokens: number | null,
  ): Promise<NotesView> {
    this.called('setNotesServer', name, base_url, window_tokens);
    if (window_tokens !== null && (window_tokens < LEAST_TOKENS || window_tokens > MOST_TOKENS)) {
      throw {
        code: 'invalid_setting',
        what: `No model reads ${window_tokens} tokens at once.`,
        fix: `Give a number from ${LEAST_TOKENS} to ${MOST_TOKENS}.`,
      } satisfies CommandError;
    }
    const usual = provider({ name, ...providers().find((each) => each.name === name) });
    if (base_url === null) {
      const { base_url: address, host, on_this_machine: here } = usual;
      return this.#changeProvider(name, { base_url: address, host, on_this_machine: here, window_tokens });
    }
    if (!URL.canParse(base_url)) {
      throw {
        code: 'invalid_setting',
        what: `“${base_url}” is no address.`,
        fix: 'Enter one such as http://127.0.0.1:8000/v1.',
      } satisfies CommandError;
    }
    const { host, hostname } = new URL(base_url);
    const here = /^(?:localhost|127\.)/u.test(hostname);
    return this.#changeProvider(name, {
      base_url,
      host: here ? `${host} (this machine)` : host,
      on_this_machine: here,
      window_tokens,
    });
  }

  async setNotesLanguage(language: string | null): Promise<NotesView> {
    this.called('setNotesLanguage', language);
    return this.changeNotes({ language });
  }

  async chooseTemplate(id: string): Promise<NotesView> {
    this.called('chooseTemplate', id);
    const { problem } = this.#template(id);
    if (problem !== null) {
      throw {
        code: 'invalid_setting',
        what: 'This template can’t be read.',
        fix: problem,
      } satisfies CommandError;
    }
    return this.changeNotes({ template: id });
  }

  async copyTemplate(id: string): Promise<NotesView> {
    this.called('copyTemplate', id);
    const original = this.#template(id);
    const taken = new Set(this.#notes.templates.map((each) => each.id));
    let number = 1;
    while (taken.has(`${id}-${number}`)) number += 1;
    const copy: TemplateView = {
      ...original,
      id: `${id}-${number}`,
      name: `${original.name} ${number}`,
      name_zh: original.name_zh === null ? null : `${original.name_zh} ${number}`,
      built_in: false,
      path: `${this.#notes.templates_folder}/${id}-${number}.toml`,
    };
    return this.changeNotes({ templates: [...this.#notes.templates, copy] });
  }

  async openTemplate(id: string): Promise<void> {
    this.called('openTemplate', id);
    this.#template(id);
  }

  async removeTemplate(id: string): Promise<NotesView> {
    this.called('removeTemplate', id);
    const { templates, template: chosen } = this.#notes;
    return this.changeNotes({
      templates: templates.filter((each) => each.id !== id),
      template: chosen === id ? 'meeting' : chosen,
    });
  }

  async previewTemplate(id: string): Promise<string> {
    const { name, parts } = this.#template(id);
    const sections = parts.map((part) => `## ${part}\n\n- …\n`).join('\n');
    return `# ${name}\n\nThe summary, in a few sentences.\n\n${sections}\n---\n\n## The prompt\n\nYou write notes.\n`;
  }

  async setGlossary(glossary: string[]): Promise<NotesView> {
    this.called('setGlossary', glossary);
    return this.changeNotes({ glossary: [...glossary] });
  }

  async setSpendingCap(cap_usd: number | null): Promise<NotesView> {
    this.called('setSpendingCap', cap_usd);
    const view = this.changeNotes({ spending: { ...this.#notes.spending, cap_usd } });
    if (view.problem?.code !== 'spending_cap_reached') this.goOnAfterNotes(['spending_cap_reached']);
    return view;
  }

  async setLocalOnly(local_only: boolean): Promise<NotesView> {
    this.called('setLocalOnly', local_only);
    const view = this.changeNotes({ local_only });
    if (!local_only) this.goOnAfterNotes(['local_only']);
    return view;
  }

  async estimateCost(durationMs: number | null): Promise<CostEstimate> {
    const first = providerOf(this.#notes, this.#notes.models[0]?.provider);
    if (!first || first.on_this_machine) return { usd: 0, text: '' };
    if (first.name !== 'openai') {
      return { usd: null, text: `No price is known for ${this.#notes.next_job}.` };
    }
    if (durationMs === null) return { usd: null, text: `About $${USD_PER_HOUR.toFixed(2)} an hour.` };
    const usd = (USD_PER_HOUR * durationMs) / 3_600_000;
    return { usd, text: `About $${usd.toFixed(2)}, by the length of the recording.` };
  }

  changeNotes(over: Partial<NotesView>): NotesView {
    const view = { ...this.#notes, ...over };
    this.#notes = { ...view, next_job: nextOf(view), problem: obstacleIn(view) };
    return structuredClone(this.#notes);
  }

  #provider(name: string): NotesProvider {
    const found = providerOf(this.#notes, name);
    if (!found) throw keyMissing(name);
    return found;
  }

  #template(id: string): TemplateView {
    const found = this.#notes.templates.find((each) => each.id === id);
    if (found) return found;
    throw {
      code: 'invalid_setting',
      what: 'This template is not there any more.',
      fix: 'Choose another one.',
    } satisfies CommandError;
  }

  #offered(name: string): readonly string[] {
    const found = this.#provider(name);
    if (!found.has_key && !found.key_optional && !found.from_environment) throw keyMissing(found.described);
    const models = OFFERED[name];
    if (!models) throw outOfReach(found);
    return models;
  }

  #changeProvider(name: string, over: Partial<NotesProvider>): NotesView {
    return this.changeNotes({
      providers: this.#notes.providers.map((each) => (each.name === name ? { ...each, ...over } : each)),
    });
  }
}
