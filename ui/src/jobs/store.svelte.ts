// The jobs as the window knows them: one list, kept up to date by news, in which an older view never replaces a newer one.

import { SvelteMap, SvelteSet } from 'svelte/reactivity';

import {
  type About,
  asCommandError,
  type Backend,
  type CommandError,
  type JobNews,
  type JobView,
  type Progress,
  type Stage,
} from '../backend/backend';
import { copyComing } from '../lib/copy';
import { PaceMeter } from './eta';
import { grouped, isFinal } from './groups';

const UNDO_MS = 8_000;
const RELIST_ATTEMPTS = 5;
const RELIST_DELAY_MS = 1_000;

interface RunningStage {
  stage: Stage;
  since_ms: number;
  pace: PaceMeter;
}

interface LiveProgress {
  progress: number;
  stage_progress: Progress | null;
  in_line: boolean;
  message: string;
}

/** A cancellation that can still be taken back. */
export interface Undo {
  id: string;
  title: string;
}

/** Told of changes that somebody who cannot see the window should hear about. */
export interface Listener {
  stageBegan(job: JobView, stage: Stage): void;
  ended(job: JobView): void;
  needsPerson(job: JobView): void;
}

export class Jobs {
  readonly #backend: Backend;
  readonly #listener: Listener;
  readonly #now_ms: () => number;
  readonly #views = new SvelteMap<string, JobView>();
  // Apart from the views, so that ten pieces of news a second touch one row and not the order of the list.
  readonly #live = new SvelteMap<string, LiveProgress>();
  readonly #cancelling = new SvelteSet<string>();
  readonly #undoWanted = new Set<string>();
  readonly #removed = new Set<string>();
  readonly #running = new Map<string, RunningStage>();
  #newsDuringRelist: Set<string> | null = null;
  #relistAgain = false;
  #undoTimer: ReturnType<typeof setTimeout> | undefined;

  /** False until the first list has arrived. */
  loaded = $state(false);
  about = $state<About | null>(null);
  paused = $state(false);
  /** What an action on a job was refused with. */
  trouble = $state<CommandError | null>(null);
  undo = $state<Undo | null>(null);

  readonly groups = $derived(grouped(this.#views.values()));
  /** Every job, in the order of the list. */
  readonly ordered = $derived(this.groups.flatMap(({ jobs }) => jobs));
  readonly busy = $derived(this.ordered.some((job) => !isFinal(job)));

  constructor(backend: Backend, listener: Listener, now_ms: () => number = Date.now) {
    this.#backend = backend;
    this.#listener = listener;
    this.#now_ms = now_ms;
  }

  /** Follows the news, then lists: in this order nothing falls between the two. */
  async start(): Promise<void> {
    await this.#attempt(async () => {
      await this.#backend.followJobs((news) => this.take(news));
      await this.relist();
      this.about = await this.#backend.about();
      this.paused = this.about.paused;
    });
  }

  /** Asks again what the footer shows. */
  async refreshAbout(): Promise<void> {
    try {
      this.about = await this.#backend.about();
    } catch {
      // What is known stays true enough.
    }
  }

