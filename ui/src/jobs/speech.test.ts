import { describe, expect, test, vi } from 'vitest';

import type { ModelView } from '../backend/backend';
import { MemoryBackend } from '../backend/memory';
import { catalogue, MODEL_DAMAGED, model, modelsView } from '../backend/memory-models';
import {
  KEY_REFUSED,
  type SpeechOptions,
  speechEngine,
  speechReady,
  speechView,
} from '../backend/memory-speech';
import {
  inOrder,
  isNear,
  Models,
  type ModelsListener,
  obstacleOf,
  percentOf,
  replacementOf,
} from './models.svelte';
import { isDocument, nameBeside, transcriptLikelihood } from './sources';
import {
  asksForScript,
  modelFor,
  nextIsRough,
  scriptFor,
  speakerCountOf,
  Speech,
  type SpeechListener,
  vocabularyWith,
} from './speech.svelte';

const REFUSAL = { code: 'internal', what: 'It could not be kept.', fix: 'Try again.' };
const READY: Partial<ModelView> = { state: { kind: 'ready' } };

async function recognition(options: SpeechOptions = {}) {
  const backend = new MemoryBackend(options);
  const heard = {
    keyTaken: vi.fn<SpeechListener['keyTaken']>(),
    keyRemoved: vi.fn<SpeechListener['keyRemoved']>(),
    tested: vi.fn<SpeechListener['tested']>(),
    voicesForgotten: vi.fn<SpeechListener['voicesForgotten']>(),
    refused: vi.fn<SpeechListener['refused']>(),
    changed: vi.fn<SpeechListener['changed']>(),
  };
  const speech = new Speech(backend, heard);
  await speech.refresh();
  return { backend, heard, speech };
}

async function shelf(options: SpeechOptions = {}) {
  const backend = new MemoryBackend(options);
  const heard = {
    ready: vi.fn<ModelsListener['ready']>(),
    stopped: vi.fn<ModelsListener['stopped']>(),
    refused: vi.fn<ModelsListener['refused']>(),
    changed: vi.fn<ModelsListener['changed']>(),
  };
  const models = new Models(backend, heard);
  await models.start();
  return { backend, heard, models };
}

describe('the next job', () => {
  test('is rough only where nothing better would be taken', () => {
    expect(nextIsRough(speechView())).toBe(true);
    expect(nextIsRough(speechReady())).toBe(false);
    expect(nextIsRough(speechReady({ engine: null }))).toBe(false);
    expect(nextIsRough(speechReady({ engine: 'pocketsphinx' }))).toBe(true);
    expect(nextIsRough(speechView({ engine: 'transcribe-cpp' }))).toBe(false);
    expect(nextIsRough(speechView({ engines: [] }))).toBe(false);
  });

  test('keeps a model only with an engine that has it', () => {
    const engine = speechEngine({ name: 'a', models: ['one', 'two'] });
    expect(modelFor(engine, 'two')).toBe('two');
    expect(modelFor(engine, 'other')).toBeNull();
    expect(modelFor(null, 'one')).toBeNull();
  });
});

test('a script that is part of the language decides how Chinese is written', () => {
  expect(scriptFor('zh-Hant', 'simplified')).toBe('traditional');
  expect(scriptFor('zh-Hans', null)).toBe('simplified');
  expect(scriptFor('en', 'traditional')).toBe('traditional');
  expect([null, 'zh', 'yue', 'zh-TW'].map(asksForScript)).toEqual([true, true, true, true]);
  expect(['en', 'zh-Hant', 'zh-Hans', 'yue-Hant'].map(asksForScript)).toEqual([false, false, false, false]);
});

test('pasted words are taken apart, and each is kept once', () => {
  expect(vocabularyWith(['Debrief'], ' Formosa Audio, Debrief、陳怡君\n\nnova-3 ；')).toEqual([
    'Debrief',
    'Formosa Audio',
    '陳怡君',
    'nova-3',
  ]);
  expect(vocabularyWith(['Debrief'], ' \n')).toEqual(['Debrief']);
});

