import { describe, expect, test } from 'vitest';

import { PaceMeter } from './eta';

function metered(
  seconds: number,
  doneAt: (second: number) => number,
  total: number | null = 1000,
): PaceMeter {
  const meter = new PaceMeter();
  for (let second = 0; second <= seconds; second += 1) meter.note(second * 1000, doneAt(second), total);
  return meter;
}

describe('the time left of a stage', () => {
  test('is not told before ten seconds of it were seen', () => {
    expect(metered(9, (s) => s * 10).left_ms(9_000)).toBeNull();
  });

  test('is what remains at the pace that was seen', () => {
    // 10 units a second, 900 left of 1,000.
    expect(metered(10, (s) => s * 10).left_ms(10_000)).toBeCloseTo(90_000);
  });

  test('goes down while nothing new arrives, and is not told after a long silence', () => {
    const meter = metered(20, (s) => s * 10);
    expect(meter.left_ms(22_000)).toBeCloseTo(78_000);
    expect(meter.left_ms(30_000)).toBeNull();
  });

  test('is not told without a total', () => {
    expect(metered(20, (s) => s * 10, null).left_ms(20_000)).toBeNull();
  });

  test('is not told while the pace changes a lot', () => {
    const meter = metered(20, (s) => (s < 10 ? s * 2 : 20 + (s - 10) * 40));
    expect(meter.left_ms(20_000)).toBeNull();
  });

  test('follows a pace that has changed and stayed so', () => {
    const meter = metered(60, (s) => (s < 20 ? s * 2 : 40 + (s - 20) * 10));
    // 440 done, 10 a second since.
    expect(meter.left_ms(60_000)).toBeCloseTo(56_000);
  });

  test('is measured afresh when the stage starts again', () => {
    const meter = metered(20, (s) => s * 10);
    meter.note(21_000, 0, 1000);
    expect(meter.left_ms(21_000)).toBeNull();
  });
});

describe('the rate of the moment', () => {
  test('is that of the last seconds', () => {
    const meter = metered(20, (s) => (s < 10 ? s * 2 : 20 + (s - 10) * 40));
    expect(meter.rate_per_s(20_000)).toBeCloseTo(40);
  });

  test('is not told before a second of it was seen, nor after a silence', () => {
    expect(metered(0, () => 5).rate_per_s(0)).toBeNull();
    expect(metered(1, (s) => s * 10).rate_per_s(1_000)).toBeCloseTo(10);
    expect(metered(20, (s) => s * 10).rate_per_s(30_000)).toBeNull();
  });
});
