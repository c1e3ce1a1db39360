// A backend without an app: jobs in memory that move through their stages as real ones do. For tests and for a plain browser.

import { isDriveSource, nameOf } from '../jobs/sources';
import type {
  About,
  Backend,
  CommandError,
  FileDrag,
  JobNews,
  JobView,
  PickKind,
  ProcessWishes,
  Stage,
  StageView,
} from './backend';
import { type ConnectionOptions, MemoryConnections } from './memory-connections';
import { jobResult, jobView, needing, notionResult } from './memory-jobs';

export { jobResult, jobView, needing, notionResult, PAGE_FOLDER_GONE, stagesUpTo } from './memory-jobs';

const IN_FLIGHT = 3;
const RUN_MS = 90_000;
const TICK_MS = 250;

export interface MemoryOptions extends ConnectionOptions {
  jobs?: JobView[];
  about?: Partial<Omit<About, 'destination' | 'notion_place'>>;
  /** Whether time passes; tests move jobs by hand. */
  alive?: boolean;
}

export class MemoryBackend extends MemoryConnections implements Backend {
  readonly jobs = new Map<string, JobView>();
  /** What the next file dialogs answer. */
  pickNext: string[] = ['/home/kim/Recordings/interview.m4a'];
  attachNext: string[] = ['/home/kim/Documents/agenda.pdf'];
  #about: Omit<About, 'destination' | 'notion_place'>;
  #tell: ((news: JobNews) => void) | null = null;
  #tellDrag: ((drag: FileDrag) => void) | null = null;
  #revision = 1;
  #nextId = 1;

  constructor({ jobs = [], about = {}, alive = false, ...connections }: MemoryOptions = {}) {
    super(connections);
    this.#about = {
      version: '0.1.0',
      pages_folder: '~/Documents/Debrief',
      data_folder: '~/.local/share/debrief',
      engine: 'PocketSphinx (rough, English only)',
      engine_ready: true,
      engine_hint: null,
      paused: false,
      notice: null,
      ...about,
    };
    for (const job of jobs) {
      this.jobs.set(job.id, job);
      this.#revision = Math.max(this.#revision, job.revision);
    }
    if (alive) setInterval(() => this.#tick(), TICK_MS);
  }

  // The interface is asynchronous, the memory is not.

  async processFile(fileId: string, attachmentFileIds: string[]): Promise<string> {
    this.calls.push(['processFile', fileId, attachmentFileIds]);
    return this.#makeJob(fileId, attachmentFileIds);
  }

  async processFileWith(fileId: string, attachmentFileIds: string[], wishes: ProcessWishes): Promise<string> {
    this.calls.push(['processFileWith', fileId, attachmentFileIds, wishes]);
    return this.#makeJob(fileId, attachmentFileIds);
  }

