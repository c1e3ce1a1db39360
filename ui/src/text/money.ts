// US dollars, and what a job costs before and after.

import type { JobCost } from '../backend/backend';
import type { Translate } from './text';

const CENT = 0.01;

/** `$1.28`; a tiny amount is `less than $0.01`. */
export function dollars(t: Translate, usd: number): string {
  return usd > 0 && usd < CENT / 2 ? t('money-least', { usd: CENT }) : t('money', { usd });
}

/** What was used of services: `12,400 tokens read, 900 written · 48 min of audio`; empty where nothing was. */
export function usageLine(
  t: Translate,
  used: Pick<JobCost, 'input_tokens' | 'output_tokens' | 'audio_minutes'>,
): string {
  const [input, output, count] = [used.input_tokens ?? 0, used.output_tokens ?? 0, used.audio_minutes ?? 0];
  const parts = [
    input + output > 0 && t('usage-tokens', { input, output }),
    count > 0 && t('usage-audio', { count }),
  ];
  return parts.filter((part) => part !== false).join(' · ');
}

/** What a job cost, or will cost, in one line; `null` where it costs nothing. */
export function costLine(t: Translate, cost: JobCost): string | null {
  const { estimated_usd, unpriced } = cost;
  const spent_usd = cost.spent_usd ?? 0;
  const used = usageLine(t, cost) !== '';
  const expected = estimated_usd !== null && estimated_usd > 0 ? dollars(t, estimated_usd) : null;
  if (!used && spent_usd === 0) {
    if (expected !== null) return t('cost-expected', { amount: expected });
    return unpriced ? t('cost-unpriced') : null;
  }
  if (spent_usd === 0) return unpriced ? t('cost-unpriced') : null;
  const spent = t(unpriced ? 'cost-spent-part' : 'cost-spent', { amount: dollars(t, spent_usd) });
  return expected === null ? spent : t('cost-spent-expected', { spent, amount: expected });
}
