// Speech in the window: its settings, and what jobs and links offer about it.

import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';

import { type MemoryOptions } from '../backend/memory';
import { catalogue, model, MODEL_DAMAGED, modelsView } from '../backend/memory-models';
import { KEY_MISSING, speakersView, speechReady, voice } from '../backend/memory-speech';
import { axeViolations, opened, needy, withSettings } from '../test-window';

const needsSpeech = (code: string) => needy('transcribe', code, { id: 's' });

async function withParts(options: MemoryOptions = {}) {
  const { sheet, ...others } = await withSettings(options);
  const part = (name: string) => within(sheet).findByRole('region', { name });
  return { ...others, sheet, part };
}

describe('a job that needs something for speech', () => {
  test.each([
    ['model_missing', 'Get the model', 'Models'],
    ['model_damaged', 'Download again', 'Models'],
    ['not_enough_memory', 'Choose a smaller model', 'Models'],
    ['no_speech_engine', 'Choose engine', 'Transcription'],
    ['model_unusable', 'Choose engine', 'Transcription'],
    ['engine_failed', 'Choose engine', 'Transcription'],
    ['speech_credit_used_up', 'Choose engine', 'Transcription'],
    ['speech_key_missing', 'Enter key', 'Speech services'],
    ['speech_key_refused', 'Enter key', 'Speech services'],
  ])('for %s offers "%s", which shows "%s" in the settings', async (code, action, place) => {
    const { user } = await opened({ jobs: [needsSpeech(code)] });
    const button = screen.getByRole('button', { name: `${action}: Board` });
    await user.click(button);
    const sheet = await screen.findByRole('dialog', { name: 'Settings' });
    await waitFor(() =>
      expect(document.activeElement).toBe(within(sheet).getByRole('heading', { name: place })),
    );
    await user.click(within(sheet).getByRole('button', { name: 'Close settings' }));
    await waitFor(() => expect(document.activeElement).toBe(button));
  });

  test('and has an engine of its own can take that of the settings', async () => {
    const job = { ...needsSpeech('speech_key_missing'), own_engine: true };
    const { backend, user } = await opened({ jobs: [job] });
    await user.click(screen.getByRole('button', { name: 'Board' }));
    await user.click(await screen.findByRole('button', { name: 'Use the engine of the settings' }));
    expect(backend.calls).toEqual([['retryWithUsualEngine', 's']]);
    await waitFor(() =>
      expect(screen.queryByRole('button', { name: 'Use the engine of the settings' })).toBeNull(),
    );
  });

  test('lacking the key of the chosen service shows where to enter that one', async () => {
    const { backend, user } = await opened({
      jobs: [needsSpeech('speech_key_missing')],
      speech: { engine: 'groq', problem: KEY_MISSING },
    });
    await user.click(screen.getByRole('button', { name: 'Enter key: Board' }));
    await waitFor(() => expect(document.activeElement?.getAttribute('type')).toBe('password'));
    await user.keyboard('sk-1{Enter}');
    await waitFor(() => expect(backend.calls).toEqual([['setSpeechKey', 'groq', 'sk-1']]));
  });
});

describe('the engine', () => {
  test('is chosen, with its language and how Chinese is written', async () => {
    const { backend, user, part } = await withParts({
      speech: speechReady({ engine: null, model: null }),
    });
    const transcription = await part('Transcription');
    await user.click(within(transcription).getByRole('radio', { name: 'Deepgram' }));
    await user.selectOptions(within(transcription).getByLabelText('Spoken language'), 'zh-Hans');
    expect(backend.calls).toEqual([
      ['chooseEngine', 'deepgram', null],
      ['setSpeechLanguage', 'zh-Hans', 'simplified'],
    ]);
    expect(await axeViolations()).toEqual([]);
  });
});

describe('models', () => {
  test('that came damaged are downloaded again', async () => {
    const { backend, user, part } = await withParts({
      models: modelsView({
        models: catalogue({ 'whisper-tiny': { state: { kind: 'failed', problem: MODEL_DAMAGED } } }),
      }),
    });
    const models = await part('Models');
    await user.click(within(models).getByRole('button', { name: 'Download again: Whisper tiny' }));
    expect(backend.calls).toEqual([['getModel', 'whisper-tiny']]);
    expect(await within(models).findByRole('progressbar', { name: /Whisper tiny/u })).toBeDefined();
    expect(await axeViolations()).toEqual([]);
  });

  test('of which nothing is known claim nothing, and no disk is too small that nobody measured', async () => {
    const added = model({
      id: 'file:a.gguf',
      name: 'a.gguf',
      languages: [],
      size_bytes: null,
      memory_bytes: 0,
      licence: '',
      attribution: '',
      source: '',
      state: { kind: 'ready' },
      checked: 'unchecked',
    });
    const large = model({ id: 'large', name: 'Large', languages: ['many'], recommended: 'best' });
    const { part } = await withParts({
      models: modelsView({ models: [added, large], free_bytes: 0, memory_bytes: 0 }),
    });
    const models = await part('Models');
    expect(models.textContent).not.toMatch(/needs 0|Doesn’t fit|Needs more memory|0\.0 .B/u);
    expect(within(models).getByText('Many languages')).toBeDefined();
  });
});

describe('speakers', () => {
  test('are counted as they are asked for, and a voice is forgotten by its number', async () => {
    const { backend, user, part } = await withParts({
      speech: { speakers: speakersView({ remember: true, voices: [voice({ id: 7 })] }) },
    });
    const speakers = await part('Speakers');
    await user.click(within(speakers).getByRole('radio', { name: 'Exactly' }));
    await user.click(within(speakers).getByRole('button', { name: /^Forget.*Mei/u }));
    expect(backend.calls).toEqual([
      ['setSpeakers', null, 2, 2],
      ['forgetVoice', 7],
    ]);
  });
});

