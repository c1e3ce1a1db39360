// The part of the backend in memory that keeps transcripts and notes: corrections really change them, and the search finds
// what they say.

import type {
  CommandError,
  JobView,
  NotesEdit,
  PointView,
  RecordBackend,
  SearchHit,
  SegmentView,
  SpeakerView,
  TodoEdit,
  TodoView,
  TranscriptView,
} from './backend';
import { MemoryNotes, type NotesOptions } from './memory-notes';
import type { SpeechOptions } from './memory-speech';

export interface RecordOptions {
  /** The transcripts and notes of jobs, by the id of the job. */
  records?: Record<string, TranscriptView>;
}

const NO_TRANSCRIPT: CommandError = {
  code: 'no_transcript',
  what: 'This job has no transcript yet.',
  fix: 'Wait until the recording is transcribed.',
};
const NO_WORDS: CommandError = {
  code: 'no_words',
  what: 'A passage can’t be left without words.',
  fix: 'Write what is said there.',
};
const NOT_NOW: CommandError = {
  code: 'job_running',
  what: 'This job is being worked on.',
  fix: 'Correct it once the job is done.',
};
/** Characters of a snippet before and behind what was found. */
const AROUND = 40;

export abstract class MemoryRecords extends MemoryNotes implements RecordBackend {
  abstract readonly jobs: Map<string, JobView>;
  /** Every question to the search, in order. */
  readonly asked: string[] = [];
  readonly #now = new Map<string, TranscriptView>();
  readonly #first = new Map<string, TranscriptView>();

  constructor({ records = {}, ...others }: RecordOptions & NotesOptions & SpeechOptions) {
    super(others);
    for (const [id, record] of Object.entries(records)) {
      this.#first.set(id, structuredClone(record));
      this.#now.set(id, structuredClone(record));
    }
  }

  abstract change(job: JobView): JobView;

  async jobTranscript(jobId: string): Promise<TranscriptView> {
    this.refuseIfAsked();
    return this.#shown(jobId);
  }

  async nameSpeaker(jobId: string, label: string, name: string, remember: boolean): Promise<void> {
    this.calls.push(['nameSpeaker', jobId, label, name, remember]);
    this.#edit(jobId, (record) => {
      Object.assign(speakerCalled(record, label), { name, by_person: true, evidence: null });
    });
  }

  async mergeSpeakers(jobId: string, from: string, into: string): Promise<TranscriptView> {
    this.calls.push(['mergeSpeakers', jobId, from, into]);
    return this.#edit(jobId, (record) => {
      const gone = speakerCalled(record, from).index;
      const stays = speakerCalled(record, into).index;
      for (const segment of record.segments) if (segment.speaker === gone) segment.speaker = stays;
    });
  }

  async moveSegments(jobId: string, segments: number[], to: string | null): Promise<TranscriptView> {
    this.calls.push(['moveSegments', jobId, segments, to]);
    return this.#edit(jobId, (record) => {
      const { index } = to === null ? newSpeaker(record) : speakerCalled(record, to);
      for (const segment of record.segments) {
        if (segments.includes(segment.number)) Object.assign(segment, { speaker: index, edited: true });
      }
    });
  }

  async editSegment(jobId: string, segment: number, text: string): Promise<TranscriptView> {
    this.calls.push(['editSegment', jobId, segment, text]);
    return this.#edit(jobId, (record) => {
      const found = record.segments.find(({ number }) => number === segment);
      if (text.trim() === '') throw NO_WORDS;
      if (found) Object.assign(found, { text: text.trim(), edited: true });
    });
  }

  async editNotes(jobId: string, edit: NotesEdit): Promise<TranscriptView> {
    this.calls.push(['editNotes', jobId, edit]);
    return this.#edit(jobId, (record) => {
      const { notes } = record;
      if (!notes) return;
      notes.edited = true;
      if (edit.title) notes.title = record.title = edit.title;
      for (const part of ['summary', 'decisions', 'questions'] as const) {
        const texts = edit[part];
        if (texts) notes[part] = pointsOf(notes[part], texts);
      }
      if (edit.todos) notes.todos = edit.todos.map(todoOf);
    });
  }

  async revertEdits(jobId: string): Promise<TranscriptView> {
    this.calls.push(['revertEdits', jobId]);
    const first = this.#first.get(jobId);
    return this.#edit(jobId, (record) => {
      Object.assign(record, structuredClone(first));
    });
  }

  async search(query: string, limit: number): Promise<SearchHit[]> {
    this.asked.push(query);
    this.refuseIfAsked();
    const wanted = query.trim().toLowerCase();
    if (wanted === '') return [];
    const newest = [...this.jobs.values()].sort((a, b) => b.created_at.localeCompare(a.created_at));
    return newest.flatMap((job) => this.#hitsIn(job, wanted)).slice(0, limit);
  }

  /** The page of a job has what was corrected. */
  protected pageWritten(jobId: string): void {
    const record = this.#now.get(jobId);
    if (record) record.page_outdated = false;
  }

  #known(jobId: string): TranscriptView {
    const record = this.#now.get(jobId);
    if (!record) throw NO_TRANSCRIPT;
    return record;
  }

  #shown(jobId: string): TranscriptView {
    const record = this.#known(jobId);
    const can_edit = record.can_edit && this.jobs.get(jobId)?.status === 'completed';
    return structuredClone({ ...record, can_edit });
  }

  #edit(jobId: string, change: (record: TranscriptView) => void): TranscriptView {
    this.refuseIfAsked();
    const record = structuredClone(this.#known(jobId));
    if (!this.#shown(jobId).can_edit) throw NOT_NOW;
    record.edited = true;
    record.page_outdated = true;
    change(record);
    record.speakers = heard(record);
    this.#now.set(jobId, record);
    this.#tellOf(jobId, record);
    return this.#shown(jobId);
  }

  /** The job's own view of its result changes along. */
  #tellOf(jobId: string, { speakers, notes, title }: TranscriptView): void {
    const job = this.jobs.get(jobId);
    if (!job?.result) return;
    const result = {
      ...job.result,
      title,
      identified_speakers: Object.fromEntries(speakers.map(({ label, name }) => [label, name ?? label])),
      ...(notes && {
        summary: notes.summary.map(({ text }) => text).join('\n'),
        todos: notes.todos.map(({ text, assignee }) => (assignee === null ? text : `${assignee}: ${text}`)),
      }),
    };
    this.change({ ...job, title, result, page_outdated: true });
  }

  #hitsIn(job: JobView, wanted: string): SearchHit[] {
    const { id: job_id, title } = job;
    const date = job.created_at.slice(0, 'YYYY-MM-DD'.length);
    const record = this.#now.get(job_id);
    const found = (kind: SearchHit['kind'], text: string, at_ms: number | null, speaker: string | null) => {
      const pieces = piecesOf(text, wanted);
      return pieces ? [{ job_id, title, date, kind, at_ms, speaker, pieces }] : [];
    };
    const { summary = [], decisions = [], questions = [], todos = [] } = record?.notes ?? {};
    const called = (segment: SegmentView) => {
      const speaker = record?.speakers.find(({ index }) => index === segment.speaker);
      return speaker ? (speaker.name ?? speaker.label) : null;
    };
    return [
      ...found('title', title, null, null),
      ...[...summary, ...decisions, ...questions].flatMap((point) =>
        found('notes', point.text, point.at_ms, point.speaker),
      ),
      ...todos.flatMap((todo) => found('notes', todo.text, todo.at_ms, todo.assignee)),
      ...(record?.segments ?? []).flatMap((segment) =>
        found('transcript', segment.text, segment.start_ms, called(segment)),
      ),
    ];
  }
}

