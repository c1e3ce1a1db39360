// Lengths of time in the two forms of the window: timecodes and plain words.

import type { Translate } from './text';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** `0:41`, `5:02`, `1:12:40`. */
export function timecode(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / SECOND_MS);
  const two = (n: number) => String(n).padStart(2, '0');
  const h = Math.floor(seconds / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  const s = seconds % 60;
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A recording's length to the nearest second: `0:58:21`, hours always written. */
export function recordingLength(ms: number): string {
  const whole_ms = Math.round(ms / SECOND_MS) * SECOND_MS;
  const short = timecode(whole_ms);
  return whole_ms < HOUR_MS ? `0:${short.padStart(5, '0')}` : short;
}

/** `12 s`, `48 min`, `1 h 5 min`. */
export function inWords(t: Translate, ms: number): string {
  if (ms < MINUTE_MS) return t('length-seconds', { count: Math.max(1, Math.round(ms / SECOND_MS)) });
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 60) return t('length-minutes', { count: minutes });
  return t('length-hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** `about 4 min left`; `heard` gives the form that is read aloud. */
export function timeLeft(t: Translate, ms: number, heard = false): string {
  const form = heard ? '-heard' : '';
  if (ms < MINUTE_MS) return t(`left-seconds${form}`);
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 60) return t(`left-minutes${form}`, { count: minutes });
  return t(`left-hours${form}`, { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** `12 Nov`, with the year when it is another one. `at` is RFC 3339. */
export function dayOf(t: Translate, at: string, now_ms: number): string {
  const date = new Date(at);
  return t(date.getFullYear() === new Date(now_ms).getFullYear() ? 'day' : 'day-year', { date });
}
