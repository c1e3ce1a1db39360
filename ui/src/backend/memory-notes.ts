// Notes for the backend in memory: providers that know one kind of key, their models, templates, and a month of spending.

import type {
  CommandError,
  CostEstimate,
  ModelChoice,
  NotesBackend,
  NotesProvider,
  NotesView,
  SpendingView,
  TemplateView,
} from './backend';
import { EXTRACTIVE } from './memory-jobs';
import { MemorySpeech, type SpeechOptions } from './memory-speech';

const USD_PER_HOUR = 0.052;
/** What a model may read at once. */
const LEAST_TOKENS = 4_096;
const MOST_TOKENS = 4_000_000;

export function keyMissing(provider: string): CommandError {
  return {
    code: 'notes_key_missing',
    what: `There is no key for ${provider}.`,
    fix: 'Add one, or choose another model.',
  };
}

export function keyRefused(provider: string): CommandError {
  return {
    code: 'notes_key_refused',
    what: `${provider} doesn’t take this key.`,
    fix: 'Copy it again from the provider’s console.',
  };
}

export const CAP_REACHED: CommandError = {
  code: 'spending_cap_reached',
  what: 'This month’s cap on spending is reached.',
  fix: 'Raise the cap, or choose a model on this machine.',
};

export const LOCAL_ONLY: CommandError = {
  code: 'local_only',
  what: 'Debrief was told to stay on this machine, and OpenAI is a service.',
  fix: 'Choose a model on this machine, or turn “Local only” off.',
};

export const TEMPLATE_BROKEN =
  'Line 4: unknown part `chapters`. Parts are decisions, todos, questions, topics.';

function outOfReach({ described, host }: NotesProvider): CommandError {
  return {
    code: 'offline',
    what: `${described} does not answer at ${host}.`,
    fix: 'Start it, or check its address.',
  };
}

function modelMissing(model: string, provider: string): CommandError {
  return {
    code: 'notes_model_missing',
    what: `${provider} has no model “${model}”.`,
    fix: 'Choose one of its models.',
  };
}

export function provider(over: Partial<NotesProvider> & { name: string }): NotesProvider {
  return {
    described: over.name,
    host: `api.${over.name}.com`,
    base_url: null,
    on_this_machine: false,
    model: null,
    window_tokens: null,
    has_key: false,
    key_optional: false,
    from_environment: false,
    note: null,
    ...over,
  };
}

/** The models that each provider names; the others are not running. */
const OFFERED: Record<string, string[]> = {
  openai: ['gpt-5.2', 'gpt-5-mini', 'gpt-5-nano'],
  anthropic: ['claude-opus-4-8', 'claude-sonnet-4-8', 'claude-haiku-4-5'],
  gemini: ['gemini-3-pro', 'gemini-3-flash'],
  groq: ['openai/gpt-oss-120b', 'qwen3-32b'],
  ollama: ['qwen3:8b', 'gemma3:12b'],
};

const on_this_machine = true;
const key_optional = true;

function providers(): NotesProvider[] {
  return [
    provider({ name: 'openai', described: 'OpenAI', model: 'gpt-5-mini' }),
    provider({ name: 'anthropic', described: 'Anthropic', model: 'claude-haiku-4-5' }),
    provider({
      name: 'gemini',
      described: 'Gemini',
      host: 'generativelanguage.googleapis.com',
      model: 'gemini-3-flash',
    }),
    provider({ name: 'groq', described: 'Groq', model: 'openai/gpt-oss-120b' }),
    provider({
      name: 'compatible',
      described: 'OpenAI-compatible',
      host: '',
      base_url: '',
      key_optional,
      note: 'Any server that speaks OpenAI’s interface.',
    }),
    provider({
      name: 'ollama',
      described: 'Ollama',
      host: '127.0.0.1:11434 (this machine)',
      base_url: 'http://127.0.0.1:11434/v1',
      on_this_machine,
      key_optional,
      model: 'qwen3:8b',
    }),
    provider({
      name: 'lm_studio',
      described: 'LM Studio',
      host: '127.0.0.1:1234 (this machine)',
      base_url: 'http://127.0.0.1:1234/v1',
      on_this_machine,
      key_optional,
    }),
    provider({
      name: 'llama_cpp',
      described: 'llama.cpp server',
      host: '127.0.0.1:8080 (this machine)',
      base_url: 'http://127.0.0.1:8080/v1',
      on_this_machine,
      key_optional,
    }),
  ];
}

export function template(over: Partial<TemplateView> & { id: string }): TemplateView {
  return {
    name: over.id,
    name_zh: null,
    description: '',
    description_zh: null,
    built_in: true,
    path: null,
    problem: null,
    parts: ['decisions', 'todos', 'questions', 'topics'],
    ...over,
  };
}

const TEMPLATES: readonly TemplateView[] = [
  template({
    id: 'meeting',
    name: 'Meeting',
    name_zh: '會議',
    description: 'Several people decide and divide work.',
    description_zh: '多人討論、決議並分配工作。',
  }),
  template({
    id: 'lecture',
    name: 'Lecture',
    name_zh: '課程',
    description: 'One person explains, others listen.',
    description_zh: '一人講解，其他人聆聽。',
    parts: ['questions', 'topics'],
  }),
  template({
    id: 'interview',
    name: 'Interview',
    name_zh: '訪談',
    description: 'One person asks, another answers.',
    description_zh: '一人提問，另一人回答。',
    parts: ['topics'],
  }),
  template({
    id: 'stand-up',
    name: 'Stand-up',
    name_zh: '站立會議',
    description: 'Each person says what they do next and what holds them up.',
    description_zh: '每個人說明接下來的工作與遇到的阻礙。',
    parts: ['todos', 'questions'],
  }),
];

