import { describe, expect, test } from 'vitest';

import english from './en.ftl?raw';
import { messageIds, negotiated, wordsIn } from './text';
import { byteRate, bytesOf, fileSize } from './bytes';
import { dayOf, inWords, recordingLength, timecode, timeLeft } from './time';
import traditionalChinese from './zh-TW.ftl?raw';

describe('the language', () => {
  test.each([
    [['zh-TW', 'en'], 'zh-TW'],
    [['zh-Hant-HK'], 'zh-TW'],
    [['en-GB'], 'en'],
    [['fr', 'zh-TW', 'en'], 'zh-TW'],
    [['fr', 'de'], 'en'],
    [[], 'en'],
  ])('for %j is %s', (requested, locale) => {
    expect(negotiated(requested)).toBe(locale);
  });

  test('both languages say the same things', () => {
    expect(messageIds('zh-TW')).toEqual(messageIds('en'));
  });

  test('both languages name the same facts in each message', () => {
    const facts = (source: string) =>
      Object.fromEntries(
        source
          .split(/\n(?=[a-z])/u)
          .map((entry) => [entry.split(' ', 1)[0], [...new Set(entry.match(/\$[a-z]+/gu) ?? [])].sort()]),
      );
    const spoken = facts(english);
    expect(facts(traditionalChinese)).toEqual(spoken);
  });

  test('every message that the window names exists', () => {
    const sources = import.meta.glob(
      [
        '../**/*.svelte',
        '../jobs/*.ts',
        '../window/*.svelte.ts',
        './backend.ts',
        './bytes.ts',
        './money.ts',
        './time.ts',
      ],
      {
        query: '?raw',
        import: 'default',
        eager: true,
      },
    );
    const named = Object.values(sources).flatMap((source) =>
      [...String(source).matchAll(/\bt\(\s*'([a-z_-]+)'/gu)].map((match) => match[1]),
    );
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((id) => !messageIds('en').includes(id ?? ''))).toEqual([]);
  });

  test('no message is unused', () => {
    const sources = import.meta.glob(
      [
        '../**/*.svelte',
        '../jobs/*.ts',
        '../window/*.svelte.ts',
        './backend.ts',
        './bytes.ts',
        './money.ts',
        './time.ts',
      ],
      {
        query: '?raw',
        import: 'default',
        eager: true,
      },
    );
    const all = Object.values(sources).join('\n');
    // These are put together from a word of the backend.
    const composed =
      /^(?:claim|doubt|evidence|hit|notes|record|group|state|stage|doing|left|size|bytes|rate|remedy|health|access|kept|keep|token|role|kind|section|find|action-open|action-update|transcript|chinese|models|model|recommended|checked)-/u;
    expect(messageIds('en').filter((id) => !composed.test(id) && !all.includes(`'${id}'`))).toEqual([]);
  });
});

describe('times', () => {
  const { t } = wordsIn('en');

  test('as timecodes', () => {
    expect([0, 41_000, 302_000, 4_360_000].map(timecode)).toEqual(['0:00', '0:41', '5:02', '1:12:40']);
    expect(recordingLength(3_501_000)).toBe('0:58:21');
    expect(recordingLength(41_000)).toBe('0:00:41');
    expect(recordingLength(53_922)).toBe('0:00:54');
    expect(recordingLength(3_599_800)).toBe('1:00:00');
  });

  test('in words', () => {
    expect(inWords(t, 400)).toBe('1 s');
    expect(inWords(t, 2_880_000)).toBe('48 min');
    expect(inWords(t, 3_900_000)).toBe('1 h 5 min');
    expect(timeLeft(t, 20_000)).toBe('less than a minute left');
    expect(timeLeft(t, 61_000, true)).toBe('about 1 minute left');
    expect(timeLeft(t, 5_400_000)).toBe('about 1 h 30 min left');
  });
});

test('days are told with their year only when it is another one', () => {
  const now_ms = Date.parse('2026-11-23T10:00:00Z');
  const { t } = wordsIn('en');
  expect(dayOf(t, '2026-11-12T12:00:00Z', now_ms)).toBe('12 Nov');
  expect(dayOf(t, '2025-11-12T12:00:00Z', now_ms)).toBe('12 Nov 2025');
  expect(dayOf(wordsIn('zh-TW').t, '2026-11-12T12:00:00Z', now_ms)).toBe('11月12日');
});

test('amounts of bytes are told in the unit that fits the larger one', () => {
  const { t } = wordsIn('en');
  expect([0, 999, 45_040_000, 999_900_000, 2_500_000_000].map((size) => fileSize(t, size))).toEqual([
    '0 kB',
    '1 kB',
    '45.0 MB',
    '1.00 GB',
    '2.50 GB',
  ]);
  expect(bytesOf(t, 900_000, 1_250_000_000)).toBe('0.00 of 1.25 GB');
  expect(byteRate(t, 850_000)).toBe('850 kB/s');
});
