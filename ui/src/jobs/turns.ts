// A transcript in the form in which it is read: turns of one speaker, places in time, and what is found in the words.

import type { SegmentView, SpeakerView, TranscriptView } from '../backend/backend';
import type { Translate } from '../text/text';
import { timecode } from '../text/time';

/** Consecutive segments of one speaker. */
export interface Turn {
  /** The number of its first segment. */
  first: number;
  speaker: number | null;
  segments: SegmentView[];
}

/** A longer turn is cut, so that no part of the transcript grows without bounds. */
const SEGMENTS_PER_TURN = 20;
/** Colours that speakers have; then they begin again. */
const COLOURS = 6;

export function turnsOf(segments: readonly SegmentView[]): Turn[] {
  const turns: Turn[] = [];
  for (const segment of segments) {
    const last = turns.at(-1);
    if (last?.speaker === segment.speaker && last.segments.length < SEGMENTS_PER_TURN) {
      last.segments.push(segment);
    } else {
      turns.push({ first: segment.number, speaker: segment.speaker, segments: [segment] });
    }
  }
  return turns;
}

/** `turns` in parts of about `size` segments, to be drawn one after the other. */
export function inParts(turns: readonly Turn[], size: number): Turn[][] {
  const parts: Turn[][] = [];
  let held = 0;
  for (const turn of turns) {
    const last = parts.at(-1);
    if (last && held < size) last.push(turn);
    else {
      parts.push([turn]);
      held = 0;
    }
    held += turn.segments.length;
  }
  return parts;
}

/** The segment that is heard at `at_ms`, or else the last one before it. */
export function segmentAt(segments: readonly SegmentView[], at_ms: number): SegmentView | null {
  const heard = segments.findLast(({ start_ms }) => start_ms <= at_ms);
  return heard ?? segments[0] ?? null;
}

/** A colour's number, from 1; none where nobody could be told apart. */
export function colourOf(speakers: readonly SpeakerView[], speaker: number | null): number | null {
  const place = speakers.findIndex(({ index }) => index === speaker);
  return place < 0 ? null : (place % COLOURS) + 1;
}

/** The label of a speaker in the language of the window. */
export function labelShown(t: Translate, label: string): string {
  const number = /^Speaker (\d+)$/u.exec(label)?.[1];
  return number === undefined ? label : t('speaker-label', { number });
}

/** The name, or else the label. */
export function nameShown(t: Translate, { name, label }: Pick<SpeakerView, 'name' | 'label'>): string {
  return name ?? labelShown(t, label);
}

/** Why a speaker is believed to bear their name, in a few words; `null` where there is nothing to say. */
export function evidenceInWords(t: Translate, { name, by_person, evidence }: SpeakerView): string | null {
  if (name === null) return null;
  if (by_person) return t('evidence-person', { name });
  if (!evidence) return null;
  const { source, at_ms, quote, confidence: percent } = evidence;
  switch (source) {
    case 'transcript':
      return t('evidence-transcript', { name });
    case 'voice':
      return t('evidence-voice', { name, percent });
    case 'introduction':
    case 'addressed':
      return at_ms === null || quote === null
        ? t('evidence-said', { name, percent })
        : t(`evidence-${source}`, { name, quote, time: timecode(at_ms), percent });
  }
}

/** Names to offer for a speaker: those that begin with what was typed first, then those that have it in them. */
export function namesLike(known: readonly string[], typed: string, most: number): string[] {
  const wanted = typed.trim().toLowerCase();
  const fitting = [...new Set(known)].filter((name) => {
    const lower = name.toLowerCase();
    return lower !== wanted && lower.includes(wanted);
  });
  const rank = (name: string) => (name.toLowerCase().startsWith(wanted) ? 0 : 1);
  return fitting.sort((a, b) => rank(a) - rank(b)).slice(0, most);
}

/** Names that this record knows: of speakers and of those who have something to do. */
export function namesIn({ speakers, notes }: TranscriptView): string[] {
  const names = [...speakers.map(({ name }) => name), ...(notes?.todos ?? []).map((todo) => todo.assignee)];
  return names.filter((name) => name !== null);
}

/** Where in a text something was found, from and to. */
export type Range = readonly [number, number];

/** One place where what is looked for was found. */
export interface Match {
  segment: number;
  range: Range;
}

export function matchesIn(segments: readonly SegmentView[], query: string): Match[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return [];
  const matches: Match[] = [];
  for (const { number, text } of segments) {
    const lower = text.toLowerCase();
    for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + wanted.length)) {
      matches.push({ segment: number, range: [at, at + wanted.length] });
    }
  }
  return matches;
}

/** Where in each segment something was found, by the segment's number. */
export function rangesOf(matches: readonly Match[]): Map<number, Range[]> {
  const ranges = new Map<number, Range[]>();
  for (const { segment, range } of matches) {
    const those = ranges.get(segment);
    if (those) those.push(range);
    else ranges.set(segment, [range]);
  }
  return ranges;
}

/** A text in pieces, those within `ranges` marked. */
export function piecesOf(text: string, ranges: readonly Range[]): { text: string; hit: Range | null }[] {
  const pieces: { text: string; hit: Range | null }[] = [];
  let done = 0;
  for (const range of ranges) {
    pieces.push({ text: text.slice(done, range[0]), hit: null });
    pieces.push({ text: text.slice(...range), hit: range });
    done = range[1];
  }
  pieces.push({ text: text.slice(done), hit: null });
  return pieces.filter((piece) => piece.text !== '');
}
