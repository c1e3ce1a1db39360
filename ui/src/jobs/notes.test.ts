import { describe, expect, test, vi } from 'vitest';

import { MemoryBackend } from '../backend/memory';
import {
  CAP_REACHED,
  keyRefused,
  LOCAL_ONLY,
  notesReady,
  notesView,
  spendingView,
  template,
} from '../backend/notes-views';
import type { NotesOptions } from '../backend/memory-notes';
import { jobView, needing } from '../backend/memory-jobs';
import {
  amountOf,
  canBeAsked,
  isShutOut,
  mayCost,
  movedModel,
  Notes,
  providerInTrouble,
  providerNamed,
  templateDescription,
  templateName,
  tokensOf,
} from './notes.svelte';
import type { ServedListener } from './served.svelte';
import { remedyOf, remedyOfJob, retriesBeside } from './remedies';

const REFUSAL = { code: 'internal', what: 'It could not be kept.', fix: 'Try again.' };
const MINI = { provider: 'openai', model: 'gpt-5-mini' };
const HAIKU = { provider: 'anthropic', model: 'claude-haiku-4-5' };
const QWEN = { provider: 'ollama', model: 'qwen3:8b' };

async function minutes(options: NotesOptions = {}, jobs = [] as ReturnType<typeof jobView>[]) {
  const backend = new MemoryBackend({ jobs, ...options });
  const heard = {
    keyTaken: vi.fn<ServedListener['keyTaken']>(),
    keyRemoved: vi.fn<ServedListener['keyRemoved']>(),
    tested: vi.fn<ServedListener['tested']>(),
    refused: vi.fn<ServedListener['refused']>(),
    changed: vi.fn<ServedListener['changed']>(),
  };
  const notes = new Notes(backend, heard);
  await notes.refresh();
  return { backend, heard, notes };
}

function waiting(id: string, code: string) {
  return jobView({ id, ...needing({ code, what: 'What.', fix: 'Fix.', stage: 'summarize', detail: null }) });
}

describe('the models', () => {
  test('move by one place and never out of the list', () => {
    const models = [MINI, HAIKU, QWEN];
    expect(movedModel(models, 2, -1)).toEqual([MINI, QWEN, HAIKU]);
    expect(movedModel(models, 0, 1)).toEqual([HAIKU, MINI, QWEN]);
    expect(movedModel(models, 0, -1)).toEqual(models);
    expect(movedModel(models, 2, 1)).toEqual(models);
    expect(movedModel(models, 7, -1)).toEqual(models);
  });

  test('are asked only with an address, and with a key or without need of one', () => {
    const view = notesReady();
    const able = (name: string) => {
      const provider = providerNamed(view, name);
      return provider !== null && canBeAsked(provider);
    };
    expect(['openai', 'anthropic', 'ollama', 'compatible'].map(able)).toEqual([true, false, true, false]);
  });

  test('elsewhere are shut out while nothing may leave the machine', () => {
    const view = notesReady({ local_only: true });
    const out = (name: string) => {
      const provider = providerNamed(view, name);
      return provider !== null && isShutOut(provider, view);
    };
    expect(['openai', 'ollama'].map(out)).toEqual([true, false]);
  });

  test('may cost money as soon as one of them is elsewhere', () => {
    expect(mayCost(notesView())).toBe(false);
    expect(mayCost(notesView({ models: [QWEN] }))).toBe(false);
    expect(mayCost(notesView({ models: [QWEN, MINI] }))).toBe(true);
  });

  test('keep jobs waiting first where a key is missing', () => {
    expect(providerInTrouble(notesView())).toBeNull();
    expect(providerInTrouble(notesReady({ models: [MINI, HAIKU] }))?.name).toBe('anthropic');
    expect(providerInTrouble(notesReady({ models: [QWEN, MINI] }))?.name).toBe('ollama');
  });
});

test('templates are called in the language of the window, as far as they have it', () => {
  const both = template({
    id: 'm',
    name: 'Meeting',
    name_zh: '會議',
    description: 'Many.',
    description_zh: '多人。',
  });
  const one = template({ id: 'c', name: 'Clinic', description: 'Tuesdays.' });
  expect([templateName(both, 'en'), templateName(both, 'zh-TW')]).toEqual(['Meeting', '會議']);
  expect([templateName(one, 'zh-TW'), templateDescription(one, 'zh-TW')]).toEqual(['Clinic', 'Tuesdays.']);
  expect(templateDescription(both, 'zh-TW')).toBe('多人。');
});

