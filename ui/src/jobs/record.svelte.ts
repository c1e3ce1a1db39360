// The transcript and the notes of one job, and every way to correct them. Corrections are made one after the other.

import {
  asCommandError,
  type Backend,
  type CommandError,
  type NotesEdit,
  type TranscriptView,
} from '../backend/backend';

export class MeetingRecord {
  readonly #backend: Backend;
  readonly jobId: string;
  /** One change after the other, so that every answer is newer than the one before. */
  #line: Promise<unknown> = Promise.resolve();
  /** Counts answers, so that a view asked for before one of them is known to be old. */
  #answers = 0;
  #inLine = $state(0);

  view = $state.raw<TranscriptView | null>(null);
  /** Why there is nothing to see. */
  problem = $state<CommandError | null>(null);
  /** What an action that has no form of its own was refused with. */
  trouble = $state<CommandError | null>(null);
  readonly saving = $derived(this.#inLine > 0);

  constructor(backend: Backend, jobId: string) {
    this.#backend = backend;
    this.jobId = jobId;
  }

  async load(): Promise<void> {
    const asked = this.#answers;
    try {
      const view = await this.#backend.jobTranscript(this.jobId);
      if (asked !== this.#answers) return;
      this.view = view;
      this.problem = null;
    } catch (cause) {
      if (this.view === null) this.problem = asCommandError(cause);
    }
  }

  /** Names a speaker wherever they speak. */
  name(label: string, name: string, remember: boolean): Promise<CommandError | null> {
    return this.#change(async () => {
      await this.#backend.nameSpeaker(this.jobId, label, name, remember);
      return this.#backend.jobTranscript(this.jobId);
    });
  }

  /** Names whoever speaks in `segments`, and nobody else: they go to the speaker of that name, or to a new one. */
  nameOnly(segments: number[], name: string): Promise<CommandError | null> {
    return this.#change(async () => {
      const known = this.view?.speakers.find((speaker) => speaker.name === name);
      const moved = await this.#backend.moveSegments(this.jobId, segments, known?.label ?? null);
      if (known) return moved;
      // What has been moved stays so, whatever becomes of the name.
      this.#take(moved);
      const index = moved.segments.find(({ number }) => number === segments[0])?.speaker;
      const added = moved.speakers.find((speaker) => speaker.index === index);
      if (!added) return moved;
      await this.#backend.nameSpeaker(this.jobId, added.label, name, false);
      return this.#backend.jobTranscript(this.jobId);
    });
  }

  merge(from: string, into: string): Promise<CommandError | null> {
    return this.#change(() => this.#backend.mergeSpeakers(this.jobId, from, into));
  }

  /** Gives segments to the speaker of a label, or to a new one. */
  move(segments: number[], to: string | null): Promise<CommandError | null> {
    return this.#change(() => this.#backend.moveSegments(this.jobId, segments, to));
  }

  editSegment(segment: number, text: string): Promise<CommandError | null> {
    return this.#change(() => this.#backend.editSegment(this.jobId, segment, text));
  }

  editNotes(edit: NotesEdit): Promise<CommandError | null> {
    return this.#change(() => this.#backend.editNotes(this.jobId, edit));
  }

  revert(): Promise<CommandError | null> {
    return this.#change(() => this.#backend.revertEdits(this.jobId));
  }

  updatePage(): Promise<CommandError | null> {
    return this.#change(async () => {
      await this.#backend.updatePage(this.jobId);
      return this.#backend.jobTranscript(this.jobId);
    });
  }

  /** Runs the job again from where speakers are told apart. */
  findSpeakers(): Promise<CommandError | null> {
    return this.#change(async () => {
      await this.#backend.retryJob(this.jobId, 'diarize');
      return this.view;
    });
  }

  #take(view: TranscriptView | null): void {
    this.#answers += 1;
    this.view = view;
  }

  #change(action: () => Promise<TranscriptView | null>): Promise<CommandError | null> {
    this.#inLine += 1;
    const done = this.#line.then(async () => {
      try {
        this.#take(await action());
        this.trouble = null;
        return null;
      } catch (cause) {
        return asCommandError(cause);
      } finally {
        this.#inLine -= 1;
      }
    });
    this.#line = done;
    return done;
  }
}
