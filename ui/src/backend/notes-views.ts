// What the backend in memory says of notes: providers, templates, spending, and what may be wrong with them.

import type { CommandError, NotesProvider, NotesView, SpendingView, TemplateView } from './backend';
import { EXTRACTIVE } from './memory-jobs';

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

export function outOfReach({ described, host }: NotesProvider): CommandError {
  return {
    code: 'offline',
    what: `${described} does not answer at ${host}.`,
    fix: 'Start it, or check its address.',
  };
}

export function modelMissing(model: string, provider: string): CommandError {
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
export const OFFERED: Record<string, string[]> = {
  openai: ['gpt-5.2', 'gpt-5-mini', 'gpt-5-nano'],
  anthropic: ['claude-opus-4-8', 'claude-sonnet-4-8', 'claude-haiku-4-5'],
  gemini: ['gemini-3-pro', 'gemini-3-flash'],
  groq: ['openai/gpt-oss-120b', 'qwen3-32b'],
  ollama: ['qwen3:8b', 'gemma3:12b'],
};

const on_this_machine = true;
const key_optional = true;

export function providers(): NotesProvider[] {
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

export function providerOf(view: NotesView, name: string | undefined): NotesProvider | null {
  return view.providers.find((each) => each.name === name) ?? null;
}

export function nextOf(view: NotesView): string {
  const [first] = view.models;
  if (!first) return EXTRACTIVE;
  return `${providerOf(view, first.provider)?.described ?? first.provider} ${first.model}`;
}

/** Why the first model could not be asked now. */
export function obstacleIn(view: NotesView): CommandError | null {
  const first = providerOf(view, view.models[0]?.provider);
  if (!first || first.on_this_machine) return null;
  if (view.local_only) return LOCAL_ONLY;
  if (!first.has_key && !first.key_optional && !first.from_environment) return keyMissing(first.described);
  const { cap_usd, usd } = view.spending;
  return cap_usd !== null && (usd ?? 0) >= cap_usd ? CAP_REACHED : null;
}
