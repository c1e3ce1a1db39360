// Remaining time of a running stage, told only once the pace has been steady for a while.

const STEADY_AFTER_MS = 10_000;
const WINDOW_MS = 30_000;
const SILENT_AFTER_MS = 8_000;
// The two halves of the window may differ by this factor and still count as one pace.
const STEADY_FACTOR = 2;
// The rate of the moment is that of the last seconds.
const RATE_WINDOW_MS = 5_000;
const RATE_AFTER_MS = 1_000;

interface Sample {
  at_ms: number;
  done: number;
}

/** Watches one stage of one job. */
export class PaceMeter {
  #samples: Sample[] = [];
  #total: number | null = null;

  /** Takes note that `done` of `total` units were done at `at_ms`. A smaller `done` than before starts afresh. */
  note(at_ms: number, done: number, total: number | null): void {
    const last = this.#samples.at(-1);
    if (last && (done < last.done || total !== this.#total)) this.#samples = [];
    this.#total = total;
    // The same count again is no news about the pace.
    if (this.#samples.at(-1)?.done === done) return;
    this.#samples.push({ at_ms, done });
    // One sample older than the window stays, so that the window is covered from its start.
    while (this.#samples.length > 2 && (this.#samples[1] as Sample).at_ms <= at_ms - WINDOW_MS) {
      this.#samples.shift();
    }
  }

  /** Milliseconds until the stage is through, or `null` while that cannot be told honestly. */
  left_ms(now_ms: number): number | null {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (!first || !last || this.#total === null || this.#total <= 0) return null;
    const span_ms = last.at_ms - first.at_ms;
    if (span_ms < STEADY_AFTER_MS || now_ms - last.at_ms > SILENT_AFTER_MS) return null;

    const half = this.#sampleAt(first.at_ms + span_ms / 2);
    const early = (half.done - first.done) / (half.at_ms - first.at_ms);
    const late = (last.done - half.done) / (last.at_ms - half.at_ms);
    if (!(early > 0) || !(late > 0)) return null;
    if (Math.max(early, late) / Math.min(early, late) > STEADY_FACTOR) return null;

    const pace = (last.done - first.done) / span_ms;
    return Math.max(0, (this.#total - last.done) / pace - (now_ms - last.at_ms));
  }

  /** Units a second over the last seconds, or `null` before one second of them was seen and after a silence. */
  rate_per_s(now_ms: number): number | null {
    const last = this.#samples.at(-1);
    if (!last || now_ms - last.at_ms > SILENT_AFTER_MS) return null;
    const first = this.#samples.find((sample) => sample.at_ms >= last.at_ms - RATE_WINDOW_MS) ?? last;
    const span_ms = last.at_ms - first.at_ms;
    return span_ms < RATE_AFTER_MS ? null : ((last.done - first.done) / span_ms) * 1000;
  }

  /** The sample nearest to `at_ms`, ends excluded where there are others. */
  #sampleAt(at_ms: number): Sample {
    const inner = this.#samples.slice(1, -1);
    const candidates = inner.length > 0 ? inner : this.#samples;
    return candidates.reduce((best, sample) =>
      Math.abs(sample.at_ms - at_ms) < Math.abs(best.at_ms - at_ms) ? sample : best,
    );
  }
}
