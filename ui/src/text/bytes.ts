// Amounts of bytes, in units of a thousand as file managers and Drive count them.

import type { Translate } from './text';

const UNITS = [
  { unit: 'gb', size_bytes: 1e9 },
  { unit: 'mb', size_bytes: 1e6 },
  { unit: 'kb', size_bytes: 1e3 },
] as const;
const SMALLEST = UNITS[2];

function unitFor(bytes: number) {
  // What would be rounded up to the next unit is told in that unit.
  return UNITS.find(({ size_bytes }) => bytes >= size_bytes * 0.9995) ?? SMALLEST;
}

/** `45.0 MB`. */
export function fileSize(t: Translate, bytes: number): string {
  const { unit, size_bytes } = unitFor(bytes);
  return t(`size-${unit}`, { count: bytes / size_bytes });
}

/** `12.3 of 45.0 MB`. */
export function bytesOf(t: Translate, done_bytes: number, total_bytes: number): string {
  const { unit, size_bytes } = unitFor(total_bytes);
  return t(`bytes-${unit}`, { done: done_bytes / size_bytes, total: total_bytes / size_bytes });
}

/** `3.1 MB/s`. */
export function byteRate(t: Translate, bytes_per_s: number): string {
  const { unit, size_bytes } = unitFor(bytes_per_s);
  return t(`rate-${unit}`, { count: bytes_per_s / size_bytes });
}

/** `5 MB`, as Notion itself counts: in units of 1024. */
export function uploadLimit(t: Translate, bytes: number): string {
  const mib = bytes / 1024 ** 2;
  return mib < 1024 ? t('limit-mb', { count: mib }) : t('limit-gb', { count: mib / 1024 });
}
