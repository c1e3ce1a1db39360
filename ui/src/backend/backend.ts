// The one door between the window and the work: what the window may ask, and what it is told.

import type { About, CommandError, JobNews, JobView, PickKind, Stage } from './bindings';

export type {
  About,
  CommandError,
  Group,
  JobError,
  JobNews,
  JobResult,
  JobView,
  PickKind,
  Progress,
  Stage,
  StageState,
  StageView,
  StatusWord,
  Unit,
  Warning,
} from './bindings';

/** Files held over the window or let go of. */
export type FileDrag =
  { kind: 'over'; paths: string[] } | { kind: 'left' } | { kind: 'dropped'; paths: string[] };

/** Every promise rejects with a {@link CommandError}. */
export interface Backend {
  /** Makes a job of a recording (link, Drive id or path) and answers with its id once it is stored. */
  processFile(fileId: string, attachmentFileIds: string[]): Promise<string>;
  /** Makes a job of the bundled sample. */
  processSample(): Promise<string>;
  listJobs(): Promise<JobView[]>;
  cancelJob(jobId: string): Promise<void>;
  /** Runs a job again: from `from`, or from where it stopped. */
  retryJob(jobId: string, from: Stage | null): Promise<void>;
  deleteJob(jobId: string): Promise<void>;
  pauseAll(): Promise<void>;
  resumeAll(): Promise<void>;
  /** Opens the finished page with the system's own program. */
  openPage(jobId: string): Promise<void>;
  /** Asks for files with the system's dialog; none when the person closes it. */
  pickFiles(kind: PickKind): Promise<string[]>;
  about(): Promise<About>;
  /** Tells every change of the jobs from now on. */
  followJobs(tell: (news: JobNews) => void): Promise<void>;
  /** Tells of files dragged over the window. */
  followDrags(tell: (drag: FileDrag) => void): Promise<void>;
}

/** Whatever a promise rejected with, in the form that the window shows. */
export function asCommandError(cause: unknown): CommandError {
  if (typeof cause === 'object' && cause !== null && 'what' in cause && 'fix' in cause) {
    const { what, fix } = cause;
    const code = 'code' in cause ? String(cause.code) : 'internal';
    return { code, what: String(what), fix: String(fix) };
  }
  const what = cause instanceof Error ? cause.message : String(cause);
  return { code: 'internal', what, fix: '' };
}
