// What the window may ask about the record of a meeting: its transcript and notes, to read and to correct, and the search
// through all of them.

// Types that the app shares.

/** Where a speaker's name is from. */
export type NameSource = 'transcript' | 'voice' | 'introduction' | 'addressed';

/** Why a claim of a language model isn't believed. */
export type Doubt =
  'no_such_place' | 'quote_not_found' | 'name_not_said' | 'number_not_said' | 'not_about_this';

/** Why a speaker is believed to bear a name. */
export interface EvidenceView {
  source: NameSource;
  /** When that was said, for a name from the conversation. */
  at_ms: number | null;
  quote: string | null;
  /** In percent. */
  confidence: number;
}

export interface SpeakerView {
  /** What segments call the speaker by. */
  index: number;
  /** "Speaker 1", stable through renames. */
  label: string;
  name: string | null;
  /** Whether a person gave the name. */
  by_person: boolean;
  has_voice: boolean;
  talks_ms: number;
  evidence: EvidenceView | null;
}

export interface SegmentView {
  number: number;
  start_ms: number;
  end_ms: number;
  /** `null` where nobody could be told apart. */
  speaker: number | null;
  text: string;
  /** Whether others talk during most of it. */
  overlap: boolean;
  edited: boolean;
}

export interface PointView {
  text: string;
  at_ms: number;
  speaker: string | null;
}

export interface TodoView {
  text: string;
  assignee: string | null;
  /** `YYYY-MM-DD`. */
  due: string | null;
  at_ms: number;
}

/** What a language model claimed and the transcript doesn't bear out. */
export interface UnverifiedView {
  kind: 'todo' | 'decision';
  text: string;
  assignee: string | null;
  due: string | null;
  at_ms: number | null;
  doubt: Doubt;
}

export interface SectionView {
  heading: string;
  at_ms: number;
  /** Markdown; empty where the points say it all. */
  body: string;
  points: PointView[];
}

export interface NotesEditView {
  title: string;
  summary: PointView[];
  decisions: PointView[];
  todos: TodoView[];
  questions: PointView[];
  unverified: UnverifiedView[];
  sections: SectionView[];
  /** Who wrote them, for people. */
  by: string;
  edited: boolean;
}

export interface TranscriptView {
  /** BCP 47. */
  language: string;
  duration_ms: number;
  title: string;
  speakers: SpeakerView[];
  segments: SegmentView[];
  notes: NotesEditView | null;
  /** Anything was corrected. */
  edited: boolean;
  /** Corrected since the page was written. */
  page_outdated: boolean;
  can_edit: boolean;
}

export interface TodoEdit {
  text: string;
  assignee: string | null;
  due: string | null;
  at_ms: number;
}

/** What is missing or `null` stays as it is. */
export interface NotesEdit {
  title?: string | null;
  summary?: string[] | null;
  decisions?: string[] | null;
  questions?: string[] | null;
  todos?: TodoEdit[] | null;
}

export type HitKind = 'title' | 'notes' | 'transcript';

export interface SearchHit {
  job_id: string;
  title: string;
  /** Of the recording, RFC 3339 or `YYYY-MM-DD`. */
  date: string;
  kind: HitKind;
  at_ms: number | null;
  speaker: string | null;
  /** The words around what was found, in order. */
  pieces: { text: string; hit: boolean }[];
}

/** Every promise rejects with a `CommandError`; every change answers with the record as it is then. */
export interface RecordBackend {
  jobTranscript(jobId: string): Promise<TranscriptView>;
  /** `remember` keeps the voice, so that it is known in other recordings. */
  nameSpeaker(jobId: string, label: string, name: string, remember: boolean): Promise<void>;
  /** `from` and `into` are labels; everything that the one said is the other's then. */
  mergeSpeakers(jobId: string, from: string, into: string): Promise<TranscriptView>;
  /** Gives segments to the speaker of a label, or to a new one. */
  moveSegments(jobId: string, segments: number[], to: string | null): Promise<TranscriptView>;
  editSegment(jobId: string, segment: number, text: string): Promise<TranscriptView>;
  editNotes(jobId: string, edit: NotesEdit): Promise<TranscriptView>;
  /** Takes every correction back. */
  revertEdits(jobId: string): Promise<TranscriptView>;
  /** The newest recordings first. */
  search(query: string, limit: number): Promise<SearchHit[]>;
}
