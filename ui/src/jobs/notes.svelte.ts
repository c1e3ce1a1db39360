// Notes as the window knows them: who writes them, in which language and form, what that costs, and what may leave the machine.

import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';

import {
  asCommandError,
  type Backend,
  type CommandError,
  type CostEstimate,
  type ModelChoice,
  type NotesProvider,
  type NotesView,
  type TemplateView,
} from '../backend/backend';
import type { Locale } from '../text/text';
import { Served, type ServedListener } from './served.svelte';

/** Which part of the settings an action belongs to; there its refusal is told. */
export type NotesPart =
  'models' | 'providers' | 'language' | 'templates' | 'glossary' | 'spending' | 'privacy';

/** The models that a provider names. */
export type OfferedModels =
  | { kind: 'asking' }
  | { kind: 'known'; models: readonly string[] }
  | { kind: 'unknown'; error: CommandError };

export function providerNamed(view: NotesView, name: string): NotesProvider | null {
  return view.providers.find((provider) => provider.name === name) ?? null;
}

/** What a provider lacks before it can be asked anything. */
export function lackOf(provider: NotesProvider): 'address' | 'key' | null {
  if (provider.host === '') return 'address';
  return provider.has_key || provider.key_optional || provider.from_environment ? null : 'key';
}

export function canBeAsked(provider: NotesProvider): boolean {
  return lackOf(provider) === null;
}

/** Whether "Local only" keeps a provider from being asked. */
export function isShutOut(provider: NotesProvider, view: NotesView): boolean {
  return view.local_only && !provider.on_this_machine;
}

export function sameModel(one: ModelChoice, other: ModelChoice): boolean {
  return one.provider === other.provider && one.model === other.model;
}

/** `models` with the one at `index` a place further up or down. */
export function movedModel(models: readonly ModelChoice[], index: number, by: -1 | 1): ModelChoice[] {
  const next = [...models];
  const [moved] = next.splice(index, 1);
  const to = index + by;
  if (!moved || to < 0 || to > next.length) return [...models];
  next.splice(to, 0, moved);
  return next;
}

/** The provider that most likely keeps jobs waiting: one that lacks its key or address, else the one that is asked first. */
export function providerInTrouble(view: NotesView): NotesProvider | null {
  const asked = view.models.flatMap(({ provider }) => providerNamed(view, provider) ?? []);
  return asked.find((provider) => !canBeAsked(provider)) ?? asked[0] ?? null;
}

/** Whether notes of the next job may cost money. */
export function mayCost(view: NotesView): boolean {
  const remote = (name: string) => providerNamed(view, name)?.on_this_machine === false;
  return view.models.some(({ provider }) => remote(provider));
}

/** How a template is called in the language of the window. */
export function templateName(template: TemplateView, locale: Locale): string {
  return locale === 'zh-TW' ? (template.name_zh ?? template.name) : template.name;
}

export function templateDescription(template: TemplateView, locale: Locale): string {
  return locale === 'zh-TW' ? (template.description_zh ?? template.description) : template.description;
}

/** An amount of US dollars as it was typed: `null` where nothing was, `undefined` where it is no amount. */
export function amountOf(text: string): number | null | undefined {
  const typed = text.normalize('NFKC').trim();
  const bare = typed
    .replace(/^(?:US)?\$/iu, '')
    .replace(/(?:USD|美元)$/iu, '')
    .trim();
  if (bare === '') return typed === '' ? null : undefined;
  return /^\d{1,6}(?:\.\d{1,2})?$/u.test(bare) ? Number(bare) : undefined;
}

/** A number of tokens as it was typed: `null` where nothing was, `undefined` where it is none. */
export function tokensOf(text: string): number | null | undefined {
  const typed = text.normalize('NFKC').trim();
  if (typed === '') return null;
  return /^(?:\d{1,9}|\d{1,3}(?:[, ]\d{3}){1,2})$/u.test(typed)
    ? Number(typed.replace(/[, ]/gu, ''))
    : undefined;
}

export class Notes extends Served<NotesView, NotesPart> {
  readonly #backend: Backend;
  readonly #listener: ServedListener;
  readonly #offers = new SvelteMap<string, OfferedModels>();

  constructor(backend: Backend, listener: ServedListener) {
    super(listener, 'providers');
    this.#backend = backend;
    this.#listener = listener;
  }

