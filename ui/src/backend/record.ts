// What the window may ask about the record of a meeting: its transcript and notes, to read and to correct, and the search
// through all of them.

import type { NotesEdit, SearchHit, TranscriptView } from './bindings';

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