test.each([
  ['', null],
  ['  ', null],
  ['20', 20],
  ['$7.50', 7.5],
  [' US$ 5 ', 5],
  ['２０', 20],
  ['20 美元', 20],
  ['0', 0],
  ['-5', undefined],
  ['1,5', undefined],
  ['1.555', undefined],
  ['much', undefined],
  ['$', undefined],
])('"%s" is an amount of %j dollars', (text, usd) => {
  expect(amountOf(text)).toBe(usd);
});

describe('changes', () => {
  test('are shown at once, asked for one after the other, and build on each other', async () => {
    const { backend, notes } = await minutes();
    const first = notes.setModels([MINI]);
    const second = notes.setModels([...(notes.view?.models ?? []), QWEN]);
    expect(notes.view?.models).toEqual([MINI, QWEN]);
    expect(await Promise.all([first, second])).toEqual([true, true]);
    expect(backend.calls).toEqual([
      ['setNotesModels', [MINI]],
      ['setNotesModels', [MINI, QWEN]],
    ]);
  });

  test('that are refused are taken back and told where they were made', async () => {
    const { backend, heard, notes } = await minutes();
    backend.refuseNext = REFUSAL;
    const choosing = notes.chooseTemplate('lecture');
    expect(notes.view?.template).toBe('lecture');
    expect(await choosing).toBe(false);
    expect(notes.view?.template).toBe('meeting');
    expect(notes.trouble).toEqual({ part: 'templates', name: 'lecture', error: REFUSAL });
    expect(heard.refused).toHaveBeenCalledExactlyOnceWith(REFUSAL);
  });

  test('tell the rest of the window', async () => {
    const { heard, notes } = await minutes();
    expect(heard.changed).not.toHaveBeenCalled();
    await notes.setLocalOnly(true);
    expect(heard.changed).toHaveBeenCalledOnce();
  });

  test('win over a status that was asked for before them', async () => {
    const { backend, notes } = await minutes();
    const old = await backend.notesStatus();
    let answer: (view: typeof old) => void = () => undefined;
    vi.spyOn(backend, 'notesStatus').mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const asked = notes.refresh();
    await notes.setGlossary(['Debrief']);
    answer(old);
    await asked;
    expect(notes.view?.glossary).toEqual(['Debrief']);
  });
});

describe('a provider', () => {
  test('is asked about a key once at a time, and a wrong one is told at it', async () => {
    const { backend, heard, notes } = await minutes();
    const first = notes.setKey('openai', 'wrong');
    expect(notes.asking).toBe('openai');
    expect(await notes.setKey('openai', 'sk-1')).toBe(false);
    expect(await first).toBe(false);
    expect(notes.trouble).toEqual({ part: 'providers', name: 'openai', error: keyRefused('OpenAI') });
    expect(providerNamed(await backend.notesStatus(), 'openai')?.has_key).toBe(false);

    expect(await notes.setKey('openai', 'sk-1')).toBe(true);
    expect(notes.trouble).toBeNull();
    expect(notes.view && providerNamed(notes.view, 'openai')?.has_key).toBe(true);
    expect(notes.answer).toEqual({ service: 'openai', text: 'OpenAI takes the key.' });
    expect(heard.keyTaken).toHaveBeenCalledExactlyOnceWith('OpenAI');

    await notes.removeKey('openai');
    expect(notes.view && providerNamed(notes.view, 'openai')?.has_key).toBe(false);
    expect(heard.keyRemoved).toHaveBeenCalledExactlyOnceWith('OpenAI');
  });

  test('names its models once, and again when its key is another one', async () => {
    const { backend, notes } = await minutes();
    const list = vi.spyOn(backend, 'listNotesModels');
    await notes.list('openai');
    expect(notes.offersOf('openai')?.kind).toBe('unknown');
    await notes.setKey('openai', 'sk-1');
    await vi.waitFor(() =>
      expect(notes.offersOf('openai')).toEqual({
        kind: 'known',
        models: ['gpt-5.2', 'gpt-5-mini', 'gpt-5-nano'],
      }),
    );
    await notes.list('openai');
    expect(list).toHaveBeenCalledTimes(2);
  });

  test('answers a test, or says what is wrong', async () => {
    const { heard, notes } = await minutes({ notes: notesReady() });
    expect(await notes.test('openai', null)).toBe(true);
    expect(heard.tested).toHaveBeenCalledExactlyOnceWith('OpenAI answered with gpt-5-mini.');
    expect(await notes.test('openai', 'gpt-9')).toBe(false);
    expect(notes.trouble?.error.code).toBe('notes_model_missing');
    expect(await notes.test('lm_studio', 'any')).toBe(false);
    expect(notes.trouble?.error.code).toBe('offline');
  });

  test('goes where its address says', async () => {
    const { notes } = await minutes();
    const hostOf = () => notes.view && providerNamed(notes.view, 'compatible')?.host;
    expect(await notes.setServer('compatible', 'nowhere', null)).toBe(false);
    expect(notes.trouble?.name).toBe('compatible');
    await notes.setServer('compatible', 'https://llm.example.org/v1', null);
    expect(hostOf()).toBe('llm.example.org');
    await notes.setServer('compatible', null, null);
    expect(hostOf()).toBe('');
  });

  test('reads as many tokens at once as the person says, within what models can', async () => {
    const { notes } = await minutes();
    const windowOf = () => notes.view && providerNamed(notes.view, 'ollama')?.window_tokens;
    expect(windowOf()).toBeNull();
    expect(await notes.setServer('ollama', 'http://127.0.0.1:11434/v1', 32_768)).toBe(true);
    expect(windowOf()).toBe(32_768);
    expect(await notes.setServer('ollama', 'http://127.0.0.1:11434/v1', 12)).toBe(false);
    expect(notes.trouble?.error.what).toBe('No model reads 12 tokens at once.');
    expect(windowOf()).toBe(32_768);
    expect(await notes.setServer('ollama', 'http://127.0.0.1:11434/v1', null)).toBe(true);
    expect(windowOf()).toBeNull();
  });

  test('takes a number of tokens as people write it', () => {
    expect(['32768', '32,768', '1 048 576', '３２７６８', ' '].map(tokensOf)).toEqual([
      32_768,
      32_768,
      1_048_576,
      32_768,
      null,
    ]);
    expect(['32k', '3.5', '-1', '32,76', '1,2,3'].map(tokensOf)).toEqual(Array(5).fill(undefined));
  });
});