test.each([
  [null, null, { kind: 'automatic' }],
  [3, 3, { kind: 'exactly', count: 3 }],
  [2, 4, { kind: 'between', min: 2, max: 4 }],
  [null, 4, { kind: 'between', min: 1, max: 4 }],
  [2, null, { kind: 'between', min: 2, max: 20 }],
])('between %j and %j speakers are %j', (min, max, count) => {
  expect(speakerCountOf({ min, max })).toEqual(count);
});

test('transcripts are told by their names', () => {
  expect(['a.pdf', 'a.VTT', 'a.srt', 'a.txt'].every(isDocument)).toBe(true);
  expect(['weekly - Chat.txt', 'weekly-attendance.CSV', 'a.tsv', 'a.sbv'].every(isDocument)).toBe(true);
  expect(['a.m4a', 'vtt', 'a.vtt.mp4'].some(isDocument)).toBe(false);
  const chats = [
    'weekly - Chat.txt',
    'meeting_saved_new_chat.txt',
    'RecordingnewChat.txt',
    '週會 聊天記錄.txt',
  ];
  expect(chats.map(transcriptLikelihood)).toEqual([null, null, null, null]);
  expect(transcriptLikelihood('snapchat.txt')).toBe('maybe');
  expect(['a.vtt', 'a.srt', 'a.txt', 'a.pdf'].map(transcriptLikelihood)).toEqual([
    'surely',
    'surely',
    'maybe',
    null,
  ]);
});

test('what lies beside a recording is called by what its name says beside that', () => {
  const meet = 'Weekly - 2026/11/05 09:00 CET';
  const told = [
    [`${meet} - Chat`, `${meet} - Recording`],
    ['Weekly (09:00) - Attendance report', 'Weekly (09:00)'],
    ['weekly-attendance.csv', 'weekly.mp4'],
    ['chat.txt', 'video1234567.mp4'],
    ['weekly', 'weekly.mp4'],
  ] as const;
  expect(told.map(([name, recording]) => nameBeside(name, recording))).toEqual([
    'Chat',
    'Attendance report',
    'attendance.csv',
    'chat.txt',
    'weekly',
  ]);
});

describe('changes', () => {
  test('are shown at once, asked for one after the other, and build on each other', async () => {
    const { backend, speech } = await recognition({ speech: speechReady({ vocabulary: [] }) });
    const first = speech.setVocabulary(vocabularyWith(speech.view?.vocabulary ?? [], 'one'));
    const second = speech.setVocabulary(vocabularyWith(speech.view?.vocabulary ?? [], 'two'));
    expect(speech.view?.vocabulary).toEqual(['one', 'two']);
    expect(await Promise.all([first, second])).toEqual([true, true]);
    expect(backend.calls).toEqual([
      ['setVocabulary', ['one']],
      ['setVocabulary', ['one', 'two']],
    ]);
  });

  test('that are refused are taken back and told where they were made', async () => {
    const { backend, heard, speech } = await recognition({ speech: speechReady() });
    const groq = speech.view?.engines.find(({ name }) => name === 'groq') ?? null;
    backend.refuseNext = REFUSAL;
    const choosing = speech.chooseEngine(groq);
    expect(speech.view?.engine).toBe('groq');
    expect(await choosing).toBe(false);
    expect(speech.view?.engine).toBe('transcribe-cpp');
    expect(speech.trouble).toEqual({ part: 'engine', name: null, error: REFUSAL });
    expect(heard.refused).toHaveBeenCalledWith(REFUSAL);
  });

  test('of a language bring its script along', async () => {
    const { backend, speech } = await recognition({ speech: speechReady({ chinese: 'simplified' }) });
    await speech.setLanguage('zh-Hant');
    await speech.setLanguage(null);
    expect(backend.calls).toEqual([
      ['setSpeechLanguage', 'zh-Hant', 'traditional'],
      ['setSpeechLanguage', null, 'traditional'],
    ]);
  });
});