  refresh(): Promise<void> {
    return this.look('models', () => this.#backend.notesStatus());
  }

  setModels(chosen: ModelChoice[]): Promise<boolean> {
    const models = $state.snapshot(chosen);
    return this.change('models', null, { models }, () => this.#backend.setNotesModels(models));
  }

  /** What is known of a provider's models; `undefined` when nobody asked. */
  offersOf(provider: string): OfferedModels | undefined {
    return this.#offers.get(provider);
  }

  /** Asks a provider for its models, unless they are known. */
  async list(provider: string): Promise<void> {
    const known = untrack(() => this.#offers.get(provider)?.kind);
    if (known === 'asking' || known === 'known') return;
    this.#offers.set(provider, { kind: 'asking' });
    try {
      const models = await this.#backend.listNotesModels(provider);
      this.#offers.set(provider, { kind: 'known', models });
    } catch (cause) {
      this.#offers.set(provider, { kind: 'unknown', error: asCommandError(cause) });
    }
  }

  setKey(provider: string, key: string): Promise<boolean> {
    return this.askService(provider, async () => {
      const text = await this.#backend.setNotesKey(provider, key);
      this.take(await this.#backend.notesStatus());
      this.answer = { service: provider, text };
      this.#listAgain(provider);
      this.#listener.keyTaken(this.#nameOf(provider));
    });
  }

  removeKey(provider: string): Promise<boolean> {
    return this.askService(provider, async () => {
      this.take(await this.#backend.removeNotesKey(provider));
      this.#offers.delete(provider);
      this.#listener.keyRemoved(this.#nameOf(provider));
    });
  }

  /** Without a model the provider's usual one is asked. */
  test(provider: string, model: string | null): Promise<boolean> {
    return this.askService(provider, async () => {
      const text = await this.#backend.testNotesProvider(provider, model);
      this.answer = { service: provider, text };
      this.#listener.tested(text);
    });
  }

  /** `null` stands for the usual address, and for the usual number of tokens that a model reads at once. */
  setServer(provider: string, baseUrl: string | null, windowTokens: number | null): Promise<boolean> {
    return this.askService(provider, async () => {
      this.take(await this.#backend.setNotesServer(provider, baseUrl, windowTokens));
      this.#listAgain(provider);
    });
  }

  setLanguage(language: string | null): Promise<boolean> {
    return this.change('language', null, { language }, () => this.#backend.setNotesLanguage(language));
  }

  chooseTemplate(id: string): Promise<boolean> {
    return this.change('templates', id, { template: id }, () => this.#backend.chooseTemplate(id));
  }

  /** Makes a copy to change, and opens it. */
  copyTemplate(id: string): Promise<boolean> {
    return this.change('templates', id, {}, () => this.#backend.copyTemplate(id));
  }

  removeTemplate(id: string): Promise<boolean> {
    return this.change('templates', id, {}, () => this.#backend.removeTemplate(id));
  }

  async openTemplate(id: string): Promise<boolean> {
    return (
      (await this.attempt('templates', id, () => this.#backend.openTemplate(id).then(() => true))) ?? false
    );
  }

  /** What a page of it looks like, and its prompt, as Markdown; `null` when that was refused. */
  previewOf(id: string): Promise<string | null> {
    return this.attempt('templates', id, () => this.#backend.previewTemplate(id));
  }

  setGlossary(glossary: string[]): Promise<boolean> {
    return this.change('glossary', null, { glossary }, () => this.#backend.setGlossary(glossary));
  }

  async setCap(cap_usd: number | null): Promise<boolean> {
    const spending = this.view && { ...this.view.spending, cap_usd };
    if (!spending) return false;
    return this.change('spending', null, { spending }, () => this.#backend.setSpendingCap(cap_usd));
  }

  setLocalOnly(local_only: boolean): Promise<boolean> {
    return this.change('privacy', null, { local_only }, () => this.#backend.setLocalOnly(local_only));
  }

  /** What a recording would cost; `null` where that is not worth a line. */
  async estimate(durationMs: number | null): Promise<CostEstimate | null> {
    try {
      const estimate = await this.#backend.estimateCost(durationMs);
      const costs = estimate.usd === null ? this.view !== null && mayCost(this.view) : estimate.usd > 0;
      return costs && estimate.text !== '' ? estimate : null;
    } catch {
      // An estimate is a courtesy; without one the recording is processed all the same.
      return null;
    }
  }

  #nameOf(provider: string): string {
    return (this.view && providerNamed(this.view, provider)?.described) ?? provider;
  }

  #listAgain(provider: string): void {
    this.#offers.delete(provider);
    void this.list(provider);
  }
}
