// The four groups of the list, and the order inside each.

import type { Group, JobView, PageDestination } from '../backend/backend';

export const GROUPS: readonly Group[] = ['needs_you', 'working', 'waiting', 'done'];

export interface JobGroup {
  group: Group;
  jobs: JobView[];
}

function byAge(a: JobView, b: JobView): number {
  return a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id);
}

function byNews(a: JobView, b: JobView): number {
  return b.updated_at.localeCompare(a.updated_at) || a.id.localeCompare(b.id);
}

/** Jobs that go on come in their turn, oldest first; jobs that ended or wait for the person, latest news first. */
export function grouped(jobs: Iterable<JobView>): JobGroup[] {
  const all = [...jobs];
  return GROUPS.map((group) => {
    const members = all.filter((job) => job.group === group);
    const order = group === 'working' || group === 'waiting' ? byAge : byNews;
    return { group, jobs: members.sort(order) };
  }).filter(({ jobs }) => jobs.length > 0);
}

/** Whether the job has ended, one way or another. */
export function isFinal(job: JobView): boolean {
  return job.status === 'completed' || job.status === 'failed' || job.status === 'cancelled';
}

/** The done part of the running stage, 0 to 1, when its total is known. */
export function stageFraction(job: JobView): number | null {
  const progress = job.stage_progress;
  if (!progress || progress.done === null || progress.total === null || progress.total <= 0) return null;
  return Math.min(1, Math.max(0, progress.done / progress.total));
}

/** Where the page of a completed job can be opened; nowhere once it has been taken back. */
export function pageOf({ status, result }: JobView): PageDestination | null {
  if (status !== 'completed' || !result) return null;
  if (result.notion_page_url !== null) return result.page_undone ? null : 'notion';
  return result.page_html_path === null && result.page_path === null ? null : 'folder';
}

/** Whether it is known who said what: the text is there, whatever became of the rest. */
export function hasTranscript({ status, stages }: JobView): boolean {
  return status === 'completed' || stages.some(({ stage, state }) => stage === 'diarize' && state === 'done');
}
