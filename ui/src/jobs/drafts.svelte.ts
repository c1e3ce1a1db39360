// What is about to become jobs: the text in the composer, the recordings lined up above it, and the PDFs of each.

import { asCommandError, type Backend, type CommandError } from '../backend/backend';

/** One recording that waits for "Process", with its own PDFs. */
export interface Draft {
  key: number;
  source: string;
  attachments: string[];
}

/** The lines of `text` that are not blank. */
export function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/u)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Whether `text` is surely meant as a recording: a web address, a `file:` address or an absolute path. */
export function looksLikeRecording(text: string): boolean {
  const bare = text.replace(/^["']/u, '');
  return /^(?:https?:\/\/|file:|\/|~\/|[a-z]:[\\/]|\\\\)/iu.test(bare);
}

/** Whether the file is a document to attach rather than a recording. */
export function isPdf(path: string): boolean {
  return /\.pdf$/iu.test(path);
}

/** The last part of a path or address. */
export function nameOf(path: string): string {
  return (
    path
      .replace(/[\\/]+$/u, '')
      .split(/[\\/]/u)
      .at(-1) ?? path
  );
}

/** The last two parts of a long path, by which a person knows a folder. */
export function endOf(path: string): string {
  const parts = path.split(/[\\/]/u);
  const separator = path.includes('\\') ? '\\' : '/';
  return parts.length > 3 ? ['…', ...parts.slice(-2)].join(separator) : path;
}

export class Drafts {
  readonly #backend: Backend;
  readonly #submitted: (id: string) => void;
  readonly #refused: (error: CommandError) => void;
  #nextKey = 1;

  text = $state('');
  /** PDFs of the recording in the text field. */
  attachments = $state<string[]>([]);
  lined = $state<Draft[]>([]);
  error = $state<CommandError | null>(null);
  sending = $state(false);

  readonly empty = $derived(this.lined.length === 0 && this.text.trim() === '');

  constructor(backend: Backend, submitted: (id: string) => void, refused: (error: CommandError) => void) {
    this.#backend = backend;
    this.#submitted = submitted;
    this.#refused = refused;
  }

  /** Puts sources into the composer: a single one as text, several as chips. */
  fill(sources: string[]): void {
    this.error = null;
    const [only] = sources;
    if (only === undefined) return;
    if (sources.length === 1 && this.empty) {
      this.text = only;
      return;
    }
    this.#lineUpText();
    const known = new Set(this.lined.map((draft) => draft.source));
    for (const source of sources.filter((each) => !known.has(each))) this.#lineUp(source, []);
  }

  /** Text pasted outside the text field: recordings are processed at once, anything else is only filled in. */
  async pasteAnywhere(text: string): Promise<void> {
    const lines = linesOf(text);
    const wasEmpty = this.empty;
    this.fill(lines);
    if (wasEmpty && lines.length > 0 && lines.every(looksLikeRecording)) await this.process();
  }

  /** Files let go of over the window: recordings become jobs, PDFs are kept for the composer's next job. */
  async drop(paths: string[]): Promise<void> {
    const pdfs = paths.filter(isPdf);
    const recordings = paths.filter((path) => !isPdf(path));
    const [only] = recordings;
    if (recordings.length === 1 && only !== undefined) {
      await this.#sendAll([{ key: this.#nextKey++, source: only, attachments: pdfs }]);
      return;
    }
    this.attach(pdfs);
    await this.#sendAll(recordings.map((source) => ({ key: this.#nextKey++, source, attachments: [] })));
  }

  /** Adds PDFs to a draft, or to the text field's own. */
  attach(paths: string[], draft?: Draft): void {
    const before = draft ? draft.attachments : this.attachments;
    const all = [...new Set([...before, ...paths])];
    if (draft) draft.attachments = all;
    else this.attachments = all;
  }

  detach(path: string, draft?: Draft): void {
    if (draft) draft.attachments = draft.attachments.filter((other) => other !== path);
    else this.attachments = this.attachments.filter((other) => other !== path);
  }

  unline(draft: Draft): void {
    this.lined = this.lined.filter((other) => other.key !== draft.key);
    if (this.lined.length === 0) this.error = null;
  }

  /** Makes jobs of everything in the composer. What is refused stays where it is. */
  async process(): Promise<void> {
    if (this.sending || this.empty) return;
    const lines = linesOf(this.text);
    if (this.lined.length === 0 && lines.length === 1) {
      await this.#sendText(lines[0] as string);
      return;
    }
    this.#lineUpText();
    const drafts = this.lined;
    this.lined = [];
    await this.#sendAll(drafts);
  }

  /** Lets the person choose files with the system's dialog. */
  async pick(kind: 'recordings' | 'attachments', draft?: Draft): Promise<void> {
    try {
      const paths = await this.#backend.pickFiles(kind);
      if (kind === 'recordings') this.fill(paths);
      else this.attach(paths, draft);
    } catch (cause) {
      this.#refuse(asCommandError(cause));
    }
  }

  /** Turns the text into chips, one per line. Its PDFs were meant for what was written first. */
  #lineUpText(): void {
    const lines = linesOf(this.text);
    lines.forEach((source, index) => this.#lineUp(source, index === 0 ? this.attachments : []));
    if (lines.length > 0) this.attachments = [];
    this.text = '';
  }

  #lineUp(source: string, attachments: string[]): void {
    this.lined.push({ key: this.#nextKey++, source, attachments });
  }

  async #sendText(source: string): Promise<void> {
    this.sending = true;
    this.error = null;
    const { text, attachments } = this;
    try {
      this.#submitted(await this.#backend.processFile(source, attachments));
      // Whatever was typed meanwhile stays.
      if (this.text === text) this.text = '';
      this.attachments = this.attachments.filter((path) => !attachments.includes(path));
    } catch (cause) {
      this.#refuse(asCommandError(cause));
    } finally {
      this.sending = false;
    }
  }

  async #sendAll(drafts: Draft[]): Promise<void> {
    this.sending = true;
    this.error = null;
    try {
      for (const draft of drafts) {
        try {
          this.#submitted(await this.#backend.processFile(draft.source, draft.attachments));
        } catch (cause) {
          this.lined.push(draft);
          this.#refuse(asCommandError(cause));
        }
      }
    } finally {
      this.sending = false;
    }
  }

  #refuse(error: CommandError): void {
    this.error = error;
    this.#refused(error);
  }
}
