// What is about to become jobs: the text in the composer, the recordings lined up above it, and the documents of each.

import {
  asCommandError,
  type Backend,
  type CommandError,
  type FileBeside,
  type LinkLook,
  type ProcessWishes,
} from '../backend/backend';
import { Looks } from './looks.svelte';
import {
  isDocument,
  isDriveSource,
  isGoogleClient,
  linesOf,
  looksLikeRecording,
  nameOf,
  transcriptLikelihood,
} from './sources';

// What is sent off waits this long for the answer whether it was processed before and what lies beside it.
const PATIENCE_MS = 2_000;

/** What a person wants for a recording, other than the settings. */
export type DraftWishes = Pick<ProcessWishes, 'template' | 'participants'>;

/** One recording that waits for "Process", with its own documents and wishes. */
export interface Draft {
  key: number;
  source: string;
  attachments: string[];
  wishes: DraftWishes;
  /** Whether chats and lists of those who were there, beside the recording, are attached. */
  companions: boolean;
  /** Whether the recording is heard even where a transcript of it is attached. */
  heardAnyway: boolean;
}

function noWishes(): DraftWishes {
  return { template: null, participants: [] };
}

function isWish({ template, participants }: DraftWishes): boolean {
  return template !== null || participants.length > 0;
}

/** Told of what becomes of the drafts. */
export interface DraftListener {
  submitted(id: string): void;
  refused(error: CommandError): void;
  /** A Google client was dropped among the files. */
  clientDropped(path: string): void;
  /** A link in the composer cannot be read yet, was processed before, or has a transcript beside it. */
  looked(look: LinkLook): void;
}

/** A transcript that is used instead of recognition, as far as its name tells. */
export interface TranscriptInUse {
  name: string;
  likelihood: 'surely' | 'maybe';
}

/** Whether a recording waits for an answer before it is processed by itself. */
function asks(look: LinkLook | null | undefined): boolean {
  return look !== null && look !== undefined && (look.processed !== null || look.transcripts.length > 0);
}

/** What lies beside a recording and tells who speaks, without what is attached to it already. */
function beside(look: LinkLook | null | undefined, attachments: readonly string[]): readonly FileBeside[] {
  return (look?.companions ?? []).filter(({ link }) => !attachments.includes(link));
}

export class Drafts {
  readonly #backend: Backend;
  readonly #listener: DraftListener;
  /** Pasted outside the text field and about to be processed by themselves. */
  readonly #pasted = new Set<string>();
  /** Waited for in vain: they go off without another wait. */
  readonly #late = new Set<string>();
  #nextKey = 1;
  #sends = $state(0);

  text = $state('');
  /** Documents of the recording in the text field, as paths and links. */
  attachments = $state<string[]>([]);
  /** What is wanted for the recording in the text field, or for those that are dropped next. */
  wishes = $state<DraftWishes>(noWishes());
  /** Whether what lies beside the recording in the text field, and tells who speaks, is attached. */
  companions = $state(true);
  /** Whether the recording in the text field is heard even where a transcript of it is attached. */
  heardAnyway = $state(false);
  lined = $state<Draft[]>([]);
  error = $state<CommandError | null>(null);

