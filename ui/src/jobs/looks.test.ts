import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { LinkLook } from '../backend/backend';
import { MemoryBackend } from '../backend/memory';
import { linkLook } from '../backend/memory-google';
import { Looks } from './looks.svelte';

const LINK = 'https://drive.google.com/file/d/1AbCdEfGhIjKlMnOp/view';

function looking() {
  const backend = new MemoryBackend();
  const answered = vi.fn();
  return { backend, answered, looks: new Looks(backend, answered) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what a text is', () => {
  test('is known to be on its way until the answer comes', async () => {
    const { answered, looks } = looking();
    const asked = looks.now(LINK);
    expect(looks.of(LINK)).toBeNull();
    await asked;
    expect(looks.of(LINK)?.name).toBe('Customer interview.m4a');
    expect(answered).toHaveBeenCalledExactlyOnceWith(LINK, looks.of(LINK));
  });

  test('is asked only where it can be known', async () => {
    const { backend, looks } = looking();
    await looks.now('shopping list');
    await looks.now('https://example.com/talk.m4a');
    expect(backend.lookedUp).toEqual([]);
    expect(looks.of('shopping list')).toBeUndefined();
  });

  test('is asked once typing has paused, of the last text alone', async () => {
    const { backend, looks } = looking();
    looks.soon('/a');
    vi.advanceTimersByTime(399);
    looks.soon('/ab');
    vi.advanceTimersByTime(399);
    expect(backend.lookedUp).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(backend.lookedUp).toEqual(['/ab']);
  });

  test('is not asked when the text is gone before the pause is over', () => {
    const { backend, looks } = looking();
    looks.soon('/ab');
    looks.soon('');
    vi.advanceTimersByTime(1_000);
    expect(backend.lookedUp).toEqual([]);
  });

  test('is the answer to the last question, also when an earlier one is answered later', async () => {
    const { backend, answered, looks } = looking();
    const answers: ((look: LinkLook) => void)[] = [];
    vi.spyOn(backend, 'lookUp').mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
    const first = looks.now(LINK);
    const second = looks.now(LINK);
    answers[1]?.(linkLook({ text: LINK, name: 'new' }));
    await second;
    answers[0]?.(linkLook({ text: LINK, name: 'old' }));
    await first;
    expect(looks.of(LINK)?.name).toBe('new');
    expect(answered).toHaveBeenCalledOnce();
  });

  test('is unknown when the answer failed, or when it is forgotten meanwhile', async () => {
    const { backend, looks } = looking();
    vi.spyOn(backend, 'lookUp').mockRejectedValueOnce(new Error('broken'));
    expect(await looks.now(LINK)).toBeNull();
    expect(looks.of(LINK)).toBeUndefined();
    const asked = looks.now(LINK);
    looks.forget(LINK);
    await asked;
    expect(looks.of(LINK)).toBeUndefined();
  });

  test('is kept for the last two hundred', async () => {
    const { looks } = looking();
    for (let index = 0; index < 205; index += 1) await looks.now(`/${index}.m4a`);
    expect(looks.of('/4.m4a')).toBeUndefined();
    expect(looks.of('/5.m4a')).toBeDefined();
  });
});
