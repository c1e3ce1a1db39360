// The window on a backend in memory, as tests open it.

import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import axe from 'axe-core';
import { expect } from 'vitest';

import type { JobView, Stage } from './backend/backend';
import { jobView, MemoryBackend, type MemoryOptions, needing } from './backend/memory';
import { type Locale, wordsIn } from './text/text';
import Window from './window/Window.svelte';

export interface Opened {
  backend: MemoryBackend;
  user: UserEvent;
}

export async function opened(options: MemoryOptions = {}, locale: Locale = 'en'): Promise<Opened> {
  const backend = new MemoryBackend(options);
  render(Window, { backend, words: wordsIn(locale) });
  await waitFor(() => expect(screen.getAllByRole('heading', { level: 2 }).length).toBeGreaterThan(0));
  return { backend, user: userEvent.setup() };
}

/** Opens the settings too, by the keyboard. */
export async function withSettings(options: MemoryOptions = {}): Promise<Opened & { sheet: HTMLElement }> {
  const { backend, user } = await opened(options);
  await user.keyboard('{Control>},{/Control}');
  const sheet = await screen.findByRole('dialog', { name: 'Settings' });
  return { backend, user, sheet };
}

/** A job that cannot go on without the person. */
export function needy(stage: Stage, code: string, over: Partial<JobView> & { id: string }): JobView {
  const error = { code, what: 'It cannot go on.', fix: 'Do this.', stage, detail: null };
  return jobView({ title: 'Board', ...needing(error), ...over });
}

/** Every rule that the page breaks, but for colours: jsdom draws nothing, so the browser tests look at those. */
export async function axeViolations(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
}