  readonly looks: Looks;
  readonly sending = $derived(this.#sends > 0);
  readonly empty = $derived(this.lined.length === 0 && this.text.trim() === '');

  constructor(backend: Backend, listener: DraftListener) {
    this.#backend = backend;
    this.#listener = listener;
    this.looks = new Looks(backend, (text, look) => this.#looked(text, look));
  }

  /** Puts sources into the composer: a single one as text, several as chips. */
  fill(sources: string[]): void {
    this.error = null;
    const [only] = sources;
    if (only === undefined) return;
    if (sources.length === 1 && this.empty) {
      this.text = only;
      void this.looks.now(only);
      return;
    }
    const wishes = this.#lineUpText();
    const known = new Set(this.lined.map((draft) => draft.source));
    for (const source of sources.filter((each) => !known.has(each))) this.#lineUp(source, wishes);
  }

  /** Takes along what lies beside a draft's recording, or beside the text field's own, and tells who speaks; or leaves it. */
  take(companions: boolean, draft?: Draft): void {
    if (draft) draft.companions = companions;
    else this.companions = companions;
  }

  /** Has a draft's recording heard, or the text field's own, although a transcript of it is attached; or not. */
  hearAnyway(heard: boolean, draft?: Draft): void {
    if (draft) draft.heardAnyway = heard;
    else this.heardAnyway = heard;
  }

  /** Changes what is wanted for a draft, or for the text field's own. */
  wish(change: Partial<DraftWishes>, draft?: Draft): void {
    if (draft) draft.wishes = { ...draft.wishes, ...change };
    else this.wishes = { ...this.wishes, ...change };
  }

  /** The text field has another text, by typing or by pasting into it. */
  typed(pasted: boolean): void {
    const text = this.text.trim();
    // Another recording, with other files beside it.
    if (pasted || text === '') this.companions = true;
    if (pasted) void this.looks.now(text);
    else this.looks.soon(text);
  }

  /**
   * Text pasted outside the text field. Recordings are processed at once, except those that were processed before or have a
   * transcript beside them: they wait as chips for an answer. Anything else is only filled in.
   */
  async pasteAnywhere(text: string): Promise<void> {
    const lines = linesOf(text);
    const goes = lines.length > 0 && lines.every(looksLikeRecording) && this.#holdsOnlyPasted();
    if (!goes) {
      this.fill(lines);
      return;
    }
    for (const line of lines) this.#pasted.add(line);
    this.fill(lines);
    this.#sends += 1;
    const looks = await Promise.all(lines.map((line) => this.#lookPatiently(line)));
    this.#sends -= 1;
    const known = new Set(lines.filter((_, index) => asks(looks[index])));
    for (const line of lines) this.#pasted.delete(line);
    await this.#sendPasted(lines, known);
  }

  /** Files let go of over the window: recordings become jobs, documents are kept for the composer's next job. */
  async drop(paths: string[]): Promise<void> {
    const client = paths.find(isGoogleClient);
    if (client !== undefined) this.#listener.clientDropped(client);
    const documents = paths.filter(isDocument);
    const recordings = paths.filter((path) => !isDocument(path) && !isGoogleClient(path));
    const [only] = recordings;
    const attachments = recordings.length === 1 && only !== undefined ? documents : [];
    if (attachments !== documents) this.attach(documents);
    // What is written in the text field keeps its own wishes.
    const wishes = this.text.trim() === '' && recordings.length > 0 ? this.#takeWishes() : noWishes();
    await this.#sendAll(
      recordings.map((source) => ({
        key: this.#nextKey++,
        source,
        attachments,
        wishes: { ...wishes },
        companions: true,
        heardAnyway: false,
      })),
    );
  }

  /** Adds documents to a draft, or to the text field's own. */
  attach(paths: string[], draft?: Draft): void {
    const of = draft ?? this;
    of.attachments = [...new Set([...of.attachments, ...paths])];
    // Of a document in Drive only its name is wanted.
    for (const source of paths.filter(isDriveSource)) void this.looks.now(source);
  }

  detach(path: string, draft?: Draft): void {
    const of = draft ?? this;
    of.attachments = of.attachments.filter((other) => other !== path);
    // The next transcript is asked about anew.
    if (!this.transcriptIn(of.attachments)) of.heardAnyway = false;
  }

  /** Transcripts beside a recording, as long as none is attached to it. */
  offersOf(source: string, attachments: readonly string[]): readonly FileBeside[] {
    if (this.transcriptIn(attachments)?.likelihood === 'surely') return [];
    return this.looks.of(source)?.transcripts ?? [];
  }

  /** Chats and lists of those who were there, beside a recording, that are not attached to it by hand. */
  companionsOf(source: string, attachments: readonly string[]): readonly FileBeside[] {
    return beside(this.looks.of(source), attachments);
  }

  /** The attachment that the words and speakers are taken from, unless the recording is heard anyway. */
  transcriptIn(attachments: readonly string[]): TranscriptInUse | null {
    const found = attachments.flatMap((path) => {
      const offered = this.#besides().find(({ link }) => link === path);
      const name = this.calledDocument(path);
      const likelihood = offered ? 'surely' : name === null ? null : transcriptLikelihood(name);
      return name === null || likelihood === null ? [] : [{ name, likelihood }];
    });
    return found.find(({ likelihood }) => likelihood === 'surely') ?? found[0] ?? null;
  }

  /** Whether a draft's recording is heard, or the text field's own, as it is unless its words come from a transcript. */
  isHeard(draft?: Draft): boolean {
    const { attachments, heardAnyway } = draft ?? this;
    return heardAnyway || this.transcriptIn(attachments)?.likelihood !== 'surely';
  }

  /** How a document is called; `null` while only its link is known. */
  calledDocument(path: string): string | null {
    const offered = this.#besides().find(({ link }) => link === path);
    return offered?.name ?? this.looks.of(path)?.name ?? (isDriveSource(path) ? null : nameOf(path));
  }

  /** Takes a recording out of the composer: a chip, or the text. */
  dismiss(source: string): void {
    const draft = this.lined.find((other) => other.source === source);
    if (draft) this.unline(draft);
    else if (this.text.trim() === source) {
      this.text = '';
      this.attachments = [];
      this.wishes = noWishes();
      this.companions = true;
      this.heardAnyway = false;
    }
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
    // What is wanted for the text field is wanted for every chip that has no wishes of its own.
    const wishes = this.wishes;
    this.#lineUpText();
    for (const draft of this.lined) if (!isWish(draft.wishes)) draft.wishes = { ...wishes };
    await this.#sendLined(() => true);
  }

  /** Makes a job of one recording in the composer and leaves the others. */
  async processOne(source: string): Promise<void> {
    if (this.text.trim() === source) await this.#sendText(source);
    else await this.#sendLined((draft) => draft.source === source);
  }

  /** Asks again about everything in the composer that can't be read: something has changed. */
  lookAgain(): void {
    const documents = [...this.attachments, ...this.lined.flatMap((draft) => draft.attachments)];
    for (const source of [...this.#recordings(), ...documents]) {
      if (this.looks.of(source)?.problem) void this.looks.now(source);
    }
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

  /**
   * Turns the text into chips, one per line. Its documents were meant for what was written first; its wishes, which are
   * answered with, for what was or is put in together.
   */
  #lineUpText(): DraftWishes {
    const lines = linesOf(this.text);
    const wishes = this.#takeWishes();
    const companions = this.#takeCompanions();
    const { attachments, heardAnyway } = this;
    lines.forEach((source, index) =>
      this.#lineUp(source, wishes, { companions, ...(index === 0 && { attachments, heardAnyway }) }),
    );
    if (lines.length > 0) {
      this.attachments = [];
      this.heardAnyway = false;
    }
    this.text = '';
    return lines.length > 0 ? noWishes() : wishes;
  }

  #takeWishes(): DraftWishes {
    const wishes = this.wishes;
    this.wishes = noWishes();
    return wishes;
  }

  /** What was chosen for the recording in the text field; the next one's is chosen anew. */
  #takeCompanions(): boolean {
    const companions = this.companions;
    this.companions = true;
    return companions;
  }

  #lineUp(source: string, wishes: DraftWishes, chosen: Partial<Draft> = {}): void {
    this.lined.push({
      key: this.#nextKey++,
      source,
      attachments: [],
      wishes: { ...wishes },
      companions: true,
      heardAnyway: false,
      ...chosen,
    });
    if (this.looks.of(source) === undefined) void this.looks.now(source);
  }

  #besides(): FileBeside[] {
    return this.#recordings().flatMap((source) => this.looks.of(source)?.transcripts ?? []);
  }