function speakerCalled(record: TranscriptView, label: string): SpeakerView {
  const speaker = record.speakers.find((each) => each.label === label);
  if (speaker) return speaker;
  throw {
    code: 'unknown_speaker',
    what: `Nobody is called ${label} here any more.`,
    fix: 'Open the transcript again.',
  } satisfies CommandError;
}

function newSpeaker(record: TranscriptView): SpeakerView {
  const index = 1 + Math.max(-1, ...record.speakers.map((speaker) => speaker.index));
  const speaker = {
    index,
    label: `Speaker ${index + 1}`,
    name: null,
    by_person: false,
    has_voice: false,
    talks_ms: 0,
    evidence: null,
  };
  record.speakers.push(speaker);
  return speaker;
}

/** The speakers who still say something, with how long. */
function heard({ speakers, segments }: TranscriptView): SpeakerView[] {
  return speakers
    .map((speaker) => ({
      ...speaker,
      talks_ms: segments
        .filter((segment) => segment.speaker === speaker.index)
        .reduce((sum, { start_ms, end_ms }) => sum + end_ms - start_ms, 0),
    }))
    .filter(({ talks_ms }) => talks_ms > 0);
}

/** Points keep their place: those whose text is the same, or, where none came or went, the one in the same row. */
function pointsOf(before: readonly PointView[], texts: readonly string[]): PointView[] {
  return texts.map((text, index) => {
    const same = before.find((point) => point.text === text);
    if (same) return same;
    const edited = before.length === texts.length ? before[index] : undefined;
    return { at_ms: edited?.at_ms ?? 0, speaker: edited?.speaker ?? null, text };
  });
}

function todoOf({ text, assignee = null, due = null, at_ms = 0 }: TodoEdit): TodoView {
  return { text, assignee, due, at_ms };
}

function piecesOf(text: string, wanted: string): SearchHit['pieces'] | null {
  const at = text.toLowerCase().indexOf(wanted);
  if (at < 0) return null;
  const end = at + wanted.length;
  const from = Math.max(0, at - AROUND);
  const to = Math.min(text.length, end + AROUND);
  return [
    { text: `${from > 0 ? '…' : ''}${text.slice(from, at)}`, hit: false },
    { text: text.slice(at, end), hit: true },
    { text: `${text.slice(end, to)}${to < text.length ? '…' : ''}`, hit: false },
  ].filter((piece) => piece.text !== '');
}
