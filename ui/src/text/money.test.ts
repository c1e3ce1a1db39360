import { describe, expect, test } from 'vitest';

import type { JobCost } from '../backend/backend';
import { costLine, dollars, usageLine } from './money';
import { wordsIn } from './text';

const { t } = wordsIn('en');

function cost(over: Partial<JobCost> = {}): JobCost {
  return {
    estimated_usd: null,
    spent_usd: 0,
    unpriced: false,
    input_tokens: 0,
    output_tokens: 0,
    audio_minutes: 0,
    ...over,
  };
}

test('dollars are told to the cent, and less than one as such', () => {
  expect([0, 0.004, 0.006, 0.0396, 1.284, 1250].map((usd) => dollars(t, usd))).toEqual([
    '$0.00',
    'less than $0.01',
    '$0.01',
    '$0.04',
    '$1.28',
    '$1,250.00',
  ]);
  expect(dollars(wordsIn('zh-TW').t, 0.0396)).toBe('US$0.04');
});

test('what was used is told in tokens and minutes, as far as there is any', () => {
  expect(usageLine(t, cost())).toBe('');
  expect(usageLine(t, cost({ input_tokens: 18_412, output_tokens: 1_306, audio_minutes: 48 }))).toBe(
    '18,412 tokens read, 1,306 written · 48 min of audio',
  );
  expect(usageLine(t, cost({ audio_minutes: 47.6 }))).toBe('48 min of audio');
});

describe('what a job costs', () => {
  const used = { input_tokens: 100, output_tokens: 10 };

  test('is nothing where nothing costs', () => {
    expect(costLine(t, cost())).toBeNull();
    expect(costLine(t, cost({ estimated_usd: 0, ...used }))).toBeNull();
  });

  test('is told before it is spent, and beside what was spent', () => {
    expect(costLine(t, cost({ estimated_usd: 0.0396 }))).toBe('About $0.04 expected');
    expect(costLine(t, cost({ estimated_usd: 0.0396, spent_usd: 0.031, ...used }))).toBe(
      '$0.03 ($0.04 expected)',
    );
    expect(costLine(t, cost({ spent_usd: 0.031, ...used }))).toBe('$0.03');
  });

  test('says so where a price is missing', () => {
    expect(costLine(t, cost({ unpriced: true }))).toBe('No price known');
    expect(costLine(t, cost({ unpriced: true, ...used }))).toBe('No price known');
    expect(costLine(t, cost({ unpriced: true, spent_usd: 0.2, ...used }))).toBe(
      '$0.20, and what has no known price',
    );
  });
});