  #recordings(): string[] {
    return [this.text.trim(), ...this.lined.map((draft) => draft.source)].filter((source) => source !== '');
  }

  #holdsOnlyPasted(): boolean {
    const text = this.text.trim();
    return (
      (text === '' || this.#pasted.has(text)) && this.lined.every((draft) => this.#pasted.has(draft.source))
    );
  }

  async #lookPatiently(source: string): Promise<LinkLook | null> {
    if (this.#late.has(source)) return this.looks.of(source) ?? null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), PATIENCE_MS);
    });
    const look = await Promise.race([this.looks.known(source), patience]);
    clearTimeout(timer);
    if (look === null) this.#late.add(source);
    return look;
  }

  /** Sends what was pasted and is still there; what asks for an answer is lined up. */
  async #sendPasted(lines: string[], known: ReadonlySet<string>): Promise<void> {
    const text = this.text.trim();
    if (lines.includes(text)) {
      if (!known.has(text)) await this.#sendText(text);
      else this.#lineUpText();
    }
    await this.#sendLined((draft) => lines.includes(draft.source) && !known.has(draft.source));
  }

  /** The text leaves the field at once and comes back when it is refused. */
  async #sendText(source: string): Promise<void> {
    const { text, attachments, heardAnyway } = this;
    const wishes = this.#takeWishes();
    const companions = this.#takeCompanions();
    const draft = { source, attachments, wishes, companions, heardAnyway };
    this.text = '';
    this.attachments = [];
    this.heardAnyway = false;
    this.#sends += 1;
    this.error = null;
    try {
      this.#submit(source, await this.#begin(draft));
    } catch (cause) {
      // Whatever was typed or chosen meanwhile stays.
      if (this.text === '' && this.attachments.length === 0 && !isWish(this.wishes)) {
        this.text = text;
        this.attachments = attachments;
        this.wishes = wishes;
        this.companions = companions;
        this.heardAnyway = heardAnyway;
      } else this.lined.push({ key: this.#nextKey++, ...draft });
      this.#refuse(asCommandError(cause));
    } finally {
      this.#sends -= 1;
    }
  }

  async #sendLined(wanted: (draft: Draft) => boolean): Promise<void> {
    const drafts = this.lined.filter(wanted);
    this.lined = this.lined.filter((draft) => !wanted(draft));
    await this.#sendAll(drafts);
  }

  async #sendAll(drafts: Draft[]): Promise<void> {
    if (drafts.length === 0) return;
    this.#sends += 1;
    this.error = null;
    try {
      for (const draft of drafts) {
        try {
          this.#submit(draft.source, await this.#begin(draft));
        } catch (cause) {
          this.lined.push(draft);
          this.#refuse(asCommandError(cause));
        }
      }
    } finally {
      this.#sends -= 1;
    }
  }

  async #begin({
    source,
    attachments,
    wishes,
    companions,
    heardAnyway,
  }: Omit<Draft, 'key'>): Promise<string> {
    const besides = companions ? beside(await this.#lookPatiently(source), attachments) : [];
    const all = [...attachments, ...besides.map(({ link }) => link)];
    if (!isWish(wishes) && !heardAnyway) return this.#backend.processFile(source, all);
    const { template, participants } = $state.snapshot(wishes);
    return this.#backend.processFileWith(source, all, {
      template,
      participants,
      ignore_transcripts: heardAnyway,
    });
  }

  #submit(source: string, id: string): void {
    // From now on it was processed before.
    this.looks.forget(source);
    this.#late.delete(source);
    this.#listener.submitted(id);
  }

  #looked(text: string, look: LinkLook): void {
    if (!look.problem && !asks(look)) return;
    // What goes off by itself tells its problems as a job.
    if (this.#pasted.has(text) && !asks(look)) return;
    if (this.#recordings().includes(text)) this.#listener.looked(look);
  }

  #refuse(error: CommandError): void {
    this.error = error;
    this.#listener.refused(error);
  }
}
