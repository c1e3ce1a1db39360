import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Announcer } from './announcer';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('stage changes are said at most every ten seconds, the latest of them', () => {
  const said: string[] = [];
  const announcer = new Announcer((text) => said.push(text));
  announcer.calm('one');
  announcer.calm('two');
  vi.advanceTimersByTime(5_000);
  announcer.calm('three');
  vi.advanceTimersByTime(4_999);
  expect(said).toEqual(['one']);
  vi.advanceTimersByTime(1);
  expect(said).toEqual(['one', 'three']);
});

test('failures are said at once and put off what can wait', () => {
  const said: string[] = [];
  const announcer = new Announcer((text) => said.push(text));
  announcer.calm('one');
  announcer.urgent('failed');
  announcer.calm('two');
  expect(said).toEqual(['one', 'failed']);
  vi.advanceTimersByTime(10_000);
  expect(said).toEqual(['one', 'failed', 'two']);
});