test('a key is asked about once at a time, and a wrong one is told at its service', async () => {
  const { backend, heard, speech } = await recognition();
  const first = speech.setKey('deepgram', 'wrong');
  expect(speech.asking).toBe('deepgram');
  expect(await speech.setKey('deepgram', 'sk-1')).toBe(false);
  expect(await first).toBe(false);
  expect(speech.trouble).toEqual({ part: 'services', name: 'deepgram', error: KEY_REFUSED });
  expect(await speech.setKey('deepgram', 'sk-1')).toBe(true);
  expect(speech.trouble).toBeNull();
  expect(heard.keyTaken).toHaveBeenCalledExactlyOnceWith('Deepgram');
  expect(await speech.test('deepgram')).toBe(true);
  expect(speech.answer?.service).toBe('deepgram');
  expect(heard.tested).toHaveBeenCalledOnce();
  expect(backend.calls.map(([name]) => name)).toEqual(['setSpeechKey', 'setSpeechKey', 'testSpeechService']);
});

describe('models', () => {
  test('are shown the recommended ones first, then what is here, then the others', () => {
    const order = inOrder(catalogue({ 'parakeet-v3': READY, 'whisper-large': { chosen: true } }));
    expect(order.filter(({ purpose }) => purpose === 'transcribe').map(({ id }) => id)).toEqual([
      'whisper-turbo',
      'whisper-small',
      'whisper-large',
      'parakeet-v3',
      'whisper-tiny',
    ]);
    expect(catalogue().filter(isNear)).toHaveLength(3);
  });

  test('are replaced by one of the same purpose that is here', () => {
    const models = catalogue({ 'whisper-turbo': READY, 'whisper-tiny': READY, speakrs: READY });
    expect(replacementOf(models, 'whisper-turbo')?.id).toBe('whisper-tiny');
    expect(replacementOf(models, 'whisper-tiny')?.id).toBe('whisper-turbo');
    expect(replacementOf(models, 'speakrs')).toBeNull();
  });

  test('that do not fit say which of disk and memory is too small', () => {
    const view = modelsView({ free_bytes: 100, memory_bytes: 1000 });
    const of = (over: Partial<ModelView>) =>
      obstacleOf(model({ id: 'm', size_bytes: 150, memory_bytes: 10, ...over }), view);
    expect(of({})).toBe('disk');
    expect(of({ state: { kind: 'paused', bytes: 60, total: 150 } })).toBeNull();
    expect(of(READY)).toBeNull();
    expect(of({ memory_bytes: 1001, ...READY })).toBe('memory');
  });

  test('are as far as their bytes, where those are known', () => {
    const at = (bytes: number, total: number) =>
      percentOf(model({ id: 'm', state: { kind: 'paused', bytes, total } }));
    expect([at(0, 200), at(199, 200), at(200, 200), at(1, 0)]).toEqual([0, 99, 100, null]);
    expect(percentOf(model({ id: 'm' }))).toBeNull();
  });

  test('tell once when they are ready or have stopped, and when engines may have changed', async () => {
    const { backend, heard, models } = await shelf();
    await models.get('whisper-turbo');
    expect(models.downloading?.id).toBe('whisper-turbo');
    expect(heard.changed).not.toHaveBeenCalled();
    backend.changeModel('whisper-turbo', READY);
    backend.changeModel('whisper-turbo', { speed: 4 });
    expect(heard.ready).toHaveBeenCalledOnce();
    expect(heard.changed).toHaveBeenCalledOnce();
    await models.get('whisper-small');
    backend.changeModel('whisper-small', {
      state: { kind: 'failed', problem: MODEL_DAMAGED },
    });
    expect(heard.stopped).toHaveBeenCalledOnce();
    expect(heard.stopped.mock.calls[0]?.[1]).toEqual(MODEL_DAMAGED);
    expect(heard.changed).toHaveBeenCalledOnce();
  });

  test('stay as they are when a dialog is closed without a choice', async () => {
    const { backend, heard, models } = await shelf();
    backend.pickModelNext = null;
    const before = models.view;
    await models.addFile();
    await models.move();
    expect(models.view).toEqual(before);
    expect([models.choosing, models.error]).toEqual([false, null]);
    expect(heard.refused).not.toHaveBeenCalled();
  });
});
