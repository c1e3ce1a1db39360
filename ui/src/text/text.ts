// The window's words, in the language of the person.

import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle';
import { negotiateLanguages } from '@fluent/langneg';

import english from './en.ftl?raw';
import failures from './failures.zh-TW.ftl?raw';
import remarks from './remarks.zh-TW.ftl?raw';
import traditionalChinese from './zh-TW.ftl?raw';

export const LOCALES = ['en', 'zh-TW'] as const;
export type Locale = (typeof LOCALES)[number];

const SOURCES: Record<Locale, string> = { en: english, 'zh-TW': traditionalChinese };

/** What the backend says; it says it in English itself. */
const OF_THE_BACKEND: Record<Locale, readonly string[]> = { en: [], 'zh-TW': [failures, remarks] };

/** Formats the message `id`, or an attribute of it: `id.attribute`. */
export interface Translate {
  (id: string, args?: Record<string, FluentVariable>): string;
  readonly locale: Locale;
}

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

/** The ids of all messages of the window in a locale. */
export function messageIds(locale: Locale): string[] {
  return new FluentResource(SOURCES[locale]).body.map((entry) => entry.id);
}

/** The words of one locale. */
export function wordsIn(locale: Locale): Words {
  // Our English is British, its dates too. Isolation marks help right-to-left scripts only, and would end up in copied text.
  const bundle = new FluentBundle(locale === 'en' ? 'en-GB' : locale, { useIsolating: false });
  for (const source of [SOURCES[locale], ...OF_THE_BACKEND[locale]]) {
    const [broken] = bundle.addResource(new FluentResource(source));
    if (broken) throw broken;
  }

  const format = (id: string, args?: Record<string, FluentVariable>) => {
    const [name = id, attribute] = id.split('.');
    const message = bundle.getMessage(name);
    const pattern = attribute === undefined ? message?.value : message?.attributes[attribute];
    if (pattern === undefined || pattern === null) return id;
    const errors: Error[] = [];
    const text = bundle.formatPattern(pattern, args ?? null, errors);
    if (errors.length > 0) console.error(`Message ${id}:`, errors);
    return text;
  };
  return { locale, t: Object.assign(format, { locale }) };
}
