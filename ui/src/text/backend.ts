// What the backend words in English and in a fixed form, in the language of the window. What it words freely stays as it is.

import type { CommandError, Warning } from '../backend/backend';
import { dollars } from './money';
import type { Translate } from './text';
import { failureSaid, said } from './wordings';

/** A failure as it is shown. */
export interface FailureShown {
  what: string;
  fix: string;
  /** The backend's own sentences, where only general words stand for them. */
  own: string | null;
}

/** A warning as it is shown. */
export interface WarningShown {
  text: string;
  /** The backend's own sentences, where only general words stand for them. */
  own: string | null;
}

/** What happened, and what to do. */
export function failureShown(t: Translate, error: CommandError): FailureShown {
  const { code, what, fix } = error;
  if (t.locale === 'en') return { what, fix, own: null };
  const known = failureSaid(code, what, fix);
  const id = known?.id ?? `failure-${code}`;
  const facts = factsShown(t, known?.facts ?? {});
  // What the window itself refuses has codes of its own, and its language.
  if (t(id, facts) === id) return { what, fix, own: null };
  const todo = (known?.withFix ? null : knownText(t, fix)) ?? t(`${id}.fix`, facts);
  return { what: t(id, facts), fix: todo, own: known ? null : `${what} ${fix}`.trim() };
}

/** What to know about a job. */
export function warningShown(t: Translate, { code, text }: Warning): WarningShown {
  if (t.locale === 'en') return { text, own: null };
  const known = knownText(t, text);
  if (known !== null) return { text: known, own: null };
  const general = [`warning-${code}`, `failure-${code}`].find((id) => t(id) !== id);
  return general === undefined ? { text, own: null } : { text: t(general), own: text };
}

/** Any other sentence of the backend; one that nobody knows as it says itself. */
export function told(t: Translate, text: string): string {
  return (t.locale === 'en' ? null : knownText(t, text)) ?? text;
}

function knownText(t: Translate, text: string): string | null {
  const known = said(text);
  if (known === null) return null;
  const facts = factsShown(t, known.facts);
  const what = t(known.id, facts);
  const fix = `${known.id}.fix`;
  return known.withFix && t(fix, facts) !== fix ? together(t, [what, t(fix, facts)]) : what;
}

/** Facts that are words of the backend too. */
function factsShown(t: Translate, facts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, factShown(t, name, fact)]));
}

function factShown(t: Translate, name: string, fact: string): string {
  switch (name) {
    case 'what':
    case 'host':
    case 'provider':
    case 'service':
      return told(t, fact);
    case 'passed':
      // It may be a failure's sentence without its end.
      return knownText(t, fact) ?? told(t, `${fact}.`).replace(/[。.]$/u, '');
    case 'names':
      return fact.split(', ').join(t('list-between'));
    case 'role':
      return wordShown(t, 'role', fact);
    case 'kind':
    case 'kinds':
      return fact
        .split(' or ')
        .map((kind) => wordShown(t, 'kind', kind))
        .join(t('list-between'));
    case 'left':
    case 'needed':
      return amountShown(t, fact);
    default:
      return fact;
  }
}

function wordShown(t: Translate, of: string, word: string): string {
  const id = `${of}-${word.replaceAll(' ', '_')}`;
  return t(id) === id ? word : t(id);
}

/** `$0.04` and `less than $0.01`; sizes are told alike everywhere. */
function amountShown(t: Translate, amount: string): string {
  const [, least, usd] = /^(less than )?\$([\d.]+)$/u.exec(amount) ?? [];
  if (usd === undefined) return amount;
  return least === undefined ? dollars(t, Number(usd)) : t('money-least', { usd: Number(usd) });
}

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
  return engine === 'PocketSphinx (rough, English only)' ? t('engine-rough-one') : told(t, engine);
}

/** Who writes, or wrote, the notes of a job: one after the other. */
export function writersShown(t: Translate, writers: string): string {
  if (writers === 'Nobody: sentences taken from the transcript') return t('notes-nobody');
  const shown = writers.split(', ').map((writer) => {
    const [, model, provider] = /^(.+) at (.+)$/su.exec(writer) ?? [];
    return model !== undefined && provider !== undefined
      ? t('notes-writer', { model, provider: told(t, provider) })
      : writer;
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
      return problem ? failureShown(t, problem).what : t('engine-unready');
  }
}

/** Sentences, one after the other. */
export function together(t: Translate, sentences: readonly (string | null)[]): string {
  return sentences.filter((sentence) => sentence !== null && sentence !== '').join(t('sentence-between'));
}
