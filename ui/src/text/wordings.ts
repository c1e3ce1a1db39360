// Which of its sentences the backend has said, and with which facts. Its sentences stand in the files `*.en.ftl` beside this one.

import { FluentResource } from '@fluent/bundle';

import failures from './failures.en.ftl?raw';
import remarks from './remarks.en.ftl?raw';

/** Something that was said. */
export interface Said {
  /** The id of the message that says the same in other languages. */
  id: string;
  facts: Record<string, string>;
  /** Whether what to do was said with it. */
  withFix: boolean;
}

interface Wording {
  id: string;
  what: RegExp;
  whole: RegExp;
}

interface Wordings {
  failures: Wording[];
  remarks: Wording[];
}

type Message = FluentResource['body'][number];
type Pattern = Message['value'];

// Made when it is needed first, as most windows never need it.
let made: Wordings | null = null;

function wordings(): Wordings {
  made ??= {
    failures: new FluentResource(failures).body.map(wordingOf),
    remarks: new FluentResource(remarks).body.map(wordingOf),
  };
  return made;
}

function wordingOf({ id, value, attributes: { fix } }: Message): Wording {
  const what = expression(value);
  return { id, what, whole: fix === undefined ? what : expression(value, ' ', fix) };
}

/** What fits a text with any facts. */
function expression(...patterns: Pattern[]): RegExp {
  const known = new Set<string>();
  const sources = patterns
    .flatMap((pattern) => pattern ?? [])
    .map((part) => {
      if (typeof part === 'string') return part.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
      if (part.type !== 'var') throw new Error(`A wording has facts alone, not a ${part.type}.`);
      if (known.has(part.name)) return String.raw`\k<${part.name}>`;
      known.add(part.name);
      return `(?<${part.name}>.+?)`;
    });
  return new RegExp(`^${sources.join('')}$`, 'su');
}

function firstOf(among: readonly Wording[], part: 'what' | 'whole', text: string): Said | null {
  for (const wording of among) {
    const found = wording[part].exec(text);
    if (found) return { id: wording.id, facts: { ...found.groups }, withFix: part === 'whole' };
  }
  return null;
}

/** The wording of a failure of the kind `code`. */
export function failureSaid(code: string, what: string, fix: string): Said | null {
  const ids = new RegExp(`^failure-${code}(?:-|$)`, 'u');
  const among = wordings().failures.filter(({ id }) => ids.test(id));
  // What to do may be said in another way once nothing goes on by itself.
  return firstOf(among, 'whole', `${what} ${fix}`) ?? (said(fix) && firstOf(among, 'what', what));
}

/** The wording of anything else that was said: a remark, or a failure that is told with something. */
export function said(text: string): Said | null {
  const { failures, remarks } = wordings();
  const remark = firstOf(remarks, 'what', text);
  return remark ?? firstOf(failures, 'whole', text) ?? firstOf(failures, 'what', text);
}
