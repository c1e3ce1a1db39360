// Notes in the window: their settings, what jobs offer about them, and what a recording may have of its own.

import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';

import { jobResult, jobView, type MemoryOptions, stagesUpTo } from '../backend/memory';
import { notesReady, notesView, spendingView, template, TEMPLATE_BROKEN } from '../backend/notes-views';
import { axeViolations, opened, needy, withSettings } from '../test-window';

const MINI = { provider: 'openai', model: 'gpt-5-mini' };
const QWEN = { provider: 'ollama', model: 'qwen3:8b' };

const needsNotes = (code: string) => needy('summarize', code, { id: 'n' });

async function withSummary(options: MemoryOptions = {}) {
  const { sheet, ...others } = await withSettings(options);
  const summary = await within(sheet).findByRole('region', { name: 'Summary' });
  await within(summary).findByText('Who writes notes');
  return { ...others, sheet, summary };
}

function provider(summary: HTMLElement, name: string): HTMLElement {
  const found = within(summary)
    .getByRole('list', { name: 'Providers' })
    .querySelector<HTMLElement>(`[aria-labelledby="settings-providers"] [data-service="${name}"]`);
  if (!found) throw new Error(`there is no provider ${name}`);
  const details = found.querySelector('details');
  if (details) details.open = true;
  return found;
}

describe('a job that needs something for notes', () => {
  test.each([
    ['notes_key_missing', 'Add key', 'Providers'],
    ['notes_key_refused', 'Add key', 'Providers'],
    ['notes_credit_used_up', 'Choose another model', 'Summary'],
    ['notes_model_missing', 'Choose model', 'Summary'],
    ['notes_refused', 'Choose another model', 'Summary'],
    ['notes_unusable', 'Choose another model', 'Summary'],
    ['local_only', 'Privacy settings', 'Privacy'],
  ])('for %s offers "%s", which shows "%s" in the settings', async (code, action, place) => {
    const { user } = await opened({ jobs: [needsNotes(code)] });
    const button = screen.getByRole('button', { name: `${action}: Board` });
    await user.click(button);
    const sheet = await screen.findByRole('dialog', { name: 'Settings' });
    await waitFor(() =>
      expect(document.activeElement).toBe(within(sheet).getByRole('heading', { name: place })),
    );
    await user.click(within(sheet).getByRole('button', { name: 'Close settings' }));
    await waitFor(() => expect(document.activeElement).toBe(button));
  });

  test('lacking a key shows where to enter that one', async () => {
    const { backend, user } = await opened({
      jobs: [needsNotes('notes_key_missing')],
      notes: { models: [{ provider: 'anthropic', model: 'claude-haiku-4-5' }] },
    });
    await user.click(screen.getByRole('button', { name: 'Add key: Board' }));
    await waitFor(() => expect(document.activeElement?.getAttribute('type')).toBe('password'));
    await user.keyboard('sk-1{Enter}');
    await waitFor(() => expect(backend.calls).toEqual([['setNotesKey', 'anthropic', 'sk-1']]));
    await waitFor(() => expect(backend.jobs.get('n')?.group).toBe('waiting'));
  });

  test('that reached the cap shows the cap, and raising it lets the job go on', async () => {
    const { backend, user } = await opened({
      jobs: [needsNotes('spending_cap_reached')],
      notes: notesReady({ spending: spendingView({ usd: 6, cap_usd: 5 }) }),
    });
    await user.click(screen.getByRole('button', { name: 'Raise the cap: Board' }));
    const field = await screen.findByLabelText('Monthly cap in US dollars');
    await waitFor(() => expect(document.activeElement).toBe(field));
    await user.clear(field);
    await user.type(field, 'lots{Enter}');
    expect(screen.getByRole('alert').textContent).toContain('Enter an amount');
    expect(backend.calls).toEqual([]);
    await user.clear(field);
    await user.type(field, '20{Enter}');
    await waitFor(() => expect(backend.calls).toEqual([['setSpendingCap', 20]]));
    expect(backend.jobs.get('n')?.group).toBe('waiting');
  });

  test.each(['notes_refused', 'notes_unusable'])('for %s offers to try again beside', async (code) => {
    const { backend, user } = await opened({ jobs: [needsNotes(code)] });
    const details = screen.getByRole('complementary', { name: 'Details' });
    expect(within(details).getByRole('button', { name: 'Choose another model' })).toBeDefined();
    await user.click(within(details).getByRole('button', { name: 'Try again' }));
    expect(backend.calls).toEqual([['retryJob', 'n', null]]);
  });
});

