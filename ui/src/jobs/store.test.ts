import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { JobView } from '../backend/backend';
import { jobView, MemoryBackend, stagesUpTo } from '../backend/memory';
import { Jobs, type Listener } from './store.svelte';

const running = (over: Partial<JobView> = {}): JobView =>
  jobView({
    id: 'a',
    status: 'processing',
    group: 'working',
    stage: 'transcribe',
    progress: 20,
    stages: stagesUpTo('transcribe'),
    revision: 10,
    ...over,
  });

function listener() {
  return {
    stageBegan: vi.fn<Listener['stageBegan']>(),
    ended: vi.fn<Listener['ended']>(),
    needsPerson: vi.fn<Listener['needsPerson']>(),
  };
}

async function started(...stored: JobView[]) {
  const backend = new MemoryBackend({ jobs: stored });
  const heard = listener();
  const jobs = new Jobs(backend, heard);
  await jobs.start();
  return { backend, heard, jobs };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('news', () => {
  test('an older view never replaces a newer one', async () => {
    const { jobs } = await started(running());
    jobs.take({ kind: 'changed', job: running({ title: 'newer', revision: 12 }) });
    jobs.take({ kind: 'changed', job: running({ title: 'older', revision: 11 }) });
    expect(jobs.get('a')?.title).toBe('newer');
  });

  test('progress moves a running job and never goes back', async () => {
    const { jobs } = await started(running());
    const stage_progress = { done: 1, total: 2, unit: 'audio_ms' } as const;
    jobs.take({ kind: 'progress', id: 'a', progress: 40, stage_progress, in_line: false, message: '' });
    jobs.take({ kind: 'progress', id: 'a', progress: 30, stage_progress, in_line: false, message: '' });
    expect(jobs.latest(running())).toMatchObject({ progress: 40, stage_progress });
  });

  test('progress that arrives after the end is ignored', async () => {
    const { jobs } = await started(running());
    jobs.take({
      kind: 'changed',
      job: running({ status: 'completed', group: 'done', progress: 100, revision: 11 }),
    });
    jobs.take({ kind: 'progress', id: 'a', progress: 97, stage_progress: null, in_line: false, message: '' });
    expect(jobs.latest(jobs.get('a') as JobView).progress).toBe(100);
  });

  test('a removed job does not come back with late news', async () => {
    const { jobs } = await started(running());
    jobs.take({ kind: 'removed', id: 'a' });
    jobs.take({ kind: 'changed', job: running({ revision: 99 }) });
    expect(jobs.ordered).toEqual([]);
  });

  test('"relist" lists again: missed jobs appear, deleted ones go', async () => {
    const { backend, jobs } = await started(running());
    backend.jobs.delete('a');
    backend.jobs.set('b', jobView({ id: 'b' }));
    backend.send({ kind: 'relist' });
    await vi.runAllTimersAsync();
    expect(jobs.ordered.map((job) => job.id)).toEqual(['b']);
  });

  test('what happens while a list is on its way wins over the list', async () => {
    const { backend, jobs } = await started(running());
    let answer: (listed: JobView[]) => void = () => undefined;
    vi.spyOn(backend, 'listJobs').mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    const relisted = jobs.relist();
    jobs.take({ kind: 'changed', job: jobView({ id: 'new', revision: 30 }) });
    jobs.take({ kind: 'changed', job: running({ title: 'newer', revision: 31 }) });
    answer([running({ title: 'older', revision: 29 })]);
    await relisted;
    expect(jobs.get('new')).toBeDefined();
    expect(jobs.get('a')?.title).toBe('newer');
  });

  test('the listener hears of stages, needs and ends once each', async () => {
    const { heard, jobs } = await started(running());
    jobs.take({ kind: 'changed', job: running({ stage: 'diarize', revision: 11 }) });
    jobs.take({ kind: 'changed', job: running({ group: 'needs_you', revision: 12 }) });
    jobs.take({ kind: 'changed', job: running({ status: 'failed', group: 'done', revision: 13 }) });
    jobs.take({ kind: 'changed', job: running({ status: 'failed', group: 'done', revision: 14 }) });
    expect(heard.stageBegan).toHaveBeenCalledOnce();
    expect(heard.needsPerson).toHaveBeenCalledOnce();
    expect(heard.ended).toHaveBeenCalledOnce();
  });
});

describe('time', () => {
  test('a stage counts from the moment it began, also in a window opened later', async () => {
    vi.setSystemTime('2026-11-23T10:05:00Z');
    const { jobs } = await started(running({ updated_at: '2026-11-23T10:04:00Z' }));
    expect(jobs.elapsed_ms(running(), Date.now())).toBe(60_000);
    jobs.take({ kind: 'changed', job: running({ updated_at: '2026-11-23T10:04:30Z', revision: 11 }) });
    expect(jobs.elapsed_ms(running(), Date.now())).toBe(60_000);
  });

  test('the time left appears after ten seconds of steady progress', async () => {
    const { jobs } = await started(running());
    for (let second = 0; second <= 10; second += 1) {
      const stage_progress = { done: second * 10, total: 1000, unit: 'audio_ms' } as const;
      jobs.take({ kind: 'progress', id: 'a', progress: 20, stage_progress, in_line: false, message: '' });
      if (second < 10) {
        expect(jobs.left_ms(running(), Date.now())).toBeNull();
        vi.advanceTimersByTime(1000);
      }
    }
    expect(jobs.left_ms(running(), Date.now())).toBeCloseTo(90_000);
  });
});

describe('cancelling', () => {
  test('touches one job and can be taken back for eight seconds', async () => {
    const { backend, jobs } = await started(running(), running({ id: 'b' }));
    await jobs.cancel(running());
    expect(backend.calls).toEqual([['cancelJob', 'a']]);
    expect(jobs.undo).toMatchObject({ id: 'a' });
    vi.advanceTimersByTime(7_999);
    expect(jobs.undo).not.toBeNull();
    vi.advanceTimersByTime(1);
    expect(jobs.undo).toBeNull();
  });

  test('is undone by running the job again from where it stopped', async () => {
    const { backend, jobs } = await started(running());
    await jobs.cancel(running());
    await jobs.undoCancel();
    expect(backend.calls.at(-1)).toEqual(['retryJob', 'a', null]);
  });

  test('undone while the job is still stopping, it waits until the job has stopped', async () => {
    const { backend, jobs } = await started(running());
    vi.spyOn(backend, 'cancelJob').mockResolvedValueOnce();
    await jobs.cancel(running());
    expect(jobs.isStopping('a')).toBe(true);
    await jobs.undoCancel();
    expect(backend.calls).toEqual([]);
    backend.change(running({ status: 'cancelled', group: 'done' }));
    await vi.runAllTimersAsync();
    expect(backend.calls).toEqual([['retryJob', 'a', null]]);
    expect(jobs.isStopping('a')).toBe(false);
  });

  test('a refusal is told and leaves the job as it is', async () => {
    const { backend, jobs } = await started(running());
    backend.refuseNext = { code: 'store_failed', what: 'No.', fix: 'Try again.' };
    await jobs.cancel(running());
    expect(jobs.trouble).toMatchObject({ what: 'No.' });
    expect(jobs.isStopping('a')).toBe(false);
    expect(jobs.undo).toBeNull();
  });
});