test('a transcript beside a recording is taken along when asked to', async () => {
  const link = 'https://drive.google.com/file/d/1transcript-of-the-weekly/view';
  const { backend, user } = await opened({
    looks: {
      '*': {
        text: '',
        name: 'Weekly.mp4',
        size_bytes: 1_000_000,
        duration_ms: null,
        account: null,
        processed: null,
        transcripts: [{ name: 'weekly.vtt', link }],
        companions: [],
        problem: null,
      },
    },
  });
  const source = 'https://drive.google.com/file/d/1recording-of-the-weekly/view';
  await user.click(screen.getByRole('textbox'));
  await user.paste(source);
  await user.click(await screen.findByRole('button', { name: 'Use it instead of recognition: weekly.vtt' }));
  expect(await axeViolations()).toEqual([]);
  await user.click(screen.getByRole('button', { name: /^Process/u }));
  expect(backend.calls).toEqual([['processFile', source, [link]]]);
});

test('a recording with a transcript is recognised anyway when asked to, in the text field and as a chip', async () => {
  const { backend, user } = await opened();
  const anyway = () => screen.findByRole('checkbox', { name: 'Recognise the recording anyway' });
  const field = screen.getByRole('textbox');
  backend.attachNext = ['/a.vtt'];
  await user.type(field, '/a.m4a');
  await user.click(screen.getByRole('button', { name: 'Attach file' }));
  expect(await screen.findByText('Words and speakers come from a.vtt.')).toBeDefined();
  expect(await anyway()).toHaveProperty('checked', false);
  await user.click(await anyway());
  expect(screen.getByText('The recording is recognised; a.vtt is only a document.')).toBeDefined();
  expect(screen.queryByText(/^Words and speakers/u)).toBeNull();
  expect(await axeViolations()).toEqual([]);
  await user.click(screen.getByRole('button', { name: /^Process/u }));

  await user.click(field);
  await user.paste('/b.m4a\n/c.m4a');
  backend.attachNext = ['/b.srt'];
  await user.click(await screen.findByRole('button', { name: 'Attach a file to b.m4a' }));
  await user.click(await anyway());
  expect(screen.getByText('The recording is recognised; b.srt is only a document.')).toBeDefined();
  expect(await axeViolations()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Process 2' }));
  await waitFor(() => expect(backend.calls.filter(([name]) => name !== 'pickFiles')).toHaveLength(3));
  const wishes = { template: null, participants: [], ignore_transcripts: true };
  expect(backend.calls.filter(([name]) => name !== 'pickFiles')).toEqual([
    ['processFileWith', '/a.m4a', ['/a.vtt'], wishes],
    ['processFileWith', '/b.m4a', ['/b.srt'], wishes],
    ['processFile', '/c.m4a', []],
  ]);
});

describe('participants', () => {
  const sent = 'They are sent to api.deepgram.com as hints.';
  const link = 'https://drive.google.com/file/d/1transcript-of-the-weekly/view';
  const looks = { '*': { name: 'Weekly.mp4', transcripts: [{ name: 'weekly.vtt', link }] } };

  test('are told to go to the service that hears the recording, unless its words come from a transcript', async () => {
    const { user } = await opened({ looks, speech: speechReady({ engine: 'deepgram', model: null }) });
    await user.click(screen.getByRole('button', { name: 'Options' }));
    const field = { name: 'Participants', description: new RegExp(sent, 'u') };
    expect(await screen.findByRole('textbox', field)).toBeDefined();
    await user.click(screen.getByLabelText('Links or file paths of recordings'));
    await user.paste('https://drive.google.com/file/d/1recording-of-the-weekly/view');
    await user.click(
      await screen.findByRole('button', { name: 'Use it instead of recognition: weekly.vtt' }),
    );
    await waitFor(() => expect(screen.queryByRole('textbox', field)).toBeNull());
    expect(screen.getByRole('textbox', { name: 'Participants' })).toBeDefined();
  });

  test('stay here where this machine hears it', async () => {
    const { user } = await opened({ looks, speech: speechReady() });
    await user.click(screen.getByRole('button', { name: 'Options' }));
    const field = await screen.findByRole('textbox', { name: 'Participants', description: /^Names that/u });
    expect(field.parentElement?.textContent).not.toContain('sent to');
  });
});

test('a chat and an attendance list beside a recording are taken along, and left when they are unticked', async () => {
  const companions = ['weekly - Chat.txt', 'weekly-attendance.csv'].map((name) => ({
    name,
    link: `/meetings/${name}`,
  }));
  const { backend, user } = await opened({ looks: { '*': { name: 'Weekly.mp4', companions } } });
  const source = 'https://drive.google.com/file/d/1recording-of-the-weekly/view';
  const choice = 'For speakers’ names, use what lies beside it: weekly - Chat.txt, weekly-attendance.csv';
  await user.click(screen.getByRole('textbox'));
  await user.paste(source);
  expect(await screen.findByRole('checkbox', { name: choice, checked: true })).toBeDefined();
  expect(await axeViolations()).toEqual([]);
  await user.click(screen.getByRole('button', { name: /^Process/u }));
  await waitFor(() => expect(backend.calls).toHaveLength(1));

  await user.click(screen.getByRole('textbox'));
  await user.paste(source);
  await user.click(await screen.findByRole('checkbox', { name: choice }));
  await user.click(screen.getByRole('button', { name: /^Process/u }));
  await waitFor(() => expect(backend.calls).toHaveLength(2));
  expect(backend.calls).toEqual([
    ['processFile', source, companions.map(({ link }) => link)],
    ['processFile', source, []],
  ]);
});
