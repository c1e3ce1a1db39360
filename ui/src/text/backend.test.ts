import { expect, test } from 'vitest';

import { engineShown, lackShown, offered, together, writersShown } from './backend';
import { wordsIn } from './text';

const { t: english } = wordsIn('en');
const { t: chinese } = wordsIn('zh-TW');

test('what the backend says in a fixed form is said in the language of the window', () => {
  const said = (t: typeof english) => [
    engineShown(t, 'the transcript talk.vtt'),
    engineShown(t, 'PocketSphinx (rough, English only)'),
    engineShown(t, 'Deepgram (nova-3), sends the audio to api.deepgram.com'),
    writersShown(t, 'claude-sonnet-4-6 at Anthropic, qwen3:8b at Ollama'),
    writersShown(t, 'Nobody: sentences taken from the transcript'),
  ];
  expect(said(english)).toEqual([
    'the transcript talk.vtt',
    'PocketSphinx (rough, English only)',
    'Deepgram (nova-3), sends the audio to api.deepgram.com',
    'claude-sonnet-4-6 at Anthropic, qwen3:8b at Ollama',
    'Nobody: sentences are taken from the transcript',
  ]);
  expect(said(chinese)).toEqual([
    '逐字稿 talk.vtt',
    'PocketSphinx（結果粗略，僅限英文）',
    'Deepgram (nova-3)，音訊會傳送到 api.deepgram.com',
    'Anthropic 的 claude-sonnet-4-6、Ollama 的 qwen3:8b',
    '不使用模型：直接摘錄逐字稿的句子',
  ]);
});

test('an engine is described in the language of the window, and one that nobody knows as it says itself', () => {
  expect(offered(chinese, { name: 'sortformer', described: 'Sortformer' })).toContain('最多四位發言者');
  expect(offered(chinese, { name: 'deepgram', described: 'Deepgram' })).toBe('Deepgram');
});

test('what an engine lacks is told in a few words', () => {
  const problem = (code: string) => ({ code, what: 'Something is wrong.', fix: 'Mend it.' });
  expect(lackShown(english, problem('speech_key_missing'))).toBe('There is no key for it yet.');
  expect(lackShown(chinese, problem('model_missing'))).toBe('尚未下載模型。');
  expect(lackShown(english, problem('offline'))).toBe('Something is wrong.');
  expect(lackShown(english, null)).toBe('Not ready.');
});

test('sentences have a space between them where the language has', () => {
  expect(together(english, ['One.', null, 'Two.', ''])).toBe('One. Two.');
  expect(together(chinese, ['一。', '二。'])).toBe('一。二。');
});