export function spendingView(over: Partial<SpendingView> = {}): SpendingView {
  return {
    month: '2026-11',
    usd: 0,
    has_unpriced: false,
    cap_usd: null,
    lines: [],
    prices_as_of: '2026-11-20',
    ...over,
  };
}

/** A new installation: nobody writes notes. Changed by `over`. */
export function notesView(over: Partial<NotesView> = {}): NotesView {
  const view: NotesView = {
    providers: providers(),
    models: [],
    next_job: EXTRACTIVE,
    problem: null,
    language: null,
    languages: ['zh-Hant', 'zh-Hans', 'en', 'ja', 'ko', 'es', 'fr', 'de'],
    templates: [...TEMPLATES],
    template: 'meeting',
    templates_folder: '~/.config/debrief/templates',
    glossary: [],
    spending: spendingView(),
    local_only: false,
    waiting_jobs: 0,
    ...over,
  };
  return { ...view, next_job: nextOf(view), problem: over.problem ?? obstacleIn(view) };
}

/** OpenAI with a key, and Ollama after it. Changed by `over`. */
export function notesReady(over: Partial<NotesView> = {}): NotesView {
  return notesView({
    providers: providers().map((each) => (each.name === 'openai' ? { ...each, has_key: true } : each)),
    models: [
      { provider: 'openai', model: 'gpt-5-mini' },
      { provider: 'ollama', model: 'qwen3:8b' },
    ],
    spending: spendingView({
      usd: 1.284,
      has_unpriced: true,
      lines: [
        {
          provider: 'OpenAI',
          model: 'gpt-5-mini',
          calls: 46,
          input_tokens: 1_214_300,
          output_tokens: 61_900,
          audio_minutes: 0,
          usd: 0.4274,
        },
        {
          provider: 'Deepgram',
          model: 'nova-3',
          calls: 5,
          input_tokens: 0,
          output_tokens: 0,
          audio_minutes: 199,
          usd: 0.8566,
        },
        {
          provider: 'Groq',
          model: 'openai/gpt-oss-120b',
          calls: 2,
          input_tokens: 28_400,
          output_tokens: 1_900,
          audio_minutes: 0,
          usd: null,
        },
      ],
    }),
    ...over,
  });
}

function providerOf(view: NotesView, name: string | undefined): NotesProvider | null {
  return view.providers.find((each) => each.name === name) ?? null;
}

function nextOf(view: NotesView): string {
  const [first] = view.models;
  if (!first) return EXTRACTIVE;
  return `${providerOf(view, first.provider)?.described ?? first.provider} ${first.model}`;
}

/** Why the first model could not be asked now. */
function obstacleIn(view: NotesView): CommandError | null {
  const first = providerOf(view, view.models[0]?.provider);
  if (!first || first.on_this_machine) return null;
  if (view.local_only) return LOCAL_ONLY;
  if (!first.has_key && !first.key_optional && !first.from_environment) return keyMissing(first.described);
  const { cap_usd, usd } = view.spending;
  return cap_usd !== null && (usd ?? 0) >= cap_usd ? CAP_REACHED : null;
}

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
    this.#called('setNotesModels', models);
    const view = this.changeNotes({ models: [...models] });
    if (view.problem === null) this.goOnAfterNotes(['notes_', 'local_only', 'spending_cap_reached']);
    return view;
  }

  async setNotesKey(name: string, key: string): Promise<string> {
    this.#called('setNotesKey', name, key);
    const { described } = this.#provider(name);
    if (!key.startsWith('sk-')) throw keyRefused(described);
    this.#changeProvider(name, { has_key: true });
    this.goOnAfterNotes(['notes_key_']);
    return `${described} takes the key.`;
  }

  async removeNotesKey(name: string): Promise<NotesView> {
    this.#called('removeNotesKey', name);
    return this.#changeProvider(name, { has_key: false });
  }

  async testNotesProvider(name: string, model: string | null): Promise<string> {
    this.#called('testNotesProvider', name, model);
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
    this.#called('setNotesServer', name, base_url, window_tokens);
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
    this.#called('setNotesLanguage', language);
    return this.changeNotes({ language });
  }

  async chooseTemplate(id: string): Promise<NotesView> {
    this.#called('chooseTemplate', id);
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
    this.#called('copyTemplate', id);
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
    this.#called('openTemplate', id);
    this.#template(id);
  }

  async removeTemplate(id: string): Promise<NotesView> {
    this.#called('removeTemplate', id);
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
    this.#called('setGlossary', glossary);
    return this.changeNotes({ glossary: [...glossary] });
  }

  async setSpendingCap(cap_usd: number | null): Promise<NotesView> {
    this.#called('setSpendingCap', cap_usd);
    const view = this.changeNotes({ spending: { ...this.#notes.spending, cap_usd } });
    if (view.problem?.code !== 'spending_cap_reached') this.goOnAfterNotes(['spending_cap_reached']);
    return view;
  }

  async setLocalOnly(local_only: boolean): Promise<NotesView> {
    this.#called('setLocalOnly', local_only);
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

  #called(...call: unknown[]): void {
    this.calls.push(call);
    this.refuseIfAsked();
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