describe('who writes notes', () => {
  test('is nobody at first, and then who is added, in the order that is chosen', async () => {
    const { backend, user, summary } = await withSummary();
    expect(within(summary).getByRole('radio', { name: /^Nobody/u })).toHaveProperty('checked', true);
    await user.click(within(summary).getByRole('radio', { name: /^Language models/u }));
    const pick = async () => within(await within(summary).findByRole('group', { name: 'Choose a model' }));
    let more = await pick();
    await user.selectOptions(more.getByLabelText('Provider'), 'Ollama');
    await user.selectOptions(await more.findByRole('combobox', { name: 'Model' }), 'gemma3:12b');
    await user.click(more.getByRole('button', { name: 'Add' }));
    await user.click(await within(summary).findByRole('button', { name: 'Add a model…' }));
    more = await pick();
    await user.selectOptions(more.getByLabelText('Provider'), 'OpenAI');
    expect(more.getByText(/go to api\.openai\.com/u)).toBeDefined();
    await user.click(more.getByRole('button', { name: 'Add' }));
    await user.click(await within(summary).findByRole('button', { name: 'Move up: OpenAI · gpt-5-mini' }));
    const gemma = { provider: 'ollama', model: 'gemma3:12b' };
    await waitFor(() =>
      expect(backend.calls).toEqual([
        ['setNotesModels', [gemma]],
        ['setNotesModels', [gemma, MINI]],
        ['setNotesModels', [MINI, gemma]],
      ]),
    );
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Move up: OpenAI · gpt-5-mini');
    expect(await axeViolations()).toEqual([]);
  });

  test('is nobody again without losing who it was', async () => {
    const { backend, user, summary } = await withSummary({ notes: notesReady() });
    await user.click(within(summary).getByRole('radio', { name: /^Nobody/u }));
    await user.click(within(summary).getByRole('radio', { name: /^Language models/u }));
    await waitFor(() =>
      expect(backend.calls).toEqual([
        ['setNotesModels', []],
        ['setNotesModels', [MINI, QWEN]],
      ]),
    );
  });

  test('is another model where one is changed, and fewer where one is removed', async () => {
    const { backend, user, summary } = await withSummary({ notes: notesReady() });
    await user.click(within(summary).getByRole('button', { name: 'Change…: OpenAI · gpt-5-mini' }));
    const pick = within(within(summary).getByRole('list', { name: /^Language models/u }));
    await user.selectOptions(await pick.findByRole('combobox', { name: 'Model' }), 'Another…');
    const field = await pick.findByRole('textbox', { name: 'Model' });
    await user.clear(field);
    await user.type(field, 'gpt-6{Enter}');
    await user.click(await within(summary).findByRole('button', { name: 'Remove Ollama · qwen3:8b' }));
    const six = { provider: 'openai', model: 'gpt-6' };
    await waitFor(() =>
      expect(backend.calls).toEqual([
        ['setNotesModels', [six, QWEN]],
        ['setNotesModels', [six]],
      ]),
    );
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Change…: OpenAI · gpt-6');
  });
});

