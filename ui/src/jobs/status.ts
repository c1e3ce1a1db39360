// What a row says about its job, from structured facts alone.

import type { JobView } from '../backend/backend';
import { failureShown, told } from '../text/backend';
import type { Translate } from '../text/text';
import { bytesOf, byteRate, fileSize } from '../text/bytes';
import { inWords, timecode, timeLeft } from '../text/time';
import { stageFraction } from './groups';
import { stageDoing, stageName } from './stages';

/** How a job looks: its shape, its colour and its word. */
export type Look = 'needs_you' | 'working' | 'stopping' | 'waiting' | 'completed' | 'failed' | 'cancelled';

export interface Moment {
  now_ms: number;
  elapsed_ms: number | null;
  left_ms: number | null;
  /** Units of the running stage a second. */
  rate_per_s: number | null;
  stopping: boolean;
  paused: boolean;
  /** Jobs that wait before this one. */
  ahead: number;
}

export function lookOf(job: JobView, stopping: boolean): Look {
  switch (job.status) {
    case 'completed':
    case 'failed':
    case 'cancelled':
      return job.status;
    case 'pending':
    case 'processing':
      if (stopping) return 'stopping';
      // A job in the group of ended ones that has not ended cannot be; it then waits.
      return job.group === 'done' ? 'waiting' : job.group;
  }
}

/** Whether a percentage can be told: only while the running stage counts towards a known total. */
export function tellsPercentage(job: JobView): boolean {
  return job.group === 'working' && stageFraction(job) !== null;
}

function completedLine(job: JobView, t: Translate): string {
  const speakers = Object.keys(job.result?.identified_speakers ?? {}).length;
  const took_ms = job.stages.reduce((sum, stage) => sum + (stage.took_ms ?? 0), 0);
  const parts = [
    speakers > 0 ? t('status-speakers', { count: speakers }) : null,
    job.duration_ms !== null ? inWords(t, job.duration_ms) : null,
    took_ms > 0 ? t('status-took', { time: inWords(t, took_ms) }) : null,
    job.result?.page_undone ? t('status-undone') : null,
  ];
  return parts.filter((part) => part !== null).join(' · ') || t('state-completed');
}

/** What a stage that moves bytes says: how much of how much, how fast, how long still. */
function bytesLine(job: JobView, moment: Moment, t: Translate): string | null {
  const progress = job.stage_progress;
  if (progress?.unit !== 'bytes' || progress.done === null) return null;
  const parts = [
    progress.total === null ? fileSize(t, progress.done) : bytesOf(t, progress.done, progress.total),
    moment.rate_per_s === null ? null : byteRate(t, moment.rate_per_s),
    moment.left_ms === null ? null : timeLeft(t, moment.left_ms),
  ];
  return parts.filter((part) => part !== null).join(' · ');
}

function workingLine(job: JobView, moment: Moment, t: Translate): string {
  if (!job.stage) return told(t, job.message);
  const doing = stageDoing(t, job.stage, job);
  if (job.in_line) return t('status-in-line', { doing });
  const bytes = bytesLine(job, moment, t);
  if (bytes !== null) return t('status-bytes', { doing, bytes });
  if (moment.left_ms !== null) return t('status-left', { doing, left: timeLeft(t, moment.left_ms) });
  return t('status-working', { doing, time: timecode(moment.elapsed_ms ?? 0) });
}

function waitingLine(job: JobView, moment: Moment, t: Translate): string {
  if (moment.paused) return t('status-paused');
  if (job.retry_at !== null && job.stage) {
    const stage = stageName(t, job.stage, job);
    const wait_ms = Date.parse(job.retry_at) - moment.now_ms;
    if (job.error) {
      const { what } = failureShown(t, job.error);
      return wait_ms > 0
        ? t('status-retrying-why', { what, time: timecode(wait_ms + 999) })
        : t('status-retrying-why-now', { what });
    }
    if (wait_ms > 0) return t('status-retrying', { stage, time: timecode(wait_ms + 999) });
    return t('status-retrying-now', { stage });
  }
  return moment.ahead === 0 ? t('status-next') : t('status-ahead', { count: moment.ahead });
}

/** The one status line of a row. */
export function statusLine(job: JobView, moment: Moment, t: Translate): string {
  switch (lookOf(job, moment.stopping)) {
    case 'stopping':
      return t('status-stopping');
    case 'working':
      return workingLine(job, moment, t);
    case 'waiting':
      return waitingLine(job, moment, t);
    case 'needs_you':
    case 'failed':
      return job.error ? failureShown(t, job.error).what : told(t, job.message);
    case 'cancelled':
      return t('status-cancelled');
    case 'completed':
      return completedLine(job, t);
  }
}

/** What a screen reader says for the progress of a working job. */
export function progressHeard(job: JobView, moment: Moment, t: Translate): string {
  if (!job.stage) return told(t, job.message);
  const doing = stageDoing(t, job.stage, job);
  if (job.in_line) return t('status-in-line', { doing });
  if (moment.left_ms !== null)
    return t('progress-heard-left', { doing, left: timeLeft(t, moment.left_ms, true) });
  if (tellsPercentage(job)) return t('progress-heard', { doing, percent: job.progress });
  return t('progress-heard-unknown', { doing });
}
