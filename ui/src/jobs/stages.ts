// The words for a stage; writing a page is said of Notion where that is where it goes.

import type { JobView, Stage } from '../backend/backend';
import type { Translate } from '../text/text';

type Goal = Pick<JobView, 'destination'>;

/** `Transcribe`, `Write to Notion`. */
export function stageName(t: Translate, stage: Stage, { destination }: Goal): string {
  return stage === 'publish' && destination === 'notion' ? t('stage-publish-notion') : t(`stage-${stage}`);
}

/** `Transcribing`, `Writing to Notion`. */
export function stageDoing(t: Translate, stage: Stage, { destination }: Goal): string {
  return stage === 'publish' && destination === 'notion' ? t('doing-publish-notion') : t(`doing-${stage}`);
}