describe('a provider', () => {
  test('says where transcripts go, tests a key before it is kept, and then names its models', async () => {
    const { backend, user, summary } = await withSummary();
    const openai = provider(summary, 'openai');
    expect(openai.textContent).toContain(
      'The transcript, the attachments’ text and names go to api.openai.com.',
    );
    expect(provider(summary, 'ollama').textContent).toContain('stay on this machine');
    const key = within(openai).getByLabelText('Key') as HTMLInputElement;
    expect(key.type).toBe('password');
    await user.type(key, 'wrong{Enter}');
    expect(await within(openai).findByText(/doesn’t take this key/u)).toBeDefined();
    expect(key.value).toBe('');
    await user.type(key, 'sk-1{Enter}');
    expect(await within(openai).findByText('OpenAI takes the key.')).toBeDefined();
    await user.selectOptions(await within(openai).findByRole('combobox', { name: 'Model' }), 'gpt-5-nano');
    await user.click(within(openai).getByRole('button', { name: 'Test OpenAI' }));
    expect(await within(openai).findByText('OpenAI answered with gpt-5-nano.')).toBeDefined();
    await user.click(within(openai).getByRole('button', { name: 'Use for notes' }));
    await user.click(within(openai).getByRole('button', { name: 'Remove key: OpenAI' }));
    await waitFor(() =>
      expect(backend.calls).toEqual([
        ['setNotesKey', 'openai', 'wrong'],
        ['setNotesKey', 'openai', 'sk-1'],
        ['testNotesProvider', 'openai', 'gpt-5-nano'],
        ['setNotesModels', [{ provider: 'openai', model: 'gpt-5-nano' }]],
        ['removeNotesKey', 'openai'],
      ]),
    );
    expect(document.body.innerHTML).not.toContain('sk-1');
    expect(await axeViolations()).toEqual([]);
  });

  test('with an address of its own goes there, and back to the usual one when that is emptied', async () => {
    const { backend, user, summary } = await withSummary();
    const lmStudio = provider(summary, 'lm_studio');
    const address = within(lmStudio).getByLabelText('Address') as HTMLInputElement;
    await user.clear(address);
    await user.type(address, 'https://llm.example.org/v1{Enter}');
    expect(await within(lmStudio).findByText(/go to llm\.example\.org/u)).toBeDefined();
    await user.clear(address);
    await user.click(within(lmStudio).getByRole('button', { name: 'Use' }));
    await waitFor(() => expect(address.value).toBe('http://127.0.0.1:1234/v1'));
    expect(backend.calls.map((call) => call[2])).toEqual(['https://llm.example.org/v1', null]);
  });

  test('of one’s own reads as many tokens at once as is entered beside its address, and the usual number again', async () => {
    const { backend, user, summary } = await withSummary();
    expect(within(provider(summary, 'openai')).queryByLabelText('Tokens that it reads at once')).toBeNull();
    const ollama = provider(summary, 'ollama');
    const field = within(ollama).getByLabelText('Tokens that it reads at once') as HTMLInputElement;
    expect(field.value).toBe('');
    await user.type(field, '32k{Enter}');
    expect(within(ollama).getByRole('alert').textContent).toContain('Enter a whole number');
    expect(document.activeElement).toBe(field);
    expect(backend.calls).toEqual([]);
    await user.clear(field);
    await user.type(field, '12{Enter}');
    expect(await within(ollama).findByText('No model reads 12 tokens at once.')).toBeDefined();
    await user.clear(field);
    await user.type(field, '32,768{Enter}');
    await waitFor(() => expect(field.value).toBe('32768'));
    await user.clear(field);
    await user.click(within(ollama).getByRole('button', { name: 'Use' }));
    const address = 'http://127.0.0.1:11434/v1';
    await waitFor(() =>
      expect(backend.calls).toEqual([
        ['setNotesServer', 'ollama', address, 12],
        ['setNotesServer', 'ollama', address, 32_768],
        ['setNotesServer', 'ollama', address, null],
      ]),
    );
    expect(await axeViolations()).toEqual([]);
  });
});

