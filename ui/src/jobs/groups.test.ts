import { expect, test } from 'vitest';

import { jobView } from '../backend/memory';
import { grouped, stageFraction } from './groups';

test('groups come in the order of urgency, without empty ones', () => {
  const jobs = [
    jobView({ id: 'd', group: 'done', status: 'completed' }),
    jobView({ id: 'w', group: 'waiting' }),
    jobView({ id: 'n', group: 'needs_you', status: 'processing' }),
  ];
  expect(grouped(jobs).map(({ group }) => group)).toEqual(['needs_you', 'waiting', 'done']);
});

test('waiting jobs come in their turn, ended jobs with the latest first', () => {
  const at = (minute: number) => `2026-11-23T10:0${minute}:00Z`;
  const jobs = [
    jobView({ id: 'second', created_at: at(2) }),
    jobView({ id: 'first', created_at: at(1) }),
    jobView({ id: 'old', group: 'done', status: 'failed', updated_at: at(3) }),
    jobView({ id: 'new', group: 'done', status: 'completed', updated_at: at(4) }),
  ];
  const ids = grouped(jobs).map(({ jobs: members }) => members.map((job) => job.id));
  expect(ids).toEqual([
    ['first', 'second'],
    ['new', 'old'],
  ]);
});

test('a fraction needs a total', () => {
  const job = jobView({ id: 'a' });
  expect(stageFraction(job)).toBeNull();
  expect(stageFraction({ ...job, stage_progress: { done: 5, total: null, unit: 'bytes' } })).toBeNull();
  expect(stageFraction({ ...job, stage_progress: { done: 5, total: 20, unit: 'bytes' } })).toBe(0.25);
  expect(stageFraction({ ...job, stage_progress: { done: 30, total: 20, unit: 'bytes' } })).toBe(1);
});
