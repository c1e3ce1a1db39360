// Names of languages, in the language of the window.

import type { Locale } from './text';

/** Names BCP 47 tags: `zh-Hant` is "Traditional Chinese", or 「繁體中文」. A tag that nobody knows names itself. */
export function languageNames(locale: Locale): (tag: string) => string {
  const names = new Intl.DisplayNames([locale], { type: 'language' });
  return (tag) => {
    try {
      return names.of(tag) ?? tag;
    } catch {
      return tag;
    }
  };
}