describe('templates', () => {
  const own = template({ id: 'own', name: 'Clinic', built_in: false, path: '/t/clinic.toml' });
  const broken = template({
    id: 'broken',
    name: 'Book club',
    built_in: false,
    path: '/t/broken.toml',
    problem: TEMPLATE_BROKEN,
  });
  const notes = notesView({ templates: [...notesView().templates, own, broken] });

  test('are chosen, previewed, copied, opened and removed', async () => {
    const { backend, user, summary } = await withSummary({ notes });
    await user.click(within(summary).getByRole('radio', { name: 'Lecture' }));
    await user.click(within(summary).getByRole('button', { name: 'Preview: Lecture' }));
    const preview = await screen.findByRole('dialog', { name: 'Preview: Lecture' });
    expect(preview.querySelector('pre')?.textContent).toContain('# Lecture');
    expect(await axeViolations()).toEqual([]);
    await user.click(within(preview).getByRole('button', { name: 'Close preview' }));
    await user.click(within(summary).getByRole('button', { name: 'Copy and edit: Lecture' }));
    expect(await within(summary).findByRole('radio', { name: 'Lecture 1 (your own)' })).toBeDefined();
    await user.click(within(summary).getByRole('button', { name: 'Open: Clinic' }));
    await user.click(within(summary).getByRole('button', { name: 'Remove: Clinic' }));
    expect(document.activeElement?.textContent).toBe('Keep');
    await user.click(within(summary).getByRole('button', { name: 'Remove' }));
    await waitFor(() =>
      expect(backend.calls).toEqual([
        ['chooseTemplate', 'lecture'],
        ['copyTemplate', 'lecture'],
        ['openTemplate', 'own'],
        ['removeTemplate', 'own'],
      ]),
    );
  });

  test('that can’t be read say what is wrong and can’t be chosen', async () => {
    const { summary } = await withSummary({ notes });
    expect(within(summary).getByText(/“Book club” can’t be used/u)).toBeDefined();
    expect(within(summary).getByText(/unknown part `chapters`/u)).toBeDefined();
    expect(within(summary).queryByRole('radio', { name: /Book club/u })).toBeNull();
    expect(within(summary).getByRole('button', { name: 'Open: Book club' })).toBeDefined();
    expect(within(summary).queryByRole('button', { name: 'Remove: Meeting' })).toBeNull();
  });
});

test('the glossary and the language are kept', async () => {
  const { backend, user, summary } = await withSummary();
  await user.type(
    within(summary).getByLabelText('Names and terms for notes'),
    'Formosa Audio、陳怡君{Enter}',
  );
  await user.selectOptions(within(summary).getByLabelText('Language of notes'), 'zh-Hant');
  await waitFor(() =>
    expect(backend.calls).toEqual([
      ['setGlossary', ['Formosa Audio', '陳怡君']],
      ['setNotesLanguage', 'zh-Hant'],
    ]),
  );
});

test('spending is told by model, and what has no price is told as such', async () => {
  const { summary } = await withSummary({ notes: notesReady() });
  const table = within(summary).getByRole('table', { name: 'Spending in November 2026' });
  const rows = within(table)
    .getAllByRole('row')
    .map((row) => row.textContent?.replaceAll(/\s+/gu, ' ').trim());
  expect(rows[1]).toContain('gpt-5-mini OpenAI');
  expect(rows[1]).toContain('1,214,300 61,900 written');
  expect(rows[1]).toContain('$0.43');
  expect(rows[3]).toContain('no price known');
  expect(rows[4]).toContain('$1.28');
  expect(summary.textContent).toContain('Prices as of 20 Nov.');
  expect(summary.textContent).toContain('What has no known price is not in the sum.');
});

test('local only says what does not work, and shuts services out', async () => {
  const { backend, user, sheet, summary } = await withSummary({ notes: notesReady() });
  const privacy = within(sheet).getByRole('region', { name: 'Privacy' });
  await user.click(within(privacy).getByRole('checkbox', { name: /^Local only/u }));
  expect(backend.calls).toEqual([['setLocalOnly', true]]);
  for (const what of ['Google Drive', 'Notion', 'Speech services', 'Downloads of models']) {
    expect(privacy.textContent).toContain(what);
  }
  const models = within(summary).getByRole('list', { name: /^Language models/u });
  expect(models.textContent).toContain('Not asked while “Local only” is on.');
  expect(provider(summary, 'openai').querySelector('summary')?.textContent).toContain('Off: local only');
  expect(await axeViolations()).toEqual([]);
});