  #makeJob(fileId: string, attachmentFileIds: string[]): string {
    this.refuseIfAsked();
    const inDrive = isDriveSource(fileId);
    if (/^https?:/u.test(fileId) && !inDrive) {
      throw {
        code: 'not_connected',
        what: 'Debrief can’t fetch from this address.',
        fix: 'Download the recording and drop the file here.',
      } satisfies CommandError;
    }
    const look = this.google.look(fileId);
    const id = `job-${this.#nextId++}`;
    const job = jobView({
      id,
      title: look.name ?? nameOf(fileId),
      source: fileId,
      attachments: attachmentFileIds.map(nameOf),
      account: look.account,
      destination: this.notion.view.destination,
      notes_by: this.notesBy(),
    });
    const obstacle = inDrive ? look.problem : null;
    this.change(obstacle ? { ...job, ...needing({ ...obstacle, stage: 'fetch', detail: null }) } : job);
    return id;
  }

  processSample(): Promise<string> {
    this.calls.push(['processSample']);
    return this.processFile('/usr/share/debrief/sample.opus', []);
  }

  async listJobs(): Promise<JobView[]> {
    return [...this.jobs.values()];
  }

  async cancelJob(jobId: string): Promise<void> {
    this.calls.push(['cancelJob', jobId]);
    this.refuseIfAsked();
    const job = this.#known(jobId);
    this.change({
      ...job,
      status: 'cancelled',
      group: 'done',
      stage: null,
      stage_progress: null,
      stages: job.stages.map((stage) =>
        stage.state === 'running' || stage.state === 'stopped' ? { ...stage, state: 'ahead' } : stage,
      ),
      updated_at: new Date().toISOString(),
    });
  }

  async retryJob(jobId: string, from: Stage | null): Promise<void> {
    this.calls.push(['retryJob', jobId, from]);
    this.refuseIfAsked();
    this.#again(jobId, from);
  }

  async retryWithUsualEngine(jobId: string): Promise<void> {
    this.calls.push(['retryWithUsualEngine', jobId]);
    this.refuseIfAsked();
    this.#again(jobId, 'transcribe');
    this.change({ ...this.#known(jobId), own_engine: false });
  }

  #again(jobId: string, from: Stage | null): void {
    const job = this.#known(jobId);
    const next = from ?? job.stages.find((stage) => stage.state !== 'done')?.stage ?? 'rename';
    const reached = job.stages.findIndex((stage) => stage.stage === next);
    this.change({
      ...job,
      status: 'pending',
      group: 'waiting',
      progress: 0,
      error: null,
      result: null,
      stage: null,
      stage_progress: null,
      retry_at: null,
      stages: job.stages.map((stage, index) =>
        index < reached ? stage : { ...stage, state: 'ahead', took_ms: null },
      ),
      updated_at: new Date().toISOString(),
    });
  }

  async deleteJob(jobId: string): Promise<void> {
    this.calls.push(['deleteJob', jobId]);
    this.refuseIfAsked();
    this.jobs.delete(jobId);
    this.#tell?.({ kind: 'removed', id: jobId });
  }

  async pauseAll(): Promise<void> {
    this.calls.push(['pauseAll']);
    this.#setPaused(true);
  }

  async resumeAll(): Promise<void> {
    this.calls.push(['resumeAll']);
    this.#setPaused(false);
  }

  async openPage(jobId: string): Promise<void> {
    this.calls.push(['openPage', jobId]);
    this.refuseIfAsked();
  }

  async pickFiles(kind: PickKind): Promise<string[]> {
    this.calls.push(['pickFiles', kind]);
    switch (kind) {
      case 'recordings':
        return this.pickNext;
      case 'attachments':
        return this.attachNext;
      case 'google_client':
        return ['/home/kim/Downloads/client_secret_409218.json'];
      case 'folder':
        return ['/home/kim/Recordings'];
      case 'model':
        return ['/home/kim/Downloads/ggml-medium-q8_0.bin'];
    }
  }

  async about(): Promise<About> {
    const { destination, place } = this.notion.view;
    return { ...this.#about, destination, notion_place: place?.name ?? null };
  }

  async undoRename(jobId: string): Promise<void> {
    this.calls.push(['undoRename', jobId]);
    this.refuseIfAsked();
    const job = this.#known(jobId);
    if (job.result) this.change({ ...job, result: { ...job.result, renamed_from: null } });
  }

  async updatePage(jobId: string): Promise<void> {
    this.calls.push(['updatePage', jobId]);
    this.refuseIfAsked();
    this.pageWritten(jobId);
    const { stages, result, ...job } = this.#known(jobId);
    const last = stages.findIndex((stage) => stage.stage === 'publish');
    this.change({
      ...job,
      status: 'pending',
      group: 'waiting',
      page_outdated: false,
      result,
      stages: stages.map((stage, index) =>
        index < last ? stage : { ...stage, state: 'ahead', took_ms: null },
      ),
    });
  }

  async undoPage(jobId: string): Promise<void> {
    this.calls.push(['undoPage', jobId]);
    this.refuseIfAsked();
    const job = this.#known(jobId);
    if (!job.result) return;
    const undone = { notion_page_url: null, page_undone: true, renamed_from: null, drive_filename: null };
    this.change({ ...job, result: { ...job.result, ...undone } });
  }

  async pageMarkdown(jobId: string): Promise<string> {
    this.calls.push(['pageMarkdown', jobId]);
    this.refuseIfAsked();
    const { title, result } = this.#known(jobId);
    return `# ${title}\n\n${result?.summary ?? ''}\n`;
  }

  async followJobs(tell: (news: JobNews) => void): Promise<void> {
    this.#tell = tell;
  }

  async followDrags(tell: (drag: FileDrag) => void): Promise<void> {
    this.#tellDrag = tell;
  }

  /** Files are dragged over the window or dropped on it. */
  drag(drag: FileDrag): void {
    this.#tellDrag?.(drag);
  }

  /** Sends `news` as it is. */
  send(news: JobNews): void {
    this.#tell?.(news);
  }

  /** Stores a changed job under a new revision and tells of it. */
  change(job: JobView): JobView {
    this.#revision += 1;
    const stored = { ...job, revision: this.#revision };
    this.jobs.set(job.id, stored);
    this.#tell?.({ kind: 'changed', job: stored });
    return stored;
  }

  #known(id: string): JobView {
    const job = this.jobs.get(id);
    if (!job) {
      throw {
        code: 'unknown_job',
        what: 'This job is not in the list any more.',
        fix: 'Process the recording again.',
      } satisfies CommandError;
    }
    return job;
  }

  #setPaused(paused: boolean): void {
    this.#about = { ...this.#about, paused };
    this.#tell?.({ kind: 'paused', paused });
  }

  #tick(): void {
    this.download();
    if (this.#about.paused) return;
    const jobs = [...this.jobs.values()];
    const working = jobs.filter((job) => job.status === 'processing' && job.group === 'working');
    for (const job of working) this.#advance(job);
    const next = jobs.find((job) => job.status === 'pending' && job.retry_at === null);
    if (next && working.length < IN_FLIGHT) this.#begin(next);
  }

  #begin(job: JobView, from?: Stage): void {
    const stage = from ?? job.stages.find((each) => each.state !== 'done')?.stage ?? 'rename';
    const obstacle = stage === 'summarize' ? this.notesObstacle() : null;
    if (obstacle) {
      this.change({ ...job, ...needing({ ...obstacle, stage, detail: null }) });
      return;
    }
    this.change({
      ...job,
      status: 'processing',
      group: 'working',
      progress: Math.max(5, job.progress),
      stage,
      stage_progress: null,
      duration_ms: stage === 'fetch' || stage === 'decode' ? job.duration_ms : (job.duration_ms ?? 1_934_000),
      stages: job.stages.map((each) => (each.stage === stage ? { ...each, state: 'running' } : each)),
      updated_at: new Date().toISOString(),
    });
  }

  #advance(job: JobView): void {
    const running = job.stages.find((each) => each.state === 'running');
    if (!running) return;
    const took_ms = Math.max(TICK_MS, Date.now() - Date.parse(job.updated_at));
    const expected_ms = (running.weight / 1000) * RUN_MS;
    if (took_ms >= expected_ms) {
      const stages: StageView[] = job.stages.map((each) =>
        each === running ? { ...each, state: 'done', took_ms } : each,
      );
      const next = stages.find((each) => each.state === 'ahead');
      if (next) this.#begin({ ...job, stages }, next.stage);
      else this.#complete({ ...job, stages });
      return;
    }
    const before = job.stages
      .filter((each) => each.state === 'done')
      .reduce((sum, each) => sum + each.weight, 0);
    const fraction = took_ms / expected_ms;
    const progress = 5 + Math.floor((94 * (before + running.weight * fraction)) / 1000);
    const total = job.duration_ms ?? 1_934_000;
    const counts = running.stage === 'transcribe' || running.stage === 'diarize';
    const stage_progress = counts ? { done: total * fraction, total, unit: 'audio_ms' as const } : null;
    this.jobs.set(job.id, { ...job, progress, stage_progress });
    this.#tell?.({
      kind: 'progress',
      id: job.id,
      progress,
      stage_progress,
      in_line: false,
      message: job.message,
    });
  }

  #complete(job: JobView): void {
    this.change({
      ...job,
      status: 'completed',
      group: 'done',
      progress: 100,
      stage: null,
      stage_progress: null,
      result: (job.destination === 'notion' ? notionResult : jobResult)({
        title: job.title,
        summary: 'Two people went through the open points and agreed on the next steps.',
        todos: ['Send the new price list to the vendor', 'Book the room for Thursday'],
        identified_speakers: { 'Speaker 1': 'Speaker 1', 'Speaker 2': 'Speaker 2' },
      }),
      updated_at: new Date().toISOString(),
    });
  }
}