describe('money', () => {
  test('is estimated only where something costs', async () => {
    const { notes } = await minutes();
    expect(await notes.estimate(3_600_000)).toBeNull();
    await notes.setModels([QWEN]);
    expect(await notes.estimate(3_600_000)).toBeNull();
    await notes.setModels([MINI]);
    expect((await notes.estimate(3_600_000))?.usd).toBeCloseTo(0.052);
    expect((await notes.estimate(null))?.usd).toBeNull();
    await notes.setModels([HAIKU]);
    expect((await notes.estimate(3_600_000))?.text).toContain('No price is known');
  });

  test('that is not to be had is no trouble', async () => {
    const { backend, heard, notes } = await minutes({ notes: notesReady() });
    vi.spyOn(backend, 'estimateCost').mockRejectedValue(REFUSAL);
    expect(await notes.estimate(1000)).toBeNull();
    expect(heard.refused).not.toHaveBeenCalled();
  });

  test('beyond the cap makes jobs wait until the cap is raised', async () => {
    const { backend, notes } = await minutes(
      { notes: notesReady({ spending: spendingView({ usd: 1.28, cap_usd: 1 }) }) },
      [waiting('capped', 'spending_cap_reached'), waiting('other', 'page_folder_gone')],
    );
    expect(notes.view?.problem).toEqual(CAP_REACHED);
    await notes.setCap(1.2);
    expect(backend.jobs.get('capped')?.group).toBe('needs_you');
    await notes.setCap(5);
    expect(notes.view?.problem).toBeNull();
    expect(backend.jobs.get('capped')?.group).toBe('waiting');
    expect(backend.jobs.get('other')?.group).toBe('needs_you');
  });
});

test('local only shuts services out, and jobs go on once it is off', async () => {
  const { backend, notes } = await minutes({ notes: notesReady() }, [waiting('local', 'local_only')]);
  await notes.setLocalOnly(true);
  expect(notes.view?.problem).toEqual(LOCAL_ONLY);
  await notes.setLocalOnly(false);
  expect(notes.view?.problem).toBeNull();
  expect(backend.jobs.get('local')?.group).toBe('waiting');
});

describe('remedies', () => {
  test.each([
    ['notes_key_missing', 'add_key'],
    ['notes_key_refused', 'add_key'],
    ['notes_credit_used_up', 'other_model'],
    ['notes_model_missing', 'choose_model'],
    ['notes_refused', 'other_model'],
    ['notes_unusable', 'other_model'],
    ['spending_cap_reached', 'raise_cap'],
    ['local_only', 'privacy'],
  ])('for %s is %s, with Retry beside', (code, remedy) => {
    expect(remedyOf(code)).toBe(remedy);
    const offered = remedyOfJob(waiting('j', code));
    expect(offered).toBe(remedy);
    expect(retriesBeside(offered)).toBe(true);
  });
});