describe('a recording', () => {
  test('can have a template and participants of its own', async () => {
    const { backend, user } = await opened();
    const toggle = screen.getByRole('button', { name: 'Options' });
    expect(toggle.getAttribute('aria-expanded')).toBe('false');
    await user.type(screen.getByLabelText('Links or file paths of recordings'), '/a.m4a');
    await user.click(toggle);
    await user.selectOptions(await screen.findByLabelText('Template'), 'Lecture');
    await user.type(screen.getByLabelText('Participants'), 'Mei, 陳怡君、Jonas{Enter}Lin');
    expect(await axeViolations()).toEqual([]);
    // What is not closed by Enter counts too.
    await user.click(screen.getByRole('button', { name: 'Process' }));
    await waitFor(() =>
      expect(backend.calls).toEqual([
        [
          'processFileWith',
          '/a.m4a',
          [],
          {
            template: 'lecture',
            participants: ['Mei', '陳怡君', 'Jonas', 'Lin'],
            ignore_transcripts: false,
          },
        ],
      ]),
    );
    // They stay open, and are empty for the next one.
    expect(toggle.getAttribute('aria-expanded')).toBe('true');
    expect((screen.getByLabelText('Template') as HTMLSelectElement).value).toBe('');
    expect(screen.queryByRole('list', { name: 'Participants' })).toBeNull();
  });

  test('keeps what an input method composes until it is written', async () => {
    const { user } = await opened();
    await user.click(screen.getByRole('button', { name: 'Options' }));
    const field = await screen.findByLabelText('Participants');
    const input = field as HTMLInputElement;
    input.value = '陳怡君、';
    await fireEvent(input, new InputEvent('input', { isComposing: true, bubbles: true }));
    await fireEvent.keyDown(input, { key: 'Enter', isComposing: true });
    expect(screen.queryByRole('list', { name: 'Participants' })).toBeNull();
    expect(input.value).toBe('陳怡君、');
    await fireEvent.compositionEnd(input);
    expect((await screen.findByRole('list', { name: 'Participants' })).textContent).toContain('陳怡君');
  });

  test('among several has its own, beside its chip', async () => {
    const { backend, user } = await opened();
    await user.click(screen.getByLabelText('Links or file paths of recordings'));
    await user.paste('/a.m4a\n/b.m4a');
    await user.click(await screen.findByRole('button', { name: 'Options for b.m4a' }));
    expect(screen.getByText('For b.m4a')).toBeDefined();
    await user.selectOptions(screen.getByLabelText('Template'), 'Interview');
    const chips = screen.getByRole('list', { name: 'Recordings to process' });
    await waitFor(() => expect(chips.textContent).toContain('Interview'));
    await user.click(screen.getByRole('button', { name: 'Process 2' }));
    await waitFor(() =>
      expect(backend.calls.map((call) => [call[0], call[1]])).toEqual([
        ['processFile', '/a.m4a'],
        ['processFileWith', '/b.m4a'],
      ]),
    );
  });

  test('tells what it will cost only where a provider is paid', async () => {
    const link = 'https://drive.google.com/file/d/1recording-of-the-weekly/view';
    const looks = { '*': { name: 'Weekly.mp4', duration_ms: 2_880_000 } };
    const { user, backend } = await opened({ notes: notesReady(), looks });
    await user.click(screen.getByLabelText('Links or file paths of recordings'));
    await user.paste(link);
    expect(await screen.findByText('About $0.04, by the length of the recording.')).toBeDefined();
    expect(backend.calls).toEqual([]);
  });
});

test('a job tells who wrote its notes and what that cost', async () => {
  const cost = {
    estimated_usd: 0.04,
    spent_usd: 0.0312,
    unpriced: false,
    input_tokens: 18_412,
    output_tokens: 1_306,
    audio_minutes: 0,
  };
  await opened({
    jobs: [
      jobView({
        id: 'd',
        title: 'Hiring sync',
        status: 'completed',
        group: 'done',
        stages: stagesUpTo(null),
        notes_by: 'OpenAI gpt-5-mini',
        cost,
        result: jobResult({ title: 'Hiring sync' }),
      }),
    ],
  });
  const details = screen.getByRole('complementary', { name: 'Details' });
  expect(within(details).getByText('OpenAI gpt-5-mini').previousElementSibling?.textContent).toBe('Notes by');
  expect(details.textContent).toContain('$0.03 ($0.04 expected)');
  expect(details.textContent).toContain('18,412 tokens read, 1,306 written');
  expect(await axeViolations()).toEqual([]);
});
