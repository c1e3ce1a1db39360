import { describe, expect, test } from 'vitest';

import { jobResult, jobView, PAGE_FOLDER_GONE, stagesUpTo } from '../backend/memory';
import { wordsIn } from '../text/text';
import { type Moment, progressHeard, statusLine } from './status';

const en = wordsIn('en').t;
const zh = wordsIn('zh-TW').t;
const moment: Moment = {
  now_ms: Date.parse('2026-11-23T10:00:00Z'),
  elapsed_ms: 41_000,
  left_ms: null,
  rate_per_s: null,
  stopping: false,
  paused: false,
  ahead: 0,
};
const working = jobView({
  id: 'a',
  status: 'processing',
  group: 'working',
  stage: 'diarize',
  progress: 90,
  stages: stagesUpTo('diarize'),
});

describe('a working job', () => {
  test('says stage and elapsed time until the time left is known', () => {
    expect(statusLine(working, moment, en)).toBe('Finding who spoke · 0:41');
    expect(statusLine(working, moment, zh)).toBe('正在辨識發言者 · 0:41');
  });

  test('then says the time left', () => {
    const soon = { ...moment, left_ms: 240_000 };
    expect(statusLine(working, soon, en)).toBe('Finding who spoke · about 4 min left');
    expect(statusLine(working, soon, zh)).toBe('正在辨識發言者 · 約剩 4 分鐘');
    expect(progressHeard(working, soon, en)).toBe('Finding who spoke, about 4 minutes left');
  });

  test('tells a percentage only when the stage counts towards a total', () => {
    expect(progressHeard(working, moment, en)).toBe('Finding who spoke');
    const counting = { ...working, stage_progress: { done: 1, total: 4, unit: 'items' as const } };
    expect(progressHeard(counting, moment, en)).toBe('Finding who spoke, 90%');
  });

  test('that fetches says how much, how fast and how long still', () => {
    const bytes = (done: number, total: number | null) => ({
      ...working,
      stage: 'fetch' as const,
      stage_progress: { done, total, unit: 'bytes' as const },
    });
    const fast = { ...moment, rate_per_s: 3_100_000 };
    expect(statusLine(bytes(12_300_000, 45_000_000), fast, en)).toBe(
      'Fetching the recording · 12.3 of 45.0 MB · 3.1 MB/s',
    );
    expect(statusLine(bytes(12_300_000, 45_000_000), { ...fast, left_ms: 240_000 }, en)).toBe(
      'Fetching the recording · 12.3 of 45.0 MB · 3.1 MB/s · about 4 min left',
    );
    expect(statusLine(bytes(12_300_000, 45_000_000), fast, zh)).toBe(
      '正在取得錄音 · 12.3 / 45.0 MB · 每秒 3.1 MB',
    );
    expect(statusLine(bytes(12_300, null), moment, en)).toBe('Fetching the recording · 12 kB');
  });

  test('that has to wait for another recording says so', () => {
    const inLine = { ...working, in_line: true };
    expect(statusLine(inLine, moment, en)).toBe('Finding who spoke · waiting for another recording');
    expect(statusLine(inLine, moment, zh)).toBe('等待辨識發言者 · 另一個錄音正在進行');
  });

  test('that was asked to stop says so', () => {
    expect(statusLine(working, { ...moment, stopping: true }, en)).toBe('Stopping…');
  });
});

test('writing is said of Notion where the page goes there', () => {
  const writing = { ...working, stage: 'publish' as const, destination: 'notion' as const };
  expect(statusLine(writing, moment, en)).toBe('Writing to Notion · 0:41');
  expect(statusLine({ ...writing, destination: 'folder' }, moment, zh)).toBe('正在寫入頁面 · 0:41');
});

describe('a waiting job', () => {
  const waiting = jobView({ id: 'a' });

  test('counts down to its next try, also over minutes and hours', () => {
    const error = {
      code: 'service_busy',
      what: 'Notion is busy.',
      fix: '',
      stage: 'publish' as const,
      detail: null,
    };
    const retrying = { ...waiting, stage: 'publish' as const, destination: 'notion' as const, error };
    const line = (retry_at: string) => statusLine({ ...retrying, retry_at }, moment, en);
    expect(line('2026-11-23T10:02:05Z')).toBe('Notion is busy. Trying again in 2:05.');
    expect(line('2026-11-23T11:02:05Z')).toBe('Notion is busy. Trying again in 1:02:05.');
    expect(line('2026-11-23T09:59:00Z')).toBe('Notion is busy. Trying again now.');
    const silent = { ...retrying, error: null, retry_at: '2026-11-23T10:02:05Z' };
    expect(statusLine(silent, moment, en)).toBe('Write to Notion didn’t work · trying again in 2:05');
  });

  test('says its place in the line', () => {
    expect(statusLine(waiting, moment, en)).toBe('Waiting · next in line');
    expect(statusLine(waiting, { ...moment, ahead: 1 }, en)).toBe('Waiting · 1 job before it');
    expect(statusLine(waiting, { ...moment, ahead: 2 }, en)).toBe('Waiting · 2 jobs before it');
    expect(statusLine(waiting, { ...moment, ahead: 2 }, zh)).toBe('等待中 · 前面還有 2 個');
  });

  test('says when it is tried again', () => {
    const retrying = jobView({ id: 'a', stage: 'publish', retry_at: '2026-11-23T10:00:40Z' });
    expect(statusLine(retrying, moment, en)).toBe('Write the page didn’t work · trying again in 0:40');
  });

  test('says why it is tried again, where that is known', () => {
    const error = {
      code: 'offline',
      what: 'You’re offline.',
      fix: '',
      stage: 'fetch' as const,
      detail: null,
    };
    const offline = jobView({ id: 'a', stage: 'fetch', retry_at: '2026-11-23T10:00:40Z', error });
    expect(statusLine(offline, moment, en)).toBe('You’re offline. Trying again in 0:40.');
    const late = { ...moment, now_ms: moment.now_ms + 60_000 };
    expect(statusLine(offline, late, en)).toBe('You’re offline. Trying again now.');
  });

  test('says that everything is paused', () => {
    expect(statusLine(waiting, { ...moment, paused: true }, en)).toBe('Waiting · everything is paused');
  });
});

describe('an ended job', () => {
  test('that is complete says speakers, length and time taken', () => {
    const done = jobView({
      id: 'a',
      status: 'completed',
      group: 'done',
      duration_ms: 2_880_000,
      stages: stagesUpTo(null, 'running', (weight) => weight * 360),
      result: jobResult({
        title: 'a',
        identified_speakers: { 'Speaker 1': 'Mei', 'Speaker 2': 'Speaker 2' },
      }),
    });
    expect(statusLine(done, moment, en)).toBe('2 speakers · 48 min · took 6 min');
    expect(statusLine(done, moment, zh)).toBe('2 位發言者 · 48 分鐘 · 耗時 6 分鐘');
  });

  test('that failed says what happened', () => {
    const failed = jobView({ id: 'a', status: 'failed', group: 'done', error: PAGE_FOLDER_GONE });
    expect(statusLine(failed, moment, en)).toBe(
      'The folder for pages, /home/kim/Documents/Debrief, has gone.',
    );
    expect(statusLine(failed, moment, zh)).toBe('存放頁面的資料夾「/home/kim/Documents/Debrief」不見了。');
  });
});