  /** Lists all jobs afresh. News that arrive meanwhile win over the list. */
  async relist(): Promise<void> {
    if (this.#newsDuringRelist) {
      this.#relistAgain = true;
      return;
    }
    const touched = new Set<string>();
    this.#newsDuringRelist = touched;
    try {
      const listed = await this.#listPatiently();
      const ids = new Set(listed.map((job) => job.id));
      for (const id of [...this.#views.keys()]) {
        if (!ids.has(id) && !touched.has(id)) this.#forget(id);
      }
      for (const job of listed) this.#put(job);
      this.loaded = true;
    } finally {
      this.#newsDuringRelist = null;
    }
    if (this.#relistAgain) {
      this.#relistAgain = false;
      await this.relist();
    }
  }

  take(news: JobNews): void {
    switch (news.kind) {
      case 'changed':
        this.#newsDuringRelist?.add(news.job.id);
        this.#put(news.job);
        break;
      case 'progress': {
        const job = this.#views.get(news.id);
        // Progress may arrive after the change that ended the stage; then it is history.
        if (job?.status !== 'processing') break;
        const { stage_progress, in_line, message } = news;
        const progress = Math.max(job.progress, this.#live.get(news.id)?.progress ?? 0, news.progress);
        this.#live.set(news.id, { progress, stage_progress, in_line, message });
        this.#measure(job, stage_progress);
        break;
      }
      case 'removed':
        this.#removed.add(news.id);
        this.#forget(news.id);
        break;
      case 'paused':
        this.paused = news.paused;
        break;
      case 'relist':
        void this.#attempt(() => this.relist());
        break;
    }
  }

  get(id: string): JobView | undefined {
    return this.#views.get(id);
  }

  /** `job` with the progress that arrived since it was last stored. */
  latest(job: JobView): JobView {
    const live = this.#live.get(job.id);
    return live && job.status === 'processing' ? { ...job, ...live } : job;
  }

  /** Whether the person asked this job to stop and it has not ended yet. */
  isStopping(id: string): boolean {
    return this.#cancelling.has(id);
  }

  /** Milliseconds that the running stage of `job` has taken so far. */
  elapsed_ms(job: JobView, now_ms: number): number | null {
    const running = this.#running.get(job.id);
    return running ? Math.max(0, now_ms - running.since_ms) : null;
  }

  /** Milliseconds that the running stage of `job` has left, once its pace is steady. */
  left_ms(job: JobView, now_ms: number): number | null {
    return this.#running.get(job.id)?.pace.left_ms(now_ms) ?? null;
  }

  /** Units a second that the running stage of `job` does now. */
  rate_per_s(job: JobView, now_ms: number): number | null {
    return this.#running.get(job.id)?.pace.rate_per_s(now_ms) ?? null;
  }

  async cancel(job: JobView): Promise<void> {
    if (isFinal(job) || this.#cancelling.has(job.id)) return;
    this.#cancelling.add(job.id);
    const done = await this.#attempt(() => this.#backend.cancelJob(job.id));
    if (!done) {
      this.#cancelling.delete(job.id);
      return;
    }
    this.undo = { id: job.id, title: job.title };
    clearTimeout(this.#undoTimer);
    this.#undoTimer = setTimeout(() => (this.undo = null), UNDO_MS);
  }

  /** Takes the last cancellation back. A job that is still stopping starts again as soon as it has stopped. */
  async undoCancel(): Promise<void> {
    const undo = this.undo;
    if (!undo) return;
    clearTimeout(this.#undoTimer);
    this.undo = null;
    const job = this.#views.get(undo.id);
    if (!job) return;
    if (job.status === 'cancelled') await this.retry(undo.id, null);
    else if (!isFinal(job)) this.#undoWanted.add(undo.id);
  }

  async retry(id: string, from: Stage | null): Promise<void> {
    if (this.undo?.id === id) this.undo = null;
    await this.#attempt(() => this.#backend.retryJob(id, from));
  }

  async retryWithUsualEngine(id: string): Promise<void> {
    if (this.undo?.id === id) this.undo = null;
    await this.#attempt(() => this.#backend.retryWithUsualEngine(id));
  }

  /** Whether the job is gone now. */
  async remove(id: string): Promise<boolean> {
    const done = await this.#attempt(() => this.#backend.deleteJob(id));
    if (done) this.take({ kind: 'removed', id });
    return done;
  }

  async openPage(id: string): Promise<void> {
    await this.#attempt(() => this.#backend.openPage(id));
  }

  /** Gives the recording of a job its old name back; whether it has it now. */
  undoRename(id: string): Promise<boolean> {
    return this.#attempt(() => this.#backend.undoRename(id));
  }

  /** Writes what changed into the Notion page of a completed job; whether that has begun. */
  updatePage(id: string): Promise<boolean> {
    return this.#attempt(() => this.#backend.updatePage(id));
  }

  /** Moves the Notion page of a job to the trash and gives the recording its old name back; whether it is so now. */
  undoPage(id: string): Promise<boolean> {
    return this.#attempt(() => this.#backend.undoPage(id));
  }

  /** Copies the page of a job as Markdown; whether it is on the clipboard now. A refusal is told as trouble. */
  async copyMarkdown(id: string): Promise<boolean> {
    let copied = false;
    await this.#attempt(async () => {
      copied = await copyComing(this.#backend.pageMarkdown(id));
    });
    return copied;
  }

  async togglePause(): Promise<void> {
    const pause = !this.paused;
    const done = await this.#attempt(() => (pause ? this.#backend.pauseAll() : this.#backend.resumeAll()));
    if (done) this.paused = pause;
  }

  async #attempt(action: () => Promise<void>): Promise<boolean> {
    try {
      await action();
      this.trouble = null;
      return true;
    } catch (cause) {
      this.trouble = asCommandError(cause);
      return false;
    }
  }

  async #listPatiently(): Promise<JobView[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#backend.listJobs();
      } catch (cause) {
        if (attempt === RELIST_ATTEMPTS) throw cause;
        await new Promise((wake) => setTimeout(wake, RELIST_DELAY_MS));
      }
    }
  }

  #put(job: JobView): void {
    if (this.#removed.has(job.id)) return;
    const known = this.#views.get(job.id);
    if (known && known.revision > job.revision) return;
    this.#views.set(job.id, job);
    this.#live.delete(job.id);
    this.#measure(job, job.stage_progress);
    if (isFinal(job)) this.#hasStopped(job);
    if (known) this.#tell(known, job);
  }

  /** A cancellation is through, or came too late. */
  #hasStopped(job: JobView): void {
    this.#cancelling.delete(job.id);
    const undo = this.#undoWanted.delete(job.id);
    if (undo && job.status === 'cancelled') void this.retry(job.id, null);
  }

  #tell(known: JobView, job: JobView): void {
    if (isFinal(job) && !isFinal(known)) this.#listener.ended(job);
    else if (job.group === 'needs_you' && known.group !== 'needs_you') this.#listener.needsPerson(job);
    else if (job.status === 'processing' && job.stage && job.stage !== known.stage) {
      this.#listener.stageBegan(job, job.stage);
    }
  }

  #measure(job: JobView, progress: Progress | null): void {
    if (job.status !== 'processing' || job.stage === null || job.group !== 'working') {
      this.#running.delete(job.id);
      return;
    }
    let running = this.#running.get(job.id);
    if (running?.stage !== job.stage) {
      // A job's `updated_at` moves when a stage begins, so it is right even for a window opened later.
      const since_ms = Math.min(Date.parse(job.updated_at) || this.#now_ms(), this.#now_ms());
      running = { stage: job.stage, since_ms, pace: new PaceMeter() };
      this.#running.set(job.id, running);
    }
    if (progress && progress.done !== null) running.pace.note(this.#now_ms(), progress.done, progress.total);
  }

  #forget(id: string): void {
    this.#views.delete(id);
    this.#live.delete(id);
    this.#cancelling.delete(id);
    this.#undoWanted.delete(id);
    this.#running.delete(id);
    if (this.undo?.id === id) this.undo = null;
  }
}
