// The window's words, in the language of the person.

import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle';
import { negotiateLanguages } from '@fluent/langneg';

import english from './en.ftl?raw';
import traditionalChinese from './zh-TW.ftl?raw';

export const LOCALES = ['en', 'zh-TW'] as const;
export type Locale = (typeof LOCALES)[number];

const SOURCES: Record<Locale, string> = { en: english, 'zh-TW': traditionalChinese };

/** Formats the message `id`. */
export type Translate = (id: string, args?: Record<string, FluentVariable>) => string;

export interface Words {
  locale: Locale;
  t: Translate;
}

/** The locale that serves `requested` (BCP 47 tags, best first) best; English when none does. */
export function negotiated(requested: readonly string[]): Locale {
  for (const tag of requested) {
    // Readers of any Chinese are served better by Traditional Chinese than by English.
    if (/^zh\b/iu.test(tag)) return 'zh-TW';
    const [match] = negotiateLanguages([tag], LOCALES, { strategy: 'lookup', defaultLocale: 'und' });
    if (match === 'en' || match === 'zh-TW') return match;
  }
  return 'en';
}

/** The ids of all messages in a locale. */
export function messageIds(locale: Locale): string[] {
  return new FluentResource(SOURCES[locale]).body.map((entry) => entry.id);
}

/** The words of one locale. */
export function wordsIn(locale: Locale): Words {
  // Our English is British, its dates too. Isolation marks help right-to-left scripts only, and would end up in copied text.
  const bundle = new FluentBundle(locale === 'en' ? 'en-GB' : locale, { useIsolating: false });
  const [broken] = bundle.addResource(new FluentResource(SOURCES[locale]));
  if (broken) throw broken;

  const t: Translate = (id, args) => {
    const pattern = bundle.getMessage(id)?.value;
    if (pattern === undefined || pattern === null) return id;
    const errors: Error[] = [];
    const text = bundle.formatPattern(pattern, args ?? null, errors);
    if (errors.length > 0) console.error(`Message ${id}:`, errors);
    return text;
  };
  return { locale, t };
}
