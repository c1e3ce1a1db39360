// What the backend words in English and in a fixed form, in the language of the window. What it words freely stays as it is.

import type { CommandError } from '../backend/backend';
import type { Translate } from './text';

/** Engines and methods whose description is a sentence rather than a name. */
const DESCRIBED: Readonly<Record<string, string>> = {
  'transcribe-cpp': 'engine-transcribe-cpp',
  pocketsphinx: 'engine-pocketsphinx',
  speakrs: 'engine-speakrs',
  sortformer: 'engine-sortformer',
  'voice-clustering': 'engine-voice-clustering',
};

/** An engine, or a method for speakers, as it is offered. */
export function offered(t: Translate, { name, described }: { name: string; described: string }): string {
  const known = DESCRIBED[name];
  return known === undefined ? described : t(known);
}

/** What makes, or made, the words of a job. */
export function engineShown(t: Translate, engine: string): string {
  const transcript = /^the transcript (.+)$/su.exec(engine)?.[1];
  if (transcript !== undefined) return t('engine-transcript', { name: transcript });
  return engine === 'PocketSphinx (rough, English only)' ? t('engine-rough-one') : engine;
}

/** Who writes, or wrote, the notes of a job: one after the other. */
export function writersShown(t: Translate, writers: string): string {
  if (writers === 'Nobody: sentences taken from the transcript') return t('notes-nobody');
  const shown = writers.split(', ').map((writer) => {
    const [, model, provider] = /^(.+) at (.+)$/su.exec(writer) ?? [];
    return model !== undefined && provider !== undefined ? t('notes-writer', { model, provider }) : writer;
  });
  return shown.join(t('list-between'));
}

/** Why an engine can't start, in a few words. */
export function lackShown(t: Translate, problem: CommandError | null): string {
  switch (problem?.code) {
    case 'speech_key_missing':
      return t('engine-lacks-key');
    case 'model_missing':
      return t('engine-lacks-model');
    default:
      // Anything else is rare, and the backend knows best what it is.
      return problem?.what ?? t('engine-unready');
  }
}

/** Sentences, one after the other. */
export function together(t: Translate, sentences: readonly (string | null)[]): string {
  return sentences.filter((sentence) => sentence !== null && sentence !== '').join(t('sentence-between'));
}
